namespace ConcatService.Api.Tests.Pages;

/// <summary>The Workbench under hard use: fast typing, every fix, every layer, broken text; and an address for all of it.</summary>
public sealed partial class BrowserTests
{
    private const string Boxes =
        "[...document.getElementById('picture').shadowRoot.querySelectorAll('g > title')].map(each => each.textContent)";

    private static Task WriteAsync(PuppeteerSharp.IPage page, string spec) =>
        page.EvaluateFunctionAsync("spec => { text.value = spec; text.dispatchEvent(new Event('input')); }", spec);

    /// <summary>Asks for the first check wait, as on a slow network, and are answered although the page gave them up.</summary>
    private const string LateAnswers = """
        (() => {
          const real = window.fetch;
          let asked = 0;
          window.fetch = async (path, options = {}) => {
            if (!String(path).startsWith("/v1/architectures/")) return real(path, options);
            const isEarly = asked++ < 2;
            const answer = await real(path, { ...options, signal: undefined });
            if (isEarly) await new Promise(done => setTimeout(done, 700));
            if (isEarly) window.wasLate = true;
            return answer;
          };
        })()
        """;

    [Fact]
    public async Task The_last_keystroke_wins_over_answers_that_come_late()
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branch");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        await page.EvaluateExpressionAsync(LateAnswers);
        await WriteAsync(page, """{ "inputs": { "early": { "shape": [1, 8, 8] } }, "layers": [ { "name": "old", "type": "flatten" } ] }""");
        await WriteAsync(page, """{ "inputs": { "late": { "shape": [1, 8, 8] } }, "layers": [ { "name": "new", "type": "flattn" } ] }""");
        await WaitAsync(page, $"{Verdict} === 'invalid' && window.wasLate");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal("invalid", await page.EvaluateExpressionAsync<string>(Verdict));
        Assert.DoesNotContain("early", await page.EvaluateExpressionAsync<string[]>(Boxes));
        Assert.Empty(complaints);
    }

    /// <summary>What each fix promises and what it does, one after the other: the faults found.</summary>
    private const string EveryFix = """
        async () => {
          const faults = [], shown = () => document.getElementById("picture").shadowRoot.querySelector("svg").outerHTML;
          const until = async (what, holds) => {
            for (let i = 0; i < 300; i++) {
              if (holds()) return;
              await new Promise(done => setTimeout(done, 10));
            }
            throw Error(`${what} did not come`);
          };
          const verdict = document.getElementById("verdict"), plain = svg => svg.replace(/ style="[^"]*"| class="chosen"/g, "");
          const before = text.value, count = document.querySelectorAll(".fix").length, beganAs = verdict.textContent;
          for (let i = 0; i < count; i++) {
            const fix = document.querySelectorAll(".fix")[i], title = fix.textContent, was = shown();
            fix.focus();
            await until(`the preview of ${title}`, () => document.getElementById("fit-hint").textContent === "After this fix");
            const preview = plain(shown());
            if (preview === plain(was)) faults.push(`${title}: the preview shows nothing`);
            fix.click();
            await until(`the check of ${title}`, () => text.value !== before && ![...document.querySelectorAll(".fix")].includes(fix));
            if (plain(shown()) !== preview) faults.push(`${title}: it came otherwise than shown`);
            document.getElementById("undo").click();
            await until(`undoing ${title}`, () => document.querySelectorAll(".fix").length === count && verdict.textContent === beganAs);
            if (text.value !== before) faults.push(`${title}: undoing left another text`);
          }
          return [String(count), ...faults];
        }
        """;

    [Fact]
    public async Task Every_fix_of_every_refused_network_does_what_its_preview_shows_and_is_one_step_to_undo()
    {
        var refused = (await server.Api.GetAsync("/v1/gallery"))
            .Json.GetProperty("data")
            .EnumerateArray()
            .Where(each => each.GetProperty("verdict").GetString() == "invalid")
            .Select(each => each.GetProperty("name").GetString()!)
            .ToList();
        Assert.True(refused.Count >= 3);
        var (page, complaints) = await GoAsync("/jobs");
        foreach (var name in refused)
        {
            await page.GoToAsync($"{Address}/workbench?gallery={name}");
            await WaitAsync(page, $"{Verdict} === 'invalid' && document.querySelector('.fix')");
            var found = await page.EvaluateFunctionAsync<string[]>(EveryFix);
            Assert.True(found.Length == 1 && found[0] != "0", $"{name}: {string.Join("; ", found)}");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Every_layer_of_GoogLeNet_is_found_from_its_box_and_its_box_from_the_text()
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=googlenet");
        await WaitAsync(page, $"{Verdict} === 'valid' && text.getAttribute('aria-controls') === 'options'");
        var found = await page.EvaluateFunctionAsync<string[]>(
            """
            async () => {
              const { find, parse } = await import("/assets/text.js");
              const picture = document.getElementById("picture"), boxes = [...picture.shadowRoot.querySelectorAll("g > title")];
              const { layers } = await (await fetch("/v1/architectures/validate", { method: "POST", body: text.value,
                headers: { "Content-Type": "application/json" } })).json();
              const root = parse(text.value), faults = [];
              for (const { name, path } of layers) {
                picture.dispatchEvent(new CustomEvent("pick", { detail: name }));
                const { start, end } = find(root, path);
                if (text.selectionStart !== start || text.selectionEnd !== end) faults.push(`${name} does not choose its lines`);
                text.setSelectionRange(start + 1, start + 1);
                text.click();
                const row = document.querySelector("tr.chosen")?.dataset.name, its = layers.find(each => each.name === row);
                if (its?.path !== path) faults.push(`the lines of ${name} choose ${row}`);
                if (boxes.some(box => box.textContent === name) && picture.shadowRoot.querySelector(".chosen > title")?.textContent !== row)
                  faults.push(`the lines of ${name} do not choose its box`);
              }
              return [`${layers.length} ${boxes.length}`, ...faults];
            }
            """
        );
        Assert.True(found.Length == 1, string.Join("; ", found));
        Assert.True(int.Parse(found[0].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) > 60, found[0]);
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData("[", "Line 1, column 2")]
    [InlineData("{ \"inputs\":\n  { \"x\" 1 } }", "Line 2, column")]
    [InlineData("{}", "inputs")]
    [InlineData("""
        { "inputs": { "x": { "shape": [1, 8, 8] } }, "layers": [ { "name": "a", "type": "add", "inputs": ["x", "b"] },
          { "name": "b", "type": "relu", "inputs": ["a"] } ] }
        """, "cycle")]
    [InlineData("""{ "inputs": { "x": { "shape": [1, 8, 8] } }, "layers": [ { "name": "a", "type": "convv2d" } ] }""", "conv2d")]
    [InlineData(null, "Line 1, column 1")]
    public async Task What_is_broken_is_told_in_a_sentence_and_the_page_stays_alive(string? spec, string told)
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branch");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        await WriteAsync(page, spec ?? string.Concat(Enumerable.Repeat("~\"[}0x {:,", 100_000)));
        await WaitAsync(page, $"{Verdict} !== 'valid' && document.querySelector('#findings .finding')");
        var findings = await page.EvaluateExpressionAsync<string>("findings.textContent");
        Assert.Contains(told, findings, StringComparison.Ordinal);
        if (told.StartsWith("Line", StringComparison.Ordinal))
            Assert.True(
                await page.EvaluateExpressionAsync<bool>(
                    "picture.classList.contains('stale') && picture.shadowRoot.querySelector('svg') !== null"
                )
            );
        await WriteAsync(page, """{ "inputs": { "x": { "shape": [1, 8, 8] } }, "layers": [ { "name": "flat", "type": "flatten" } ] }""");
        await WaitAsync(page, $"{Verdict} === 'valid' && !picture.classList.contains('stale')");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task An_address_opened_elsewhere_shows_the_same()
    {
        const string Spec = """
            { "name": "größer als 😀",   "inputs": { "x": { "shape": [1, 8, 8] } }, "layers": [ { "name": "flat", "type": "flatten" } ] }
            """;
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branch");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        await WriteAsync(page, Spec);
        await page.ClickAsync("#link");
        await WaitAsync(page, "location.hash.startsWith('#s=')");
        var id = await QueueAsync("addressed", """{ "epochs": 3 }""");
        await LearnAsync(id);
        var address = new Uri(page.Url);
        var (other, others) = await GoAsync(address.AbsolutePath + address.Fragment);
        await WaitAsync(other, $"{Verdict} === 'valid'");
        Assert.Equal(Spec, await other.EvaluateExpressionAsync<string>(Text));

        await page.GoToAsync($"{Address}/jobs/{id}");
        await WaitAsync(page, "document.querySelector('#loss path.line')");
        await page.ClickAsync("#log");
        await page.SelectAsync("#signal", "gradient_rms");
        await WaitAsync(page, "location.search === '?log=true&signal=gradient_rms'");
        await other.GoToAsync(page.Url);
        await WaitAsync(other, "document.querySelector('#loss path.line') && log.checked && signal.value === 'gradient_rms'");

        var compare = $"{Address}/jobs/compare?ids={id},{id}&metric=validation_loss&smooth=0.6";
        await page.GoToAsync(compare);
        await WaitAsync(page, "document.querySelector('select[aria-label=Curve]')?.value === 'validation_loss'");
        Assert.Equal("0.6", await page.EvaluateExpressionAsync<string>("document.querySelector('[type=range]').value"));
        Assert.Empty(complaints.Concat(others));
    }
}
