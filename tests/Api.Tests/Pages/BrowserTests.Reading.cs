using ConcatService.Api.Studies;
using ConcatService.Api.Tests.Inference;

namespace ConcatService.Api.Tests.Pages;

/// <summary>What every page owes to everybody: names, contrast, landmarks, small screens, both themes.</summary>
public sealed partial class BrowserTests
{
    /// <summary>Put beside the tests by their build; decision 45.</summary>
    private static readonly string Axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");

    /// <summary>
    /// Faults of a page as it is: what axe calls button-name, label, image-alt, landmarks, heading-order, duplicate-id and color-contrast.
    /// </summary>
    private const string Audit = """
        (() => {
          const faults = [], all = selector => [...document.querySelectorAll(selector)];
          const isShown = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
          const labeled = e => document.getElementById(e.getAttribute("aria-labelledby"))?.textContent;
          const nameOf = e => [e.getAttribute("aria-label"), labeled(e), ...[...(e.labels ?? [])].map(l => l.textContent), e.textContent]
            .map(text => text?.trim()).find(Boolean);
          for (const e of all("a[href], button, summary, input:not([type=hidden]), select, textarea, meter, progress, [role=img]"))
            if (isShown(e) && !nameOf(e)) faults.push(`no name: ${e.outerHTML.slice(0, 90)}`);
          for (const e of all("img:not([alt])")) faults.push(`no alt: ${e.src}`);
          for (const [what, count] of [["main", 1], ["h1", 1], ["[role=banner]", 1], ["nav[aria-label]", 1]])
            if (all(what).filter(e => e.checkVisibility()).length !== count) faults.push(`${all(what).length} of ${what}`);
          const ids = all("[id]").map(e => e.id);
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push(`two of #${id}`);
          for (const e of all("[tabindex]")) if (e.tabIndex > 0) faults.push(`jumps in the order: ${e.outerHTML.slice(0, 90)}`);
          const levels = all("h1, h2, h3").filter(isShown).map(e => Number(e.tagName[1]));
          levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) faults.push(`h${level} after h${levels[i - 1]}`); });

          const color = text => {
            const parts = text.match(/[\d.e-]+/g).map(Number), unit = text.startsWith("color(") ? 255 : 1;
            return [parts[0] * unit, parts[1] * unit, parts[2] * unit, parts[3] ?? 1];
          };
          const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
          const behind = e => {
            const layers = [];
            for (let at = e; at; at = at.parentElement) layers.push(color(getComputedStyle(at).backgroundColor));
            return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 1]);
          };
          const light = rgb => {
            const [r, g, b] = rgb.slice(0, 3).map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const e = node.parentElement;
            if (!node.data.trim() || !isShown(e) || e.closest(":disabled, svg, script, [aria-hidden=true]")) continue;
            const style = getComputedStyle(e), ground = behind(e), ink = over(color(style.color), ground);
            if (style.color === "rgba(0, 0, 0, 0)") continue;
            const [high, low] = [light(ink), light(ground)].sort((a, b) => b - a), ratio = (high + 0.05) / (low + 0.05);
            const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${node.data.trim().slice(0, 40)}`);
          }
          return [...new Set(faults)];
        })()
        """;

    [Fact]
    public async Task Every_page_can_be_read_in_both_themes_and_fits_a_phone()
    {
        var job = await QueueAsync("read", """{ "epochs": 3 }""");
        var other = await QueueAsync("read-again", """{ "epochs": 4 }""");
        await LearnAsync(job);
        var study = (await server.Api.PostAsync("/v1/studies", CreateStudy.Example)).Json.GetProperty("id").GetGuid();
        await SmallModels.PublishAsync(server.Api, "readable", SmallModels.Linear());
        var trained = await AnswerAsync("readable");
        var (page, complaints) = await GoAsync("/jobs", asAdmin: true);
        string[] paths =
        [
            "/workbench?gallery=two-branches-refused", "/workbench?gallery=unet-any-size", "/jobs", $"/jobs/{job}", $"/jobs/{trained}",
            $"/jobs/compare?ids={job},{other}", "/studies", $"/studies/{study}", "/data",
            "/models", "/models/readable", "/workers", "/keys", "/nothing",
        ];
        var axe = File.Exists(Axe) ? await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken) : null;
        var faults = new List<string>();
        foreach (var path in paths)
        {
            await page.SetViewportAsync(new() { Width = 1300, Height = 900 });
            await page.GoToAsync(Address + path, PuppeteerSharp.WaitUntilNavigation.Networkidle2);
            await WaitAsync(page, "document.querySelector('app-header .menu') && !document.querySelector('.skeleton')");
            foreach (var theme in new[] { "light", "dark" })
            {
                await page.EvaluateFunctionAsync("theme => { document.documentElement.dataset.theme = theme; }", theme);
                faults.AddRange((await page.EvaluateExpressionAsync<string[]>(Audit)).Select(fault => $"{path}, {theme}: {fault}"));
                await PictureAsync(page, path, theme);
                if (axe is not null)
                    faults.AddRange((await AxeAsync(page, axe)).Select(fault => $"{path}, {theme}: {fault}"));
            }

            foreach (var width in new[] { 650, 390, 320 })                                      // 650: half of 1300, as at 200 %
                if (await OverAsync(page, width) is > 0 and var over)
                    faults.Add($"{path} is {over} pixels wider than {width}");
                else if (width == 390)
                    await PictureAsync(page, path, "phone");
        }

