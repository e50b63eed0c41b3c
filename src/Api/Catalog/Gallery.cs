using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Api.Paging;
using ConcatService.Domain.Planning;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Catalog;

/// <summary>
/// GET /v1/gallery and /v1/gallery/{name}: the specs under samples/, which travel inside this assembly. The valid ones come first.
/// </summary>
internal static class Gallery
{
    private const string Folder = "gallery/";
    private static readonly Lazy<IReadOnlyList<Sample>> Samples = new(() =>
        [
            .. typeof(Gallery)
                .Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Order()
                .Select(Read)
                .OrderBy(sample => sample.Verdict != "valid"),
        ]
    );

    /// <param name="Verdict">The verdict of its validation; some specs are invalid on purpose.</param>
    /// <param name="Dataset">The data set that it was made for; null where there is none.</param>
    /// <param name="Settings">Training settings that work well on that data set, or null.</param>
    public sealed record Sample(string Name, string? Title, string Verdict, string? Dataset, JsonElement? Settings, JsonElement Spec);

    public static Ok<Page<Sample>> List() => TypedResults.Ok(new Page<Sample>(Samples.Value, false, null));

    public static Results<Ok<JsonElement>, ProblemHttpResult> Get(string name) =>
        Samples.Value.FirstOrDefault(sample => sample.Name == name) is { } found
            ? TypedResults.Ok(found.Spec)
            : Problems.NotFound("spec in the gallery", name);

    private static Sample Read(string resource)
    {
        using var stream = typeof(Gallery).Assembly.GetManifestResourceStream(resource)!;
        using var document = JsonDocument.Parse(stream);
        var spec = document.RootElement.Clone();
        JsonElement? Said(string name) =>
            spec.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty(name, out var given) ? given : null;
        return new(
            resource[Folder.Length..],
            Said("title")?.GetString(),
            Compilation.Of(spec).Verdict,
            Said("dataset")?.GetString(),
            Said("settings"),
            spec
        );
    }
}
