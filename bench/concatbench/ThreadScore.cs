using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.ConcatBench;

/// <summary>A fault that people asked about in public, and what came of it here.</summary>
/// <param name="HasClass">Whether the cause is the thread's; where nothing was wrong, whether nothing is found.</param>
/// <param name="HasFix">Whether a fix of a kind that was accepted there is offered.</param>
/// <param name="Said">The first finding with the ids of its fixes.</param>
public sealed record ThreadScore(string Thread, bool HasClass, bool HasFix, string Said)
{
    public bool Passes => HasClass && HasFix;

    /// <summary>Every thread of the folder (its README tells the fields), by name.</summary>
    public static List<ThreadScore> In(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*.json")
                .Order(StringComparer.Ordinal)
                .Select(file => Of((JsonObject)JsonNode.Parse(File.ReadAllText(file))!)),
        ];

    private static ThreadScore Of(JsonObject thread)
    {
        var compiled = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(thread["spec"]));
        var (name, cause) = ((string)thread["thread"]!, (string?)thread["cause"]);
        if ((bool?)thread["expressible"] == false)
            return new(name, false, false, "a spec cannot say it");
        var found = compiled.Report.Diagnostics.Where(each => each.Severity != Severity.Info).ToList();
        var said =
            found.Count == 0
                ? compiled.Verdict
                : $"{found[0].Code.Name}, {found[0].Cause?.Kind.Name}: {string.Join(", ", found[0].Fixes.Select(fix => fix.Id))}";
        if (cause is null)
            return new(name, compiled.Verdict == "valid", true, said);

        // A warning has a code in the place of a cause: its fix says whether it means the same.
        var accepted = ((JsonArray)thread["accepted"]!).Select(kind => (string)kind!).ToList();
        var right = (bool?)thread["silent"] == true
            ? found.Where(each => each.Code.Name == $"concat.{cause}" || (each.Severity == Severity.Warning && Offers(each))).ToList()
            : found.Where(each => each.Cause?.Kind.Name == cause).ToList();
        return new(name, right.Count > 0, accepted.Count == 0 ? right.Count > 0 : right.Exists(Offers), said);

        bool Offers(Diagnostic each) => each.Fixes.Any(fix => accepted.Exists(kind => fix.Id.StartsWith(kind, StringComparison.Ordinal)));
    }
}
