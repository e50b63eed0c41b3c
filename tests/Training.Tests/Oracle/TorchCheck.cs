using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Training.Tests.Conformance;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>Compares what libtorch makes of a spec with what PyTorch makes of the source that is written of it.</summary>
public sealed class TorchCheck : IDisposable
{
    private readonly TorchRunner _runner = new();

    /// <summary>valid, disagreement, or form where the spec has nothing to run.</summary>
    public OracleAnswer Of(JsonObject spec)
    {
        if (OracleCheck.Compile(spec).Plan is not { } plan || PlaceholderRun.HasPlaceholders(plan))
            return new("form");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = new TorchModel(plan);
        manual_seed(7);
        OracleCheck.Fill(model);
        var inputs = plan.Inputs.Select(input => OracleCheck.InputOf(plan, input.Shape)).ToArray();
        var expected = model.Forward(inputs);
        var answer = _runner.Run(model, null, inputs, expected);
        return Differs(model, inputs, expected, answer) is { } differs ? new("disagreement", differs) : new("valid");
    }

    public void Dispose() => _runner.Dispose();

    private static string? Differs(TorchModel model, Tensor[] inputs, Tensor[] expected, TorchRunner.Answer answer)
    {
        if (answer.Error is { } error)
            return $"PyTorch fails: {error.Trim().Split('\n')[^1]}";
        var counted = Totals.Of(model.Plan).Parameters;
        if (counted != answer.Parameters)
            return $"PyTorch counts {answer.Parameters} parameters, not {counted}";
        List<Tensor[]>? moved = null;
        for (var i = 0; i < expected.Length; i++)
        {
            var (difference, peak) = answer.Outputs[i];
            if (peak is null || difference <= 1e-5 * peak)
                continue;
            moved ??= OracleCheck.Moved(model, inputs);
            if (difference is null || difference > OracleCheck.Allowed(expected, moved, i))
                return $"PyTorch's {model.Plan.Outputs[i].Name} differs from libtorch's by {difference:g3} at a peak of {peak:g3}";
        }

        return null;
    }
}
