using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Weights;

/// <summary>Weights that a job asks to begin with: matched before it is queued.</summary>
public sealed class InitialWeightsTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Spec = """
        { "name": "small", "inputs": { "x": { "shape": [10] } }, "layers": [
            { "name": "body", "type": "linear", "out_features": 4 }, { "name": "y", "type": "linear", "out_features": 1 } ] }
        """;

    private static readonly (string, long[], float[])[] Whole =
    [
        ("body.weight", [4, 10], new float[40]), ("body.bias", [4], new float[4]), ("y.weight", [1, 4], new float[4]),
        ("y.bias", [1], new float[1]),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_file_is_taken_with_or_without_a_prefix_and_transposed()
    {
        var job = await JobAsync([.. Whole.Select(each => ("module." + each.Item1, each.Item2, each.Item3))], "");
        Assert.Equal(4, Report(job).GetProperty("used").GetInt32());

        (string, long[], float[])[] keras = [("body.weight", [10, 4], new float[40]), .. Whole[1..]];
        Assert.Equal("""["body.weight"]""", Report(await JobAsync(keras, "")).GetProperty("transposed").GetRawText());
    }

    [Fact]
    public async Task A_tensor_of_another_shape_is_named_with_both_shapes_and_no_job_is_queued()
    {
        (string, long[], float[])[] other = [("body.weight", [5, 10], new float[50]), .. Whole[1..]];
        var answer = await JobAsync(other, "", "shaped");
        Assert.Equal((422, "weights.shape"), (answer.Status, Fault(answer)));
        Assert.Contains("[5, 10]", answer.Body);
        Assert.Contains("[4, 10]", answer.Body);
        await using var db = api.Database.Open();
        Assert.False(await db.Jobs.AnyAsync(job => job.ModelName == "shaped", Cancel));
    }

    [Fact]
    public async Task What_is_missing_or_left_over_is_refused_unless_strict_is_false()
    {
        (string, long[], float[])[] part = [.. Whole[..3], ("other", [1], [7])];
        Assert.Equal("weights.missing", Fault(await JobAsync(part, "")));
        var loose = Report(await JobAsync(part, """, "strict": false"""));
        Assert.Equal("""["y.bias"]""", loose.GetProperty("missing").GetRawText());
        Assert.Equal("""["other"]""", loose.GetProperty("left_over").GetRawText());
        var mapped = Report(await JobAsync(part, """, "map": { "y.bias": "other" }"""));
        Assert.Equal((4, "[]"), (mapped.GetProperty("used").GetInt32(), mapped.GetProperty("left_over").GetRawText()));
        Assert.Equal("weights.unknown_tensor", Fault(await JobAsync(part, """, "map": { "y.bias": "nowhere" }""")));
        Assert.Equal("weights.unknown_parameter", Fault(await JobAsync(Whole, """, "map": { "z.bias": "y.bias" }""")));
    }

    [Fact]
    public async Task Weights_that_are_not_there_are_told_and_those_of_another_team_are_not_there()
    {
        var nobody = Settings($$"""{ "initial_weights": { "id": "{{Guid.NewGuid()}}" } }""");
        Assert.Equal("not_found", Fault(await api.PostAsync("/v1/jobs", nobody)));
        var version = Settings("""{ "initial_weights": { "model": "nothing", "version": 3 } }""");
        Assert.Equal("not_found", Fault(await api.PostAsync("/v1/jobs", version)));
        Assert.Equal("spec.missing_field", Fault(await api.PostAsync("/v1/jobs", Settings("""{ "initial_weights": { } }"""))));
        Assert.Equal("spec.out_of_range", Fault(await api.PostAsync("/v1/jobs", Settings("""{ "epochs": 0 }"""))));
        Assert.Equal("spec.unknown_input", Fault(await api.PostAsync("/v1/jobs", Settings("""{ "freeze": ["bodi"] }"""))));
        Assert.Equal("spec.out_of_range", Fault(await api.PostAsync("/v1/jobs", Settings("""{ "freeze": ["*"] }"""))));
    }

    [Fact]
    public async Task Adopting_asks_how_inputs_are_normalized_where_the_file_does_not_say()
    {
        Assert.Equal("weights.normalize", Fault(await JobAsync(Whole, "", more: ", \"epochs\": 0")));
        Assert.Equal(202, (await JobAsync(Whole, "", more: ", \"epochs\": 0, \"normalize\": false")).Status);
    }

    [Fact]
    public async Task Bytes_that_a_waiting_job_begins_with_stay_when_the_weights_are_deleted()
    {
        var file = WeightFiles.Safe([.. Whole[..3], ("y.bias", [1], [0.125f])]);
        var made = await api.SendAsync(HttpMethod.Post, "/v1/weights", WeightFiles.Content(file));
        var job = await api.PostAsync(
            "/v1/jobs",
            Settings($$"""{ "initial_weights": { "id": "{{made.Json.GetProperty("id").GetString()}}" } }""")
        );
        Assert.Equal(202, job.Status);
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, made.Headers["Location"])).Status);
        await using var db = api.Database.Open();
        var hash = made.Json.GetProperty("sha256").GetString();
        Assert.True(await db.Blobs.AnyAsync(blob => blob.Sha256 == hash, Cancel));
    }

    private async Task<Answer> JobAsync((string, long[], float[])[] tensors, string asked, string model = "small", string more = "")
    {
        var made = await api.SendAsync(HttpMethod.Post, "/v1/weights", WeightFiles.Content(WeightFiles.Safe(tensors)));
        Assert.True(made.Status is 200 or 201, made.Body);
        var id = made.Json.GetProperty("id").GetString();
        return await api.PostAsync("/v1/jobs", Settings($$"""{ "initial_weights": { "id": "{{id}}"{{asked}} }{{more}} }""", model));
    }

    private static string Settings(string settings, string model = "small") =>
        $$"""{ "architecture": {{Spec}}, "dataset": "tabular", "model_name": "{{model}}", "settings": {{settings}} }""";

    private static JsonElement Report(Answer answer)
    {
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Json.GetProperty("initial_weights");
    }

    private static string? Fault(Answer answer)
    {
        Assert.True(answer.Status == 422, answer.Body);
        return answer.Json.GetProperty("errors")[0].GetProperty("code").GetString();
    }
}
