using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Training.Tests.Oracle;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>
/// Networks as PyTorch source: whether PyTorch computes what ONNX Runtime does with the exported model, and whether the Python client reads
/// the source back as the network that it was.
/// </summary>
public sealed class PyTorchOut : IDisposable
{
    /// <summary>Of the largest number that ONNX Runtime answers.</summary>
    public const double Within = 1e-5;

    private readonly TorchRunner _runner = new();

    /// <summary>What came of a network; null for each that is as it should be.</summary>
    /// <param name="Computes">How its answers differ, or that it fails.</param>
    /// <param name="ReadsBack">How what is read differs, or what cannot be read.</param>
    public sealed record Outcome(string? Computes, string? ReadsBack);

    /// <summary>The random network of a seed; null where there is none that is valid and can be computed.</summary>
    public static JsonObject? Random(int seed)
    {
        var graph = new RandomGraph(seed);
        graph.Start(OracleCheck.Compile(graph.Spec));
        for (var tries = 0; graph.Count < graph.Target && tries < 3 * graph.Target; tries++)
        {
            graph.Propose();
            var compiled = OracleCheck.Compile(graph.Spec);
            if (compiled.Plan is { } plan && OracleRun.IsSmall(plan))
                graph.Keep(compiled);
            else
                graph.Drop();
        }

        if (graph.Count == 0)
            return null;
        graph.Finish();
        return OracleCheck.Compile(graph.Spec).Plan is { } whole && !PlaceholderRun.HasPlaceholders(whole) ? graph.Spec : null;
    }

    /// <param name="within">Of the largest number of an output.</param>
    public Outcome Of(Plan plan, double within = Within)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var model = new TorchModel(plan);
        manual_seed(7);
        OracleCheck.Fill(model);
        model.Training = false;
        var inputs = plan.Inputs.Select(input => OracleCheck.InputOf(plan, input.Shape)).ToArray();
        var expected = PythonTests.Served(model, inputs);
        var answer = _runner.Run(model, null, inputs, expected, readsBack: true);
        return answer.Error is { } error
            ? new($"PyTorch fails: {error.Trim().Split('\n')[^1]}", "not tried")
            : new(Computed(model, inputs, expected, answer, within), Read(plan, answer));
    }

    public void Dispose() => _runner.Dispose();

    private static string? Computed(TorchModel model, Tensor[] inputs, Tensor[] expected, TorchRunner.Answer answer, double within)
    {
        List<Tensor[]>? moved = null;
        for (var i = 0; i < expected.Length; i++)
        {
            var (difference, peak) = answer.Outputs[i];
            if (peak is null || difference <= within * peak)
                continue;
            moved ??= OracleCheck.Moved(model, inputs);                                 // what a rounding of the inputs does to the answer
            if (difference is null || difference > OracleCheck.Allowed(expected, moved, i))
                return $"output {i} differs by {difference:g3} at a peak of {peak:g3}";
        }

        return null;
    }

    private static string? Read(Plan plan, TorchRunner.Answer answer)
    {
        if (answer.Gaps.Count > 0)
            return $"not read: {answer.Gaps[0].Trim().Split('\n')[^1]}";
        var compiled = OracleCheck.Compile(answer.ReadBack!);
        if (compiled.Plan is not { } read)
            return $"read as a network that is refused: {compiled.Report.Diagnostics[0].Message}";
        var (before, after) = (Totals.Of(plan), Totals.Of(read));
        if (before.Parameters != after.Parameters)
            return $"read with {after.Parameters} parameters, not {before.Parameters}";
        if (before.Macs != after.Macs)
            return $"read with {after.Macs} MACs, not {before.Macs}";
        return Sizes(plan) == Sizes(read) ? null : $"read with the outputs {Sizes(read)}, not {Sizes(plan)}";
    }

    /// <summary>Each once: what only passes a tensor on is no line of the source, so that two outputs may be one.</summary>
    private static string Sizes(Plan plan) =>
        string.Join("; ", plan.Outputs.Select(output => string.Join("x", plan.Shapes[output.Wire].Dims)).Distinct());
}