        if (axe is not null)
            faults.AddRange(await AxeOfSigningInAsync(axe));
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        // Chromium's own line about the page that is not there.
        Assert.All(complaints, line => Assert.Contains("status of 404", line, StringComparison.Ordinal));
        Assert.SkipWhen(axe is null, "axe did not look at the pages, all else was looked at: install npm and build again.");
    }

    /// <summary>For people to look at, into the folder that PAGE_PICTURES names.</summary>
    private static async Task PictureAsync(PuppeteerSharp.IPage page, string path, string kind)
    {
        if (Environment.GetEnvironmentVariable("PAGE_PICTURES") is not { } folder)
            return;
        var name = string.Concat(path.Split('?')[0].Split('/', 3).Skip(1).Select(part => $"{part[..Math.Min(12, part.Length)]}-"));
        var file = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}{path.Length}-{kind}.png");
        await page.ScreenshotAsync(file, new() { FullPage = true });
    }

    /// <summary>Charts are drawn again for the width that they have.</summary>
    private static async Task<int> OverAsync(PuppeteerSharp.IPage page, int width)
    {
        await page.SetViewportAsync(new() { Width = width, Height = 800 });
        for (var look = 0; ; look++)
        {
            var over = await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth - innerWidth");
            if (over <= 0 || look == 30)
                return over;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Nothing_moves_where_the_reader_asks_for_less_motion()
    {
        var (page, complaints) = await GoAsync("/jobs");
        await page.EvaluateExpressionAsync("document.body.insertAdjacentHTML('beforeend', '<div class=skeleton><span></span></div>')");
        const string Moving = "document.getAnimations().length";
        Assert.NotEqual(0, await page.EvaluateExpressionAsync<int>(Moving));
        await page.EmulateMediaFeaturesAsync([
            new() { MediaFeature = PuppeteerSharp.MediaFeature.PrefersReducedMotion, Value = "reduce" },
        ]);
        Assert.Equal(0, await page.EvaluateExpressionAsync<int>(Moving));
        Assert.Empty(complaints);
    }

    /// <summary>Every rule of WCAG 2.0 to 2.2, A and AA, and the best practices; none is left out.</summary>
    private static async Task<string[]> AxeAsync(PuppeteerSharp.IPage page, string axe)
    {
        await page.EvaluateExpressionAsync($"window.axe ?? (() => {{ {axe} }})(), 0");
        return await page.EvaluateFunctionAsync<string[]>(
            """
            async () => {
              const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
              const { violations } = await axe.run({ runOnly: { type: "tag", values }, resultTypes: ["violations"] });
              return violations.flatMap(rule => rule.nodes.map(node =>
                `axe ${rule.id}: ${node.html.slice(0, 120)} ${node.any.concat(node.all, node.none).map(each => each.message).join("; ")}`));
            }
            """
        );
    }

    private async Task<List<string>> AxeOfSigningInAsync(string axe)
    {
        var (page, _) = await server.OpenAsync();
        await page.GoToAsync($"{Address}/login");
        var faults = new List<string>();
        foreach (var theme in new[] { "light", "dark" })
        {
            await page.EvaluateFunctionAsync("theme => { document.documentElement.dataset.theme = theme; }", theme);
            faults.AddRange((await AxeAsync(page, axe)).Select(fault => $"/login, {theme}: {fault}"));
        }

        return faults;
    }

    [Fact]
    public async Task A_theme_is_kept_and_there_before_the_page_is_painted()
    {
        var (page, complaints) = await GoAsync("/jobs");
        await WaitAsync(page, "document.querySelector('[aria-label^=Theme]')");
        await page.ClickAsync("[aria-label^=Theme]");
        await page.ClickAsync("[aria-label^=Theme]");
        Assert.Equal("dark", await page.EvaluateExpressionAsync<string>("document.documentElement.dataset.theme"));
        await page.GoToAsync(Address + "/data", PuppeteerSharp.WaitUntilNavigation.DOMContentLoaded);
        Assert.Equal("dark", await page.EvaluateExpressionAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal("rgb(14, 18, 24)", await page.EvaluateExpressionAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_service_that_is_away_is_told_and_keys_are_explained()
    {
        var (page, complaints) = await GoAsync("/jobs");
        await WaitAsync(page, "document.querySelector('.menu')");
        await page.Keyboard.PressAsync("?");
        await WaitAsync(page, "document.querySelector('dialog')?.textContent.includes('go to Workbench')");
        await page.Keyboard.PressAsync("Escape");
        Assert.Empty(complaints);
        await page.SetOfflineModeAsync(true);
        await WaitAsync(page, "!document.querySelector('.away').hidden");
        await page.SetOfflineModeAsync(false);
        await WaitAsync(page, "document.querySelector('.away').hidden");
        Assert.All(complaints, line => Assert.Contains("ERR_INTERNET_DISCONNECTED", line, StringComparison.Ordinal));
    }
}
