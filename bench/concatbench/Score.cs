using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;

namespace ConcatService.ConcatBench;

/// <summary>What the diagnosis made of one case.</summary>
public sealed record Score(Case Case)
{
    public bool Detected { get; init; }

    public bool CauseRight { get; init; }

    public bool BlameRight { get; init; }

    /// <summary>For each offered fix, the best first, whether it leaves a network that runs.</summary>
    public IReadOnlyList<FixResult> Fixes { get; init; } = [];

    public string Said { get; init; } = "";

    public TimeSpan Took { get; init; }

    /// <summary>The score of the case's second fault.</summary>
    public Score? Other { get; init; }

    /// <summary>The fixes of both faults.</summary>
    public IEnumerable<FixResult> AllFixes => Other is null ? Fixes : Fixes.Concat(Other.Fixes);

    /// <summary>Whether one of the first so many fixes leaves a network that runs.</summary>
    public bool Runs(int first) => Fixes.Take(first).Any(fix => fix.Fault is null) && Other?.Runs(first) != false;

    /// <summary>
    /// Whether one of the first so many fixes undoes the edit, for two faults together with one of the first so many of the other's.
    /// </summary>
    public bool Undoes(int first) => Fixes.Take(first).Any(fix => fix.UndoneWith < first);
}

/// <summary>What became of a fix.</summary>
/// <param name="Fault">What is wrong with the network that it leaves; null when that runs.</param>
/// <param name="IsBad">Whether its finding is still there, or another error came.</param>
/// <param name="UndoneWith">
/// Which fix of the case's other fault, 0 the first, leaves every original layer with its shape and parameters beside this one; null where
/// none does. 0 for a case of one fault that it undoes.
/// </param>
public sealed record FixResult(string Id, string? Fault, bool IsBad, int? UndoneWith);

/// <summary>Compiles each case, and tries what is offered.</summary>
public sealed class Scorer(TorchRun torch)
{
    /// <summary>Fixes that run in libtorch: one among these has to.</summary>
    private const int Tried = 3;

