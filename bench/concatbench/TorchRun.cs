using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.ConcatBench;

/// <summary>Runs networks forward and backward in libtorch, narrower than written where that is possible.</summary>
/// <param name="dry">Whether validity is taken for running: for a quick look.</param>
public sealed class TorchRun(bool dry = false)
{
    private readonly Dictionary<string, string?> _known = [];

    /// <summary>How many networks ran; those that were equal once narrowed are counted once.</summary>
    public int Runs => _known.Count;

    /// <summary>Null when the network runs; otherwise what stopped it.</summary>
    /// <param name="spec">A spec, valid or not.</param>
    /// <param name="smaller">Whether inputs may be made smaller too.</param>
    /// <param name="full">Whether to run it as written.</param>
    public string? Fault(JsonObject spec, bool smaller, bool full = false)
    {
        if (dry)
            return Compiled(spec).Plan is null ? "is not valid" : null;
        var tried = full ? spec : ReducedNetwork.Of(spec, smaller);
        var key = tried.ToJsonString();
        if (!_known.TryGetValue(key, out var fault))
            _known[key] = fault = Run(tried);
        return fault;
    }

    private static string? Run(JsonObject spec)
    {
        try
        {
            if (Compiled(spec).Plan is not { } plan)
                return "is not valid";
            using var scope = NewDisposeScope();
            using var model = new TorchModel(plan) { Training = true };
            using (no_grad())
            {
                foreach (var parameter in model.Parameters)
                    _ = parameter.Declared.Trainable ? parameter.Tensor.normal_(0, 0.1) : parameter.Tensor.fill_(1);
            }

            var inputs = plan.Inputs.Select(input => InputOf(input.Shape)).ToArray();
            var outputs = model.Forward(inputs);
            for (var i = 0; i < outputs.Length; i++)
            {
                var planned = plan.Shapes[plan.Outputs[i].Wire].Dims.Select(dim => dim.Evaluate(SizeOf)).ToArray();
                if (!planned.SequenceEqual(outputs[i].shape))
                    return $"{plan.Outputs[i].Name} is [{string.Join(", ", outputs[i].shape)}] "
                        + $"and was planned as [{string.Join(", ", planned)}]";
            }

            var sums = outputs.Where(output => output.requires_grad).Select(output => output.sum()).ToList();
            if (sums.Count > 0)
                sums.Aggregate((a, b) => a + b).backward();
            return null;
        }
        catch (Exception refused)
            when (refused is System.Runtime.InteropServices.ExternalException or ArgumentException or InvalidOperationException)
        {
            return refused.Message.Split('\n')[0];
        }
    }

    public static Compilation Compiled(JsonObject spec)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
        return Compilation.Of(document.RootElement);
    }

    private static Tensor InputOf(Shape shape)
    {
        long[] dims = [.. shape.Dims.Select(dim => dim.Evaluate(SizeOf))];
        return shape.DType == DType.Float32 ? randn(dims) : randint(0, 5, dims, dtype: ScalarType.Int64);
    }

    private static long SizeOf(string symbol) => symbol == "N" ? 2 : Networks.SymbolSizes.Default(symbol);
}
