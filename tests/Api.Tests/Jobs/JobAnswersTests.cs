using System.Text.Json;
using ConcatService.Api.Images;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>Which classes a trained network takes for which.</summary>
public sealed class JobAnswersTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Outputs = """
        [{ "output": "kind", "classes": ["cat", "dog", "owl"], "confusion_matrix": [[8, 2, 0], [1, 9, 0], [5, 0, 0]], "worst": [
            { "sample": 17, "class": "owl", "predicted": "cat", "probability": 0.75, "loss": 4.5 },
            { "sample": 3, "class": "dog", "predicted": "cat", "probability": 0.5, "loss": 2.25 } ] }]
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_matrix_is_told_with_what_it_comes_to_for_each_class()
    {
        var id = await AnsweredAsync();

        var output = Assert.Single((await api.GetAsync($"/v1/jobs/{id}/answers")).Json.GetProperty("outputs").EnumerateArray());

        Assert.Equal("kind", output.GetProperty("output").GetString());
        Assert.Equal("[[8,2,0],[1,9,0],[5,0,0]]", output.GetProperty("confusion_matrix").GetRawText());
        var classes = output.GetProperty("class_report").EnumerateArray().ToArray();
        Assert.Equal(
            [("cat", 10), ("dog", 10), ("owl", 5)],
            classes.Select(each => (each.GetProperty("class").GetString(), each.GetProperty("support").GetInt32()))
        );
        Assert.Equal([8 / 14.0, 9 / 11.0, null], classes.Select(each => Number(each, "precision")));
        Assert.Equal([0.8, 0.9, 0], classes.Select(each => Number(each, "recall")));
        Assert.Equal([16 / 24.0, 18 / 21.0, 0], classes.Select(each => Number(each, "f1")));
    }

    [Fact]
    public async Task The_worst_samples_come_with_the_pictures_that_are_kept()
    {
        var id = await AnsweredAsync();

        var worst = (await api.GetAsync($"/v1/jobs/{id}/answers")).Json.GetProperty("outputs")[0].GetProperty("worst");

        Assert.Equal([17, 3], worst.EnumerateArray().Select(each => each.GetProperty("sample").GetInt32()));
        Assert.Equal($"/v1/jobs/{id}/answers/pictures/17", worst[0].GetProperty("picture").GetString());
        Assert.Equal(JsonValueKind.Null, worst[1].GetProperty("picture").ValueKind);
        using var client = api.Client(api.Key);
        using var picture = await client.GetAsync($"/v1/jobs/{id}/answers/pictures/17", Cancel);
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal(Png.Write([10, 20, 30, 40, 50, 60], [1, 2, 3]), await picture.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(404, (await api.GetAsync($"/v1/jobs/{id}/answers/pictures/3")).Status);
    }

    [Fact]
    public async Task A_job_without_answers_says_why_there_may_be_none()
    {
        var missing = await api.GetAsync($"/v1/jobs/{await QueueAsync()}/answers");

        Assert.Equal((404, "job.no_answers"), (missing.Status, missing.Code));
        Assert.Equal("not_found", (await api.GetAsync($"/v1/jobs/{Guid.NewGuid()}/answers")).Code);
    }

    [Fact]
    public async Task They_go_with_their_job()
    {
        var id = await AnsweredAsync();
        await api.PostAsync($"/v1/jobs/{id}/cancel", "");

        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/jobs/{id}")).Status);

        await using var db = api.Database.Open();
        Assert.DoesNotContain(db.JobAnswers, answers => answers.JobId == id);
    }

    private static double? Number(JsonElement of, string name) =>
        of.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private async Task<Guid> AnsweredAsync()
    {
        var id = await QueueAsync();
        await using var db = api.Database.Open();
        db.Add(
            new JobAnswers
            {
                JobId = id,
                TeamId = api.TeamId(),
                Outputs = JsonElement.Parse(Outputs),
                PictureSamples = [17],
                PictureShape = [1, 2, 3],
                Pictures = [10, 20, 30, 40, 50, 60],
            }
        );
        await db.SaveChangesAsync(Cancel);
        return id;
    }

    private async Task<Guid> QueueAsync()
    {
        var spec = (await api.GetAsync("/v1/gallery/two-branch")).Body;
        var queued = await api.PostAsync("/v1/jobs", $$"""{ "architecture": {{spec}}, "dataset": "two-scale" }""");
        return queued.Json.GetProperty("id").GetGuid();
    }
}
