using ConcatService.Api.Access;
using ConcatService.Persistence.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PuppeteerSharp;

namespace ConcatService.Api.Tests.Pages;

/// <summary>A job's page over time: the service goes away and comes back, many tabs, the keyboard, little rights, no scripts.</summary>
public sealed partial class BrowserTests
{
    private static readonly string[] Lists = ["/v1/jobs", "/v1/datasets", "/v1/models", "/v1/studies", "/v1/workers"];

    private const string Points = "document.querySelector('#loss path.line:not(.faint)')?.getAttribute('d').split(/[ML]/).length - 1";

    /// <summary>Long enough for a page that asks every 2.5 s to meet it; what follows does not depend on its length.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_curve_moves_by_itself_and_goes_on_without_a_gap_when_the_service_was_away()
    {
        var id = await QueueAsync("followed", """{ "epochs": 3 }""");
        var fence = await WriteAsync(id, (step, point) => [point("train_loss", 2.0 / step)]);
        await using var cable = new Cable(server.Api.Port!.Value);
        var (page, _) = await server.OpenAsync();
        await page.GoToAsync($"http://127.0.0.1:{cable.Port}/jobs/{id}");
        await page.TypeAsync("#key", server.Api.Key);                       // the cookie's name has the port
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("button[type=submit]"));
        await WaitAsync(page, $"{Points} === 50");
        await page.EvaluateExpressionAsync("window.isSame = true");

        await MoreAsync(51, 60);
        await WaitAsync(page, $"{Points} === 60");

        cable.Cut();
        await WaitAsync(page, "!document.querySelector('.away').hidden");
        Assert.Contains(
            "cannot be reached since",
            await page.EvaluateExpressionAsync<string>("document.querySelector('.away').textContent"),
            StringComparison.Ordinal
        );
        await MoreAsync(61, 80);
        await Task.Delay(Away, TestContext.Current.CancellationToken);
        cable.Join();
        await WaitAsync(page, $"document.querySelector('.away').hidden && {Points} === 80");
        Assert.True(await page.EvaluateExpressionAsync<bool>("window.isSame"));

