using System.Text.Json;
using ConcatService.Api.Tests.Inference;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PuppeteerSharp;

namespace ConcatService.Api.Tests.Pages;

/// <summary>Jobs: the table, comparing, and going on from one.</summary>
public sealed partial class BrowserTests
{
    [Fact]
    public async Task Jobs_are_compared_by_what_differs_first_then_by_their_curves()
    {
        var first = await QueueAsync("compared-a", """{ "epochs": 3 }""");
        var second = await QueueAsync("compared-b", """{ "epochs": 4 }""");
        foreach (var id in new[] { first, second })
            await LearnAsync(id);
        var (page, complaints) = await GoAsync("/jobs?find=compared");
        await WaitAsync(page, "document.querySelectorAll('tbody .spark').length === 2");
        await page.ClickAsync("[aria-label='Choose compared-a']");
        await page.ClickAsync("[aria-label='Choose compared-b']");
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("#compare"));
        Assert.Contains("/jobs/compare?ids=", page.Url, StringComparison.Ordinal);
        Assert.Contains(first, page.Url, StringComparison.Ordinal);

        await WaitAsync(page, "document.querySelectorAll('line-chart path.line:not(.faint)').length >= 2");
        var row = await page.EvaluateExpressionAsync<string[]>(
            "[...document.querySelectorAll('tbody')[0].rows].map(row => [...row.cells].map(cell => cell.textContent).join(' '))"
        );
        Assert.Contains(row, line => line is "epochs 3 4" or "epochs 4 3");
        Assert.DoesNotContain(row, line => line.StartsWith("seed", StringComparison.Ordinal));
        await page.SelectAsync("select[aria-label=Curve]", "validation_loss");
        await WaitAsync(page, "location.search.includes('metric=validation_loss')");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_variant_of_a_job_has_its_settings_but_for_what_was_changed()
    {
        var id = await QueueAsync("varied", """{ "epochs": 3, "seed": 5 }""");
        var (page, complaints) = await GoAsync($"/jobs/{id}");
        await WaitAsync(page, "document.querySelector('#head h1')?.textContent === 'varied'");
        await PressAsync(page, "Train a variant…");
        await WaitAsync(page, "document.getElementById('variant-seed')");
        await page.EvaluateExpressionAsync("document.getElementById('variant-seed').value = '6'");
        await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("dialog button.main"));

