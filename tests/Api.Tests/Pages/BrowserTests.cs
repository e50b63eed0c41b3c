using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Persistence.Tests;
using PuppeteerSharp;

namespace ConcatService.Api.Tests.Pages;

/// <summary>The pages in a real browser: Chromium, without a window. Skipped where there is none.</summary>
public sealed partial class BrowserTests(BrowserTests.Server server) : IClassFixture<BrowserTests.Server>
{
    private const string Text = "document.getElementById('text').value", Verdict = "document.getElementById('verdict').textContent";

    public sealed class Server(PostgresFixture postgres) : IAsyncLifetime
    {
        private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

        private IBrowser? _browser;

        public ApiServer Api { get; } = new(postgres) { Port = ProtocolServer.FreePorts() };

        /// <summary>A tab that fails its test at an exception, an error in the console, or a breach of the content policy.</summary>
        internal async Task<(IPage Page, List<string> Complaints)> OpenAsync()
        {
            var chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? Array.Find(Places, File.Exists);
            Assert.SkipWhen(chromium is null, "There is no Chromium: apt-get install chromium.");
            _browser ??= await Puppeteer.LaunchAsync(
                new()
                {
                    ExecutablePath = chromium,
                    Headless = true,
                    Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
                }
            );
            var page = await (await _browser.CreateBrowserContextAsync()).NewPageAsync();
            var complaints = new List<string>();
            page.PageError += (_, failure) => complaints.Add(failure.Message);
            page.Console += (_, line) =>
            {
                if (line.Message.Type == ConsoleType.Error)
                    complaints.Add(line.Message.Text);
            };
            page.Request += (_, asked) =>
            {
                if (new Uri(asked.Request.Url) is { Scheme: "http" or "https", Authority: var host } && host != $"127.0.0.1:{Api.Port}")
                    complaints.Add($"asks {host}");
            };
            return (page, complaints);
        }

        private readonly Dictionary<string, CookieParam[]> _sessions = [];

        internal async Task<CookieParam[]> SessionAsync(string key)
        {
            if (_sessions.TryGetValue(key, out var known))
                return known;
            var (page, _) = await OpenAsync();
            await page.GoToAsync($"http://127.0.0.1:{Api.Port}/login?return=/health/live");
            await page.TypeAsync("#key", key);
            await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("button[type=submit]"));
            var cookies = await page.GetCookiesAsync();
            await page.CloseAsync();
            return _sessions[key] =
            [
                .. cookies.Select(cookie => new CookieParam
                {
                    Name = cookie.Name,
                    Value = cookie.Value,
                    Url = $"http://127.0.0.1:{Api.Port}",
                    HttpOnly = true,
                }),
            ];
        }

        public async ValueTask InitializeAsync()
        {
            await Api.InitializeAsync();
            Api.Client(null).Dispose();                                         // starts it
        }

        public async ValueTask DisposeAsync()
        {
            if (_browser is not null)
                await _browser.DisposeAsync();
            await Api.DisposeAsync();
        }
    }

    [Fact]
    public async Task From_the_first_page_to_a_network_whose_branches_meet_in_four_clicks()
    {
        var (page, complaints) = await SignInAsync();
        await WaitAsync(page, $"{Verdict} === 'invalid'");
        var before = await page.EvaluateExpressionAsync<string>(Text);
        await page.ClickAsync(".fix");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        Assert.Contains("\"like\": \"fine\"", await page.EvaluateExpressionAsync<string>(Text), StringComparison.Ordinal);

        await page.ClickAsync("#undo");
        await WaitAsync(page, $"{Verdict} === 'invalid'");
        Assert.Equal(before, await page.EvaluateExpressionAsync<string>(Text));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_picture_points_at_the_text_and_broken_text_is_told_with_its_line()
    {
        var (page, complaints) = await SignInAsync();
        await WaitAsync(page, $"{Verdict} === 'invalid'");
        await page.EvaluateExpressionAsync(
            "document.getElementById('picture').dispatchEvent(new CustomEvent('pick', { detail: 'coarse' }))"
        );
        var chosen = await page.EvaluateExpressionAsync<string>("getSelection().toString()");
        Assert.StartsWith("{", chosen, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"coarse\"", chosen, StringComparison.Ordinal);

        await page.EvaluateExpressionAsync($"text.setSelectionRange({Text}.length, {Text}.length)");
        await page.Keyboard.TypeAsync(" }");
        await WaitAsync(page, $"{Verdict} === 'no JSON'");
        Assert.Contains("Line ", await page.EvaluateExpressionAsync<string>("findings.textContent"), StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_network_is_trained_from_the_workbench_and_watched_on_its_page()
    {
        var (page, complaints) = await SignInAsync();
        await page.GoToAsync($"{Address}/workbench?gallery=two-branch");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        await page.ClickAsync("#train");
        await WaitAsync(page, "document.getElementById('training').open");
        await page.SelectAsync("#dataset", "two-scale");
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("#start"));
        Assert.Matches("/jobs/[0-9a-f-]{36}$", page.Url);
        await WaitAsync(page, "document.querySelector('#head [role=status]')?.textContent.endsWith('queued')");

        await page.GoToAsync($"{Address}/jobs");
        await WaitAsync(page, "document.querySelector('tbody')?.textContent.includes('two-branch')");
        await page.GoToAsync($"{Address}/models");
        await WaitAsync(page, "/No models yet|Served/.test(document.getElementById('models').textContent)");
        Assert.Empty(complaints);
    }

    private static async Task WaitAsync(IPage page, string expression)
    {
        try
        {
            await page.WaitForExpressionAsync(expression, new() { Timeout = 15_000 });
        }
        catch (WaitTaskTimeoutException)
        {
            var shown = await page.EvaluateExpressionAsync<string>("document.body.innerText");
            Assert.Fail($"{page.Url} did not come to {expression}: {shown}");
        }
    }

    private string Address => $"http://127.0.0.1:{server.Api.Port}";

    private async Task<(IPage Page, List<string> Complaints)> SignInAsync()
    {
        var (page, complaints) = await server.OpenAsync();
        await page.GoToAsync(Address);
        await page.TypeAsync("#key", server.Api.Key);
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("button[type=submit]"));
        Assert.Equal("/workbench", new Uri(page.Url).AbsolutePath);
        return (page, complaints);
    }

    /// <summary>A tab at a page, signed in as an administrator or a user; the form is gone through once for each.</summary>
    private async Task<(IPage Page, List<string> Complaints)> GoAsync(string path, bool asAdmin = false)
    {
        var (page, complaints) = await server.OpenAsync();
        await page.SetCookieAsync(await server.SessionAsync(asAdmin ? server.Api.AdminKey : server.Api.Key));
        await page.GoToAsync(Address + path);
        return (page, complaints);
    }
}
