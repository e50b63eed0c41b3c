using System.Text.Json;

namespace ConcatService.Api.Tests;

/// <summary>What came back.</summary>
public sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 2000 });
            return document.RootElement.Clone();
        }
    }

    /// <summary>The code of a problem.</summary>
    public string Code => Json.GetProperty("code").GetString()!;

    /// <summary>Where the first fault of a problem is, and its code.</summary>
    public (string Pointer, string Code) Fault =>
        Json.GetProperty("errors")[0] is var error
            ? (error.GetProperty("pointer").GetString()!, error.GetProperty("code").GetString()!)
            : default;

    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
        response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value)));
}