        var before = (await server.Api.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("settings");
        var after = (await server.Api.GetAsync($"/v1{new Uri(page.Url).AbsolutePath}")).Json.GetProperty("settings");
        var changed = after.EnumerateObject().Where(each => each.Value.ToString() != before.GetProperty(each.Name).ToString());
        Assert.Equal(["seed"], changed.Select(each => each.Name));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_job_is_paused_resumed_and_cancelled_from_its_page_and_each_button_says_its_call()
    {
        var id = await QueueAsync("moved", "{}");
        var (page, complaints) = await GoAsync($"/jobs/{id}");
        await WaitAsync(page, "document.querySelector('#head [role=status]')?.textContent.endsWith('queued')");
        await page.ClickAsync("[aria-label='Pause as curl']");
        var call = await page.EvaluateExpressionAsync<string>("document.querySelector('dialog code').textContent");
        Assert.Equal($"curl -X POST -H \"Authorization: Bearer $KEY\" \\\n  '{Address}/v1/jobs/{id}/pause'", call);
        await page.Keyboard.PressAsync("Escape");

        await PressAsync(page, "Pause");
        await WaitAsync(page, "document.querySelector('#head [role=status]').textContent.endsWith('paused')");
        await PressAsync(page, "Resume");
        await WaitAsync(page, "document.querySelector('#head [role=status]').textContent.endsWith('queued')");
        await PressAsync(page, "Cancel");
        await page.ClickAsync("dialog .danger");
        await WaitAsync(page, "document.querySelector('#head [role=status]').textContent.endsWith('cancelled')");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_dead_branch_has_a_card_whose_advice_starts_a_job_that_differs_in_exactly_one_setting()
    {
        var id = await QueueAsync("dying", """{ "epochs": 3 }""");
        await WriteAsync(
            id,
            (_, point) => [point("concat/merge/small/dead_channels", 0.75), point("concat/merge/coarse/dead_channels", 0)]
        );
        var (page, complaints) = await GoAsync($"/jobs/{id}");
        await WaitAsync(page, "document.querySelector('#verdicts .finding')");
        var card = await page.EvaluateExpressionAsync<string>("document.querySelector('#verdicts .finding').textContent");
        Assert.Contains("dead channels 0.75, limit 0.5", card, StringComparison.Ordinal);

        const string Lower = "Train with a third of the learning rate";
        await page.ClickAsync($"[aria-label='{Lower} as curl']");
        var call = await page.EvaluateExpressionAsync<string>("document.querySelector('dialog code').textContent");
        Assert.Contains($"{Address}/v1/jobs'", call, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Escape");
        await Task.WhenAll(page.WaitForNavigationAsync(), PressAsync(page, Lower));

        var before = (await server.Api.GetAsync($"/v1/jobs/{id}")).Json;
        var after = (await server.Api.GetAsync($"/v1{new Uri(page.Url).AbsolutePath}")).Json;
        Assert.Equal("dying, lr_3", after.GetProperty("name").GetString());
        Assert.Equal(["optimizer"], Changed(before.GetProperty("settings"), after.GetProperty("settings")));
        Assert.Equal(["lr"], Changed(Optimizer(before), Optimizer(after)));
        Assert.Equal(
            (await server.Api.GetAsync($"/v1/jobs/{id}/architecture")).Body,
            (await server.Api.GetAsync($"/v1{new Uri(page.Url).AbsolutePath}/architecture")).Body
        );
        Assert.Empty(complaints);

        static JsonElement Optimizer(JsonElement job) => job.GetProperty("settings").GetProperty("optimizer");
    }

    private static IEnumerable<string> Changed(JsonElement before, JsonElement after) =>
        after
            .EnumerateObject()
            .Where(each => each.Value.GetRawText() != before.GetProperty(each.Name).GetRawText())
            .Select(each => each.Name);

    private static Task PressAsync(IPage page, string word) =>
        page.EvaluateFunctionAsync(
            "word => [...document.querySelectorAll('button')].find(each => each.textContent === word).click()",
            word
        );

    private async Task<string> QueueAsync(string name, string settings)
    {
        var spec = (await server.Api.GetAsync("/v1/gallery/two-branch")).Body;
        var request = $$"""{ "name": "{{name}}", "architecture": {{spec}}, "dataset": "two-scale", "settings": {{settings}} }""";
        return (await server.Api.PostAsync("/v1/jobs", request)).Json.GetProperty("id").GetString()!;
    }

    /// <summary>Curves as a trainer would write them.</summary>
    private Task<JobFence> LearnAsync(string id) =>
        WriteAsync(id, (step, point) => [point("train_loss", 2.0 / step), point("validation_loss", 2.5 / step)]);

    /// <summary>Claims the job as a trainer would, and writes metrics of 50 steps.</summary>
    private async Task<JobFence> WriteAsync(string id, Func<int, Func<string, double, MetricPoint>, MetricPoint[]> points)
    {
        var cancel = TestContext.Current.CancellationToken;
        var worker = new WorkerIdentity("vm/1", "vm", 1, "1");
        var fence = (await server.Api.Services.GetRequiredService<JobLeases>().ClaimAsync(Guid.Parse(id), worker, 1, cancel))!.Value;
        var written = Enumerable.Range(1, 50).SelectMany(step => points(step, (name, value) => new(name, step, value)));
        await server.Api.Services.GetRequiredService<MetricWriter>().WriteAsync(fence, [.. written], cancel);
        return fence;
    }

    /// <summary>What the network of a job of this name answers, as a trainer would write it.</summary>
    /// <returns>The job.</returns>
    private async Task<Guid> AnswerAsync(string name)
    {
        await using var db = server.Api.Database.Open();
        var id = db.Jobs.Single(job => job.Name == name).Id;
        const string outputs = """
            [{ "output": "scores", "classes": ["sum", "first", "one"], "confusion_matrix": [[8, 2, 0], [1, 9, 0], [5, 0, 100]],
               "worst": [{ "sample": 17, "class": "one", "predicted": "sum", "probability": 0.75, "loss": 4.5 }] }]
            """;
        db.Add(
            new JobAnswers
            {
                JobId = id,
                TeamId = server.Api.TeamId(),
                Outputs = JsonElement.Parse(outputs),
                PictureSamples = [17],
                PictureShape = [1, 2, 2],
                Pictures = [0, 90, 180, 255],
            }
        );
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return id;
    }

    [Fact]
    public async Task A_trained_job_shows_what_is_taken_for_what_and_the_pictures_it_is_most_wrong_about()
    {
        await SmallModels.PublishAsync(server.Api, "mistaken", SmallModels.Linear());
        var id = await AnswerAsync("mistaken");
        var (page, complaints) = await GoAsync($"/jobs/{id}");

        await WaitAsync(page, "document.querySelector('#answers img')?.naturalWidth === 2");

        const string taken = "document.querySelector('[title$=\"of one were taken for sum\"]').textContent";
        Assert.Equal("5", await page.EvaluateExpressionAsync<string>(taken));
        Assert.Equal(
            "one taken for sum, 75.0 % sure · test sample 17",
            await page.EvaluateExpressionAsync<string>("document.querySelector('#answers figcaption').textContent")
        );
        await page.ClickAsync("#answers summary");
        Assert.Equal(
            ["sum", "first", "one"],
            await page.EvaluateExpressionAsync<string[]>(
                "[...document.querySelectorAll('#answers details tbody td:first-child')].map(each => each.textContent)"
            )
        );
        Assert.Empty(complaints);
    }
}