        Task MoreAsync(int from, int to) =>
            server
                .Api.Services.GetRequiredService<MetricWriter>()
                .WriteAsync(
                    fence,
                    [.. Enumerable.Range(from, to - from + 1).Select(step => new MetricPoint("train_loss", step, 2.0 / step))],
                    TestContext.Current.CancellationToken
                );
    }

    [Fact]
    public async Task Eight_tabs_of_a_running_job_all_load_because_those_that_nobody_looks_at_hold_no_stream()
    {
        var id = await QueueAsync("eightfold", """{ "epochs": 3 }""");
        await LearnAsync(id);
        var (first, complaints) = await GoAsync($"/jobs/{id}");
        for (var tab = 2; tab <= 8; tab++)
        {
            var page = await first.BrowserContext.NewPageAsync();
            if (tab < 8)
                await page.EvaluateExpressionOnNewDocumentAsync(
                    "for (const [name, value] of [['hidden', true], ['visibilityState', 'hidden']]) "
                        + "Object.defineProperty(document, name, { get: () => value })"
                );
            await page.GoToAsync($"{Address}/jobs/{id}", WaitUntilNavigation.DOMContentLoaded);
            await WaitAsync(page, "document.querySelector('#head h1')?.textContent === 'eightfold'");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_keyboard_alone_pauses_resumes_and_leaves_a_dialog()
    {
        var id = await QueueAsync("typed", "{}");
        var (page, complaints) = await GoAsync($"/jobs/{id}");
        await WaitAsync(page, "document.querySelector('#head [role=status]')?.textContent.endsWith('queued')");
        await TabToAsync(page, "Pause");
        await page.Keyboard.PressAsync("Enter");
        await WaitAsync(page, "document.querySelector('#head [role=status]').textContent.endsWith('paused')");
        await TabToAsync(page, "Resume");
        await page.Keyboard.PressAsync("Enter");
        await WaitAsync(page, "document.querySelector('#head [role=status]').textContent.endsWith('queued')");
        await TabToAsync(page, "Cancel");
        await page.Keyboard.PressAsync("Enter");
        await WaitAsync(page, "document.querySelector('dialog[open]')");
        await page.Keyboard.PressAsync("Escape");
        await WaitAsync(page, "!document.querySelector('dialog')");
        await WaitAsync(page, "document.querySelector('#head [role=status]').textContent.endsWith('queued')");
        Assert.Empty(complaints);
    }

    /// <summary>At each step the focus can be seen, and nothing lies over it.</summary>
    private static async Task TabToAsync(IPage page, string word)
    {
        const string Fault = """
            (() => {
              const at = document.activeElement;
              if (at === document.body) return null;
              if (getComputedStyle(at).outlineStyle === "none") return `the focus cannot be seen at ${at.outerHTML}`;
              const box = at.getBoundingClientRect(), over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
              return !over || at.contains(over) || over.contains(at) ? null : `${over.outerHTML} lies over ${at.outerHTML}`;
            })()
            """;
        for (var i = 0; i < 40; i++)
        {
            if (await page.EvaluateFunctionAsync<bool>("word => document.activeElement.textContent === word", word))
                return;
            await page.Keyboard.PressAsync("Tab");
            Assert.Null(await page.EvaluateExpressionAsync<string?>(Fault));
        }

        Assert.Fail($"Tab does not come to {word}.");
    }

    [Fact]
    public async Task Who_may_only_look_is_shown_no_button_that_writes_and_nothing_of_another_team()
    {
        var id = await QueueAsync("looked-at", """{ "epochs": 3 }""");
        await WriteAsync(id, (_, point) => [point("concat/merge/small/dead_channels", 1), point("concat/merge/coarse/dead_channels", 0)]);
        var viewer = await server.Api.MakeKeyAsync("ours", Scopes.JobsRead, Scopes.ModelsRead);
        var (page, complaints) = await server.OpenAsync();
        await page.SetCookieAsync(await server.SessionAsync(viewer));
        foreach (var (path, ready) in new[]
        {
            ($"/jobs/{id}", "document.querySelector('#verdicts .finding')"), ("/data", "document.querySelector('.set')"),
            ("/workbench?gallery=two-branch", $"{Verdict} === 'valid'"), ("/jobs", "document.querySelector('tbody tr')"),
        })
        {
            await page.GoToAsync(Address + path);
            await WaitAsync(page, $"{ready} && document.querySelector('.menu')");
            var words = await page.EvaluateExpressionAsync<string[]>(
                "[...document.querySelectorAll('button')].filter(each => each.checkVisibility()).map(each => each.textContent)"
            );
            Assert.DoesNotContain(
                words,
                word => word is "Pause" or "Cancel" or "Delete" or "Run again" or "Repair" or "Train…" or "Choose files…"
                    || word.StartsWith("Train ", StringComparison.Ordinal)
            );
        }

        Assert.Empty(complaints);
        var (foreign, _) = await server.OpenAsync();
        await foreign.SetCookieAsync(await server.SessionAsync(server.Api.ForeignKey));
        await foreign.GoToAsync($"{Address}/jobs/{id}");
        await WaitAsync(foreign, "document.querySelector('[role=alert]')?.textContent.includes('There is no job')");
        var shown = await foreign.EvaluateExpressionAsync<string>("document.body.textContent");
        Assert.DoesNotContain("looked-at", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_scripts_one_signs_in_and_reads_the_same_as_JSON()
    {
        await QueueAsync("scriptless", "{}");
        var (page, _) = await server.OpenAsync();
        await page.SetJavaScriptEnabledAsync(false);
        await page.GoToAsync($"{Address}/jobs");
        await page.TypeAsync("#key", server.Api.Key);
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("button[type=submit]"));
        Assert.Equal("/jobs", new Uri(page.Url).AbsolutePath);
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("noscript a, .notice a"));
        Assert.Contains("scriptless", await page.GetContentAsync(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Pages, and the most that may come over the wire at the first visit and at the second, in kilobytes: the page, its files, catalogs
    /// and what is said of a spec. The lists of a team are as long as they are.
    /// </summary>
    [Theory]
    [InlineData("/workbench?gallery=two-branches-refused", 170, 10)]
    [InlineData("/jobs", 60, 5)]
    [InlineData("/data", 30, 5)]
    [InlineData("/models", 30, 5)]
    [InlineData("/workers", 30, 5)]
    [InlineData("/studies", 30, 5)]
    public async Task A_page_is_small_on_the_wire_and_smaller_the_second_time(string path, int first, int again)
    {
        var (page, complaints) = await GoAsync("/health/live");
        var session = await page.CreateCDPSessionAsync();
        await session.SendAsync("Network.enable");
        var (names, bytes) = (new Dictionary<string, string>(), new Dictionary<string, double>());
        session.MessageReceived += (_, message) =>
        {
            if (message.MessageID == "Network.requestWillBeSent" && message.MessageData.GetProperty("type").GetString() != "Image")
                names[Id(message)] = new Uri(message.MessageData.GetProperty("request").GetProperty("url").GetString()!).PathAndQuery;
            if (message.MessageID == "Network.loadingFinished" && names.TryGetValue(Id(message), out var name) && !IsOfTeam(name))
                bytes[name] = bytes.GetValueOrDefault(name) + message.MessageData.GetProperty("encodedDataLength").GetDouble();
        };
        await page.GoToAsync(Address + path, WaitUntilNavigation.Networkidle0);
        AssertAtMost(first);
        bytes.Clear();
        await page.GoToAsync(Address + path, WaitUntilNavigation.Networkidle0);
        AssertAtMost(again);
        Assert.Empty(complaints);

        static bool IsOfTeam(string name) => Array.Exists(Lists, list => name.StartsWith(list, StringComparison.Ordinal));

        static string Id(MessageEventArgs message) => message.MessageData.GetProperty("requestId").GetString()!;

        void AssertAtMost(int most) =>
            Assert.True(
                bytes.Values.Sum() is > 0 and var sum && sum <= 1000 * most,
                string.Join(", ", bytes.OrderByDescending(each => each.Value).Select(each => $"{each.Key} {each.Value}"))
            );
    }
}
