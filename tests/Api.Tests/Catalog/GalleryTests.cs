using System.Text.Json;

namespace ConcatService.Api.Tests.Catalog;

/// <summary>What the gallery hands out is what its entries say of themselves.</summary>
public sealed class GalleryTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task There_are_a_dozen_valid_specs_and_three_that_are_explained_in_an_article()
    {
        var samples = (await api.GetAsync("/v1/gallery"))
            .Json.GetProperty("data")
            .EnumerateArray()
            .ToDictionary(sample => sample.GetProperty("name").GetString()!);
        Assert.True(samples.Values.Count(sample => sample.GetProperty("verdict").GetString() == "valid") >= 12);
        Assert.Equal("invalid", samples["mixed-layout-refused"].GetProperty("verdict").GetString());
        Assert.Equal("valid", samples["concat-then-1x1"].GetProperty("verdict").GetString());
        Assert.Equal("invalid", samples["three-scales-refused"].GetProperty("verdict").GetString());
        Assert.All(samples.Values, sample => Assert.NotEmpty(sample.GetProperty("title").GetString()!));
    }

    [Fact]
    public async Task The_counts_that_entries_give_are_those_that_validation_gives()
    {
        var counted = 0;
        foreach (var sample in (await api.GetAsync("/v1/gallery")).Json.GetProperty("data").EnumerateArray())
        {
            var spec = sample.GetProperty("spec");
            if (!spec.GetProperty("metadata").TryGetProperty("parameters", out var published))
                continue;
            var report = (await api.PostAsync("/v1/architectures/validate", spec.GetRawText())).Json;
            Assert.Equal(published.GetInt64(), report.GetProperty("parameters").GetInt64());
            Assert.DoesNotContain(
                report.GetProperty("diagnostics").EnumerateArray(),
                found => found.GetProperty("severity").GetString() == "warning"
            );
            counted++;
        }

        Assert.True(counted >= 10, $"only {counted} entries give a count");
    }

    [Fact]
    public async Task Data_sets_that_entries_name_are_there()
    {
        foreach (var sample in (await api.GetAsync("/v1/gallery")).Json.GetProperty("data").EnumerateArray())
        {
            if (sample.GetProperty("dataset").GetString() is { } dataset)
                Assert.Equal(200, (await api.GetAsync($"/v1/datasets/{dataset}")).Status);
        }
    }

    [Fact]
    public async Task Recipes_are_jobs_that_are_accepted_as_they_are()
    {
        var recipes = (await api.GetAsync("/v1/gallery"))
            .Json.GetProperty("data")
            .EnumerateArray()
            .Where(sample => sample.GetProperty("settings").ValueKind == JsonValueKind.Object)
            .ToList();
        Assert.Equal(
            ["fashion-large", "fashion-medium", "fashion-small", "fashion-vit", "seq2seq", "volumes-unet"],
            recipes.Select(recipe => recipe.GetProperty("name").GetString())
        );
        foreach (var recipe in recipes)
        {
            var job =
                $$"""
                { "architecture": {{recipe.GetProperty("spec")}}, "dataset": "{{recipe.GetProperty("dataset")}}",
                  "settings": {{recipe.GetProperty("settings")}} }
                """;
            var answer = await api.PostAsync("/v1/jobs", job);
            Assert.True(answer.Status == 202, answer.Body);
        }
    }

    [Fact]
    public async Task Every_kind_of_cause_is_listed_in_the_order_in_which_it_is_looked_for()
    {
        var causes = (await api.GetAsync("/v1/diagnostics")).Json.GetProperty("causes").EnumerateArray().ToList();
        Assert.Equal("rank_difference", causes[0].GetProperty("kind").GetString());
        Assert.Equal("declared_width", causes[^1].GetProperty("kind").GetString());
        Assert.All(causes, cause => Assert.NotEmpty(cause.GetProperty("meaning").GetString()!));
    }

    [Fact]
    public async Task Every_warning_is_listed_with_its_meaning()
    {
        var codes = (await api.GetAsync("/v1/diagnostics"))
            .Json.GetProperty("data")
            .EnumerateArray()
            .ToDictionary(code => code.GetProperty("code").GetString()!, code => code.GetProperty("meaning").GetString());
        Assert.All(
            new[]
            {
                "concat.spatial_axis",
                "concat.uneven_widths",
                "concat.unnormalised_branch",
                "concat.saturating_branch",
                "concat.unmixed_chain",
                "concat.repeated_input",
                "concat.degenerate",
                "train.unused_layer",
                "train.unused_input",
                "train.unused_part",
                "train.deep_without_norm",
                "train.linear_fuse",
            },
            code => Assert.NotEmpty(codes[code]!)
        );
    }
}
