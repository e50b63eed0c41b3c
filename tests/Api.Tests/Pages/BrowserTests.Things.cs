using ConcatService.Api.Tests.Images;
using ConcatService.Api.Tests.Inference;

namespace ConcatService.Api.Tests.Pages;

/// <summary>Data, keys, workers and models.</summary>
public sealed partial class BrowserTests
{
    [Fact]
    public async Task Data_is_uploaded_and_a_broken_row_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("concat-page-");
        try
        {
            var (bad, good) = (Path.Combine(folder.FullName, "broken.csv"), Path.Combine(folder.FullName, "grain.csv"));
            await File.WriteAllTextAsync(bad, "a,b,y\n1,2,0\n3,1\n", TestContext.Current.CancellationToken);
            var rows = Enumerable.Range(0, 60).Select(i => $"{i % 7},{i % 5},{i % 3}");
            await File.WriteAllTextAsync(good, $"a,b,y\n{string.Join('\n', rows)}\n", TestContext.Current.CancellationToken);
            var (page, complaints) = await GoAsync("/data");
            await WaitAsync(page, "document.querySelector('input[type=file]') && document.getElementById('two-scale')");
            await (await page.QuerySelectorAsync("input[type=file]")).UploadFileAsync(bad);
            await page.ClickAsync("dialog .main");
            await WaitAsync(page, "document.querySelector('dialog [role=alert]')?.textContent.includes('broken.csv, line 3')");
            Assert.Contains("422", Assert.Single(complaints), StringComparison.Ordinal); // Chromium's own line
            await page.Keyboard.PressAsync("Escape");

            await (await page.QuerySelectorAsync("input[type=file]")).UploadFileAsync(good);
            await page.ClickAsync("dialog .main");
            await WaitAsync(page, "document.getElementById('grain')?.textContent.includes('48 training')");
            Assert.Single(complaints);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_key_is_shown_once_and_revoked()
    {
        var (page, complaints) = await GoAsync("/keys", asAdmin: true);
        await WaitAsync(page, "document.querySelector('#bar .main')");
        await page.ClickAsync("#bar .main");
        await page.TypeAsync("#key-name", "shown-once");
        await page.ClickAsync("dialog .main");
        await WaitAsync(page, "document.querySelector('dialog code')?.textContent.startsWith('ccs_')");
        var key = await page.EvaluateExpressionAsync<string>("document.querySelector('dialog code').textContent");
        Assert.Equal("test", (await server.Api.GetAsync("/v1/me", server.Api.Key)).Json.GetProperty("key_name").GetString());
        Assert.Equal("shown-once", (await server.Api.GetAsync("/v1/me", key)).Json.GetProperty("key_name").GetString());
        await page.Keyboard.PressAsync("Escape");

        await WaitAsync(page, "document.getElementById('keys').textContent.includes('shown-once')");
        await page.EvaluateExpressionAsync(
            "[...document.querySelectorAll('tr')].find(row => row.textContent.includes('shown-once')).querySelector('.danger').click()"
        );
        await page.ClickAsync("dialog .danger");
        await WaitAsync(page, "document.querySelector('#keys details')?.textContent.includes('shown-once')");
        Assert.Equal(401, (await server.Api.GetAsync("/v1/me", key)).Status);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Keys_are_no_matter_of_a_user_and_his_page_says_which_scope_he_lacks()
    {
        var (page, complaints) = await GoAsync("/keys");
        await WaitAsync(page, "document.getElementById('keys').textContent.includes('lacks the scope admin')");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_model_is_tried_with_a_picture_and_another_version_is_served_and_taken_back()
    {
        await SmallModels.PublishAsync(server.Api, "tried", SmallModels.Linear());
        await SmallModels.PublishAsync(server.Api, "tried", SmallModels.Linear());
        var picture = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(picture, GrayPng.Of(2, 2, (_, _) => 255), TestContext.Current.CancellationToken);
            var (page, complaints) = await GoAsync("/models/tried", asAdmin: true);
            await WaitAsync(page, "document.querySelector('input[type=file]')");
            await (await page.QuerySelectorAsync("input[type=file]")).UploadFileAsync(picture);
            await WaitAsync(page, "document.querySelector('.asked + p')?.textContent.startsWith('It says sum')");
            foreach (var shown in new[] { "scores", "[any, 1, 2, 2]", "curl -H", "import numpy", "new HttpClient" })
                Assert.Contains(shown, await page.EvaluateExpressionAsync<string>("document.body.textContent"), StringComparison.Ordinal);

            foreach (var version in new[] { "1", "2" })
            {
                await PressAsync(page, "Serve this one");
                await page.ClickAsync("dialog .danger");
                await WaitAsync(page, $"document.querySelector('.head .chip')?.textContent === 'version {version}'");
            }

            await PressAsync(page, "Take it back");
            await WaitAsync(page, "document.querySelector('.head .chip')?.textContent === 'version 1'");
            Assert.Empty(complaints);
        }
        finally
        {
            File.Delete(picture);
        }
    }

    [Fact]
    public async Task Workers_say_why_a_job_waits()
    {
        await QueueAsync("waits", "{}");
        var (page, complaints) = await GoAsync("/workers");
        await WaitAsync(page, "document.getElementById('waiting').textContent.includes('No worker listens')");
        Assert.Empty(complaints);
    }
}
