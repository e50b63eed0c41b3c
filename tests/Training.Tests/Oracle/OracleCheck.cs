using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Operators;
using ConcatService.Training.Onnx;
using ConcatService.Training.Tests.Conformance;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>What came of comparing one spec's verdict with libtorch and ONNX Runtime.</summary>
/// <param name="Kind">valid, refused, form (the JSON itself is wrong, which libtorch cannot judge) or disagreement.</param>
/// <param name="Detail">For a refusal who agrees with it; for a disagreement what differs.</param>
public sealed record OracleAnswer(string Kind, string Detail = "")
{
    public bool IsDisagreement => Kind == "disagreement";
}

/// <summary>Compares the compiler's verdict on a spec with what libtorch, and ONNX Runtime where asked, make of the network.</summary>
public static class OracleCheck
{
    private const int Batch = 2;

    public static Compilation Compile(JsonObject spec)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
        return Compilation.Of(document.RootElement);
    }

    /// <param name="deep">Whether the network is also trained a step, its parameters are counted by torch.nn, and ONNX Runtime runs
    /// it.</param>
    public static OracleAnswer Of(JsonObject spec, bool deep)
    {
        try
        {
            var compiled = Compile(spec);
            return compiled.Plan is { } plan
                ? OfValid(plan, deep, compiled.Report.Diagnostics.All(each => each.Code != Codes.ExportUnsupported))
                : OfRefused(compiled);
        }
        catch (Exception fault)
        {
            return new(
                "disagreement",
                $"{fault.GetType().Name}: {fault.Message.Split('\n')[0]} "
                    + fault.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("ConcatService", StringComparison.Ordinal))?.Trim()
            );
        }
    }

    /// <summary>Each error at a layer needs libtorch, or a named rule, to agree.</summary>
    public static OracleAnswer OfRefused(Compilation compiled)
    {
        var by = "";
        foreach (var error in compiled.Report.Diagnostics.Where(each => each.Severity == Severity.Error))
        {
            if (error.Layer is null || error.Code == Codes.TooLarge || error.Code == Codes.MissingField)
                return new("form");
            by = Refusals.AgreesWith(error, compiled);
            if (by is null)
                return new("disagreement", $"libtorch runs what is refused: {error.Code} {error.Message}");
        }

        return new("refused", by);
    }

    private static OracleAnswer OfValid(Plan plan, bool deep, bool exports)
    {
        using var scope = NewDisposeScope();
        using var model = new TorchModel(plan);
        manual_seed(7);
        Fill(model);
        var inputs = plan.Inputs.Select(input => InputOf(plan, input.Shape)).ToArray();
        var placeholders = PlaceholderRun.HasPlaceholders(plan);
        if (placeholders && (exports || Totals.Of(plan).Macs is not null))
            return new("disagreement", "a network with a placeholder is exported, or its MACs are known");
        var repeats = TensorSizes.Repeats(plan, _ => Batch);
        Dictionary<Wire, Tensor> values;
        using (no_grad())
            values = PlaceholderRun.Of(model, inputs, _ => Batch);
        foreach (var (wire, value) in values)
        {
            var shape = plan.Shapes[wire];
            var inferred = TensorSizes.Of(shape, _ => Batch, repeats(wire.Source));
            if (!inferred.SequenceEqual(value.shape) || shape.DType == DType.Int64 != (value.dtype == ScalarType.Int64))
                return new(
                    "disagreement",
                    $"{wire} is [{string.Join(", ", inferred)}] {shape.DType}, "
                        + $"and libtorch gives [{string.Join(", ", value.shape)}] {value.dtype}"
                );
        }

        if (!deep)
            return new("valid");
        if (Miscounted(plan) is { } counted)
            return new("disagreement", counted);
        if (placeholders)
            return new("valid");
        if (!plan.Layers.Any(layer => layer.Operator is InstanceNorm && layer.Input.Positions == 1))
            Train(model, inputs);
        return exports && ByOnnxRuntime(model, inputs) is { } differs ? new("disagreement", differs) : new("valid");
    }

    internal static void Fill(TorchModel model)
    {
        using var _ = no_grad();
        foreach (var parameter in model.Parameters)
        {
            if (parameter.Declared.Trainable)
                parameter.Tensor.normal_(0.1, 0.4);
            else
                parameter.Tensor.uniform_(0.5, 1.5);
        }
    }

    /// <summary>Whole numbers are such that every embedding of the network knows them.</summary>
    internal static Tensor InputOf(Plan plan, Shape shape)
    {
        long[] dims = [.. shape.Dims.Select(dim => dim.Evaluate(_ => Batch))];
        return shape.DType == DType.Float32
            ? randn(dims)
            : randint(
                0,
                plan.Layers.Select(layer => layer.Operator).OfType<Embedding>().Select(each => each.NumEmbeddings).DefaultIfEmpty(5).Min(),
                dims,
                dtype: ScalarType.Int64
            );
    }

    private static string? Miscounted(Plan plan)
    {
        foreach (var layer in plan.Layers)
        {
            if (layer.Operator is Recurrent { NumLayers: 1, Dropout: > 0 } || ReferenceModules.Of(layer) is not { } make)
                continue;
            using var module = make().Module;
            var theirs = module.parameters().Sum(each => each.NumberOfElements);
            if (theirs != layer.ParameterCount)
                return $"{layer.Name} has {layer.ParameterCount} parameters, and torch.nn's {layer.Operator.Kind} {theirs}";
        }

        return null;
    }

    private static void Train(TorchModel model, Tensor[] inputs)
    {
        model.Training = true;
        var sums = model.Forward(inputs).Where(output => output.requires_grad).Select(output => output.sum()).ToList();
        if (sums.Count > 0)
            sums.Aggregate((a, b) => a + b).backward();
        model.Training = false;
    }

    private static string? ByOnnxRuntime(TorchModel model, Tensor[] inputs)
    {
        using var _ = no_grad();
        var graph = OnnxGraphBuilder.Build(model.Plan, new Dictionary<string, Normalization>());
        var bytes = OnnxBytes.Write(
            graph,
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using var session = new InferenceSession(bytes, options);
        var expected = model.Forward(inputs);
        using var run = new RunOptions();
        var given = session
            .InputNames.Select(name => Value(inputs[model.Plan.Inputs.ToList().FindIndex(input => input.Name == name)]))
            .ToList();
        using var outputs = session.Run(run, [.. session.InputNames], given, [.. session.OutputNames]);
        given.ForEach(value => value.Dispose());
        List<Tensor[]>? shaken = null;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!expected[i].shape.SequenceEqual(outputs[i].GetTensorTypeAndShape().Shape))
                return $"{model.Plan.Outputs[i].Name} is [{string.Join(", ", expected[i].shape)}], "
                    + $"and ONNX Runtime gives [{string.Join(", ", outputs[i].GetTensorTypeAndShape().Shape)}]";
            using var theirs = expected[i].dtype == ScalarType.Int64
                ? tensor(outputs[i].GetTensorDataAsSpan<long>().ToArray()).to(ScalarType.Float64).reshape(expected[i].shape)
                : tensor(outputs[i].GetTensorDataAsSpan<float>().ToArray()).to(ScalarType.Float64).reshape(expected[i].shape);
            var (difference, peak) = (Distance(expected[i], theirs), expected[i].to(ScalarType.Float64).abs().max().item<double>());
            if (!double.IsFinite(peak) || difference <= 1e-5 * peak)
                continue;
            // Two correct programs part where the network enlarges rounding: as far as a change of every value in its last digits moves it.
            shaken ??= Moved(model, inputs);
            if (difference > Allowed(expected, shaken, i))
                return $"{model.Plan.Outputs[i].Name} differs between libtorch and ONNX Runtime by {difference:g3} at a peak of {peak:g3}";
        }

        return null;
    }

    /// <summary>The outputs of a few runs in which every value in the network is off by its rounding.</summary>
    internal static List<Tensor[]> Moved(TorchModel model, Tensor[] inputs) =>
        [.. Enumerable.Range(0, 4).Select(_ => Shaken(model, inputs))];

    /// <summary>How far another correct program may be from an output.</summary>
    internal static double Allowed(Tensor[] expected, List<Tensor[]> moved, int output) =>
        (1e-5 * expected[output].to(ScalarType.Float64).abs().max().item<double>())
        + (10 * moved.Max(each => Distance(expected[output], each[output])));

    /// <summary>The outputs when every value in the network is off by its rounding.</summary>
    private static Tensor[] Shaken(TorchModel model, Tensor[] inputs)
    {
        var values = model
            .Plan.Inputs.Select((input, i) => (Wire: new Wire(input.Name), Value: Off(TorchModel.ToMemoryOrder(inputs[i], input.Shape))))
            .ToDictionary(each => each.Wire, each => each.Value);
        foreach (var layer in model.Layers)
        {
            var outputs = layer.Run([.. layer.Plan.Inputs.Select(wire => values[wire])]);
            for (var port = 0; port < outputs.Length; port++)
                values[new(layer.Plan.Name, port)] = Off(outputs[port]);
        }

        return [.. model.Plan.Outputs.Select(output => TorchModel.ToWrittenOrder(values[output.Wire], model.Plan.Shapes[output.Wire]))];
    }

    private static Tensor Off(Tensor value) => value.is_floating_point() ? value * (1 + (2e-7 * randn_like(value))) : value;

    private static double Distance(Tensor a, Tensor b) => (a.to(ScalarType.Float64) - b.to(ScalarType.Float64)).abs().max().item<double>();

    private static OrtValue Value(Tensor x) => x.dtype == ScalarType.Int64
        ? OrtValue.CreateTensorValueFromMemory(x.contiguous().data<long>().ToArray(), x.shape)
        : OrtValue.CreateTensorValueFromMemory(x.contiguous().data<float>().ToArray(), x.shape);
}