    public Score Of(Case tried, bool full = false)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        if (CompiledOrNull(tried, out var broken) is not { } compiled)
            return new(tried) { Detected = tried.Label is null, Said = broken };
        var score = new Score(tried) { Took = watch.Elapsed };
        if (tried.Label is not { } label)
            return score with { Detected = compiled.Verdict != "valid", Said = First(compiled) };
        score = OfFault(score, label, compiled, full);
        if (tried.Other is not { } second)
            return score;
        var other = OfFault(new(tried), second, compiled, full);
        return score with
        {
            Other = other,
            Detected = score.Detected && other.Detected,
            CauseRight = score.CauseRight && other.CauseRight,
            BlameRight = score.BlameRight && other.BlameRight,
            Said = $"{score.Said} | {other.Said}",
        };
    }

    // A fault that the validator breaks on is missed, and a valid network refused; the rest of the run is still worth having.
    private static Compilation? CompiledOrNull(Case tried, out string broken)
    {
        broken = "";
        try
        {
            return Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(tried.Spec));
        }
        catch (Exception thrown) when (thrown is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            broken = $"threw {thrown.GetType().Name}: {thrown.Message}";
            return null;
        }
    }

    private Score OfFault(Score score, Label label, Compilation compiled, bool full)
    {
        var tried = score.Case;
        var found = compiled.Report.Diagnostics.FirstOrDefault(each => each.Layer == label.Merge && Stops(each));
        // What cannot be decided is an error, whether some sizes run or none.
        if (
            found is null
            || (
                (label.IsConditional is { } some ? compiled.Verdict != (some ? "conditional" : "invalid") : compiled.Verdict == "valid")
                && (found.Cause?.Kind.Name != "symbol_unprovable" || compiled.Verdict == "valid")
            )
        )
            return score with { Said = $"{compiled.Verdict}: {First(compiled)}" };
        var before = compiled.Report.Diagnostics.Where(Stops).Select(Key).ToHashSet();
        var smaller = tried.Class != "odd" && label.At is null;
        return score with
        {
            Detected = true,
            CauseRight = found.Cause?.Kind.Name == label.Cause,
            BlameRight = label.Blamed.Contains(found.Cause?.Path?.ToString()),
            Said = $"{found.Cause?.Kind.Name} at {found.Cause?.Path}: {string.Join(", ", found.Fixes.Select(fix => fix.Id))}",
            Fixes = FixResults(),
        };

        // The first fix always runs in libtorch, the next two where it did not.
        List<FixResult> FixResults()
        {
            var outcomes = new List<FixResult>();
            foreach (var fix in found.Fixes)
                outcomes.Add(
                    Try(
                        tried,
                        fix,
                        found,
                        before,
                        outcomes.Count < Tried && outcomes.TrueForAll(each => each.Fault is not null),
                        smaller,
                        full
                    )
                );
            return outcomes;
        }
    }

    /// <summary>Whether the first fix undoes the edit, for a quick look at one fault.</summary>
    public bool UndoesFirst(Case tried)
    {
        if (CompiledOrNull(tried, out _) is not { } compiled)
            return false;
        var stops = compiled.Report.Diagnostics.FirstOrDefault(each => each.Layer == tried.Label?.Merge && Stops(each));
        return stops is { Fixes: [var fix, ..] } found
            && Try(tried, fix, found, [], run: false, smaller: false, full: false).UndoneWith == 0;
    }

    private FixResult Try(Case tried, Fix fix, Diagnostic found, HashSet<string> before, bool run, bool smaller, bool full)
    {
        var spec = (JsonObject)tried.Spec.DeepClone();
        JsonPatch.Apply(spec, fix.Patch);
        var after = TorchRun.Compiled(spec);
        var errors = after.Report.Diagnostics.Where(Stops).Select(Key).ToList();
        var isBad = errors.Contains(Key(found)) || errors.Exists(error => !before.Contains(error));
        // Other findings of the same spec are repaired by their own fixes.
        List<JsonObject> whole =
            after.Verdict == "valid" || isBad ? [spec]
            : tried.Other is null ? [Rest(spec)]
            : [.. Enumerable.Range(0, Tried).Select(rank => RestByFixes(spec, rank))];
        var undoneWith = tried.Other is null
            ? UndoCheck.Holds(tried.Original.Spec, after, tried.Free) ? 0 : -1
            : whole.FindIndex(each => UndoCheck.Holds(tried.Original.Spec, TorchRun.Compiled(each), tried.Free));
        return new(
            fix.Id,
            run ? torch.Fault(tried.Label!.At is { } at ? Networks.SymbolicNetwork.Bound(whole[0], at) : whole[0], smaller, full)
                : isBad ? "is not valid"
                : null,
            isBad,
            undoneWith < 0 ? null : undoneWith
        );
    }

    private static JsonObject Rest(JsonObject spec)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
        return (JsonObject)Repair.Of(document.RootElement.Clone()).Spec;
    }

    // The other fault of two may want another input, which a repair does not do by itself. Its fix of that rank, then what is left.
    private static JsonObject RestByFixes(JsonObject broken, int rank)
    {
        var spec = (JsonObject)broken.DeepClone();
        for (var applied = 0; applied < 3; applied++)
        {
            var report = Compiler.Compile(JsonSerializer.SerializeToUtf8Bytes(spec)).Report;
            if (report.Diagnostics.FirstOrDefault(Stops) is not { Fixes: { Count: > 0 } fixes })
                break;
            JsonPatch.Apply(spec, fixes[applied == 0 ? Math.Min(rank, fixes.Count - 1) : 0].Patch);
        }

        return spec;
    }

    private static bool Stops(Diagnostic found) => found.Severity is Severity.Error or Severity.Condition;

    private static string Key(Diagnostic found) => $"{found.Code.Name} {found.Layer ?? found.Path.ToString()}";

    private static string First(Compilation compiled) =>
        compiled.Report.Diagnostics.FirstOrDefault(Stops) is { } found ? $"{found.Code.Name} {found.Message}" : "nothing";
}
