using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;
using ConcatService.Export.Python;
using ConcatService.Operators;
using ConcatService.Training.Onnx;
using ConcatService.Training.Tests.Oracle;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>The generated PyTorch source, run in PyTorch: a fourth opinion beside shapes, libtorch and ONNX Runtime.</summary>
[Collection("libtorch")]
public sealed class PythonTests(TorchRunner torch) : IClassFixture<TorchRunner>
{
    /// <summary>What a test of everybody's machine takes on, in multiply-accumulates for one sample.</summary>
    private const long Quick = 1_500_000_000;

    /// <summary>The gallery's networks without an error that are soon computed.</summary>
    public static TheoryData<string> Small { get; } = Networks(macs => macs <= Quick);

    /// <summary>The others: <c>dotnet test --project tests/Training.Tests -- --explicit only</c>, two minutes.</summary>
    public static TheoryData<string> Large { get; } = Networks(macs => macs > Quick);

    private static TheoryData<string> Networks(Func<long, bool> takes) =>
        new(Samples.Names.Where(name => Compiler.Compile(Samples.Bytes(name)).Plan is { } plan && takes(Totals.Of(plan).Macs ?? 0)));

    [Fact]
    public void Every_primitive_has_a_PyTorch_form_and_no_composite_has_one()
    {
        // Relabel and the steps' folding stand in no spec; a placeholder computes nothing, and no source is written with one.
        var primitives = OperatorCatalog
            .All.Where(type => type.Record != typeof(Opaque) && !type.Create().Expands)
            .Select(type => type.Record.Name)
            .Concat([nameof(Relabel), nameof(FoldSteps), nameof(UnfoldSteps)]);
        Assert.Equal(primitives.Distinct().Order(), PythonForm.Operators.Select(type => type.Name).Order());
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.Keys), MemberType = typeof(ConformanceCase))]
    public void PyTorch_computes_what_libtorch_does(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = ConformanceTests.Model(example);
        var inputs = ConformanceTests.Written(example, example.Inputs(3));
        torch.AssertGives(model, "Example", inputs, model.Forward(inputs), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void A_network_of_the_gallery_computes_what_ONNX_Runtime_does(string sample) => Compare(sample);

    [Theory(Explicit = true)]
    [MemberData(nameof(Large))]
    public void A_large_network_of_the_gallery_computes_what_ONNX_Runtime_does(string sample) => Compare(sample);

    /// <summary>A sample of <c>./concat bench pytorch-out</c>, where 122 of 200 are read back.</summary>
    [Fact]
    public void Random_networks_compute_what_ONNX_Runtime_does_and_most_are_read_back()
    {
        TorchPython.Required();
        using var source = new PyTorchOut();
        var networks = Enumerable.Range(1, 60).Select(seed => (seed, spec: PyTorchOut.Random(seed))).Where(each => each.spec is not null);
        var outcomes = networks.Take(12).Select(each => (each.seed, source.Of(OracleCheck.Compile(each.spec!).Plan!))).ToList();
        Assert.All(outcomes, each => Assert.True(each.Item2.Computes is null, $"seed {each.seed}: {each.Item2.Computes}"));
        Assert.True(
            outcomes.Count(each => each.Item2.ReadsBack is null) >= 6,
            string.Join('\n', outcomes.Select(each => $"seed {each.seed}: {each.Item2.ReadsBack}"))
        );
    }

    private void Compare(string sample)
    {
        TorchPython.Required();
        using var scope = NewDisposeScope();
        var plan = Compiler.Compile(Samples.Bytes(sample)).Plan!;
        using var model = Filled(plan);
        var inputs = plan.Inputs.Select(Input).ToArray();
        // The siamese network's only output is a sum of 4,096 differences that nearly cancel.
        torch.AssertGives(model, sample, inputs, Served(model, inputs), sample == "siamese" ? 2e-4 : 1e-5);
    }

    private static Tensor Input(InputSpec input)
    {
        long[] shape = [.. input.Shape.Dims.Select(dim => dim.Evaluate(Size))];
        return input.Shape.DType == DType.Int64 ? randint(0, 10, shape, dtype: ScalarType.Int64) : randn(shape);
    }

    private static long Size(string symbol) => symbol == "N" ? 1 : 64;

    private static TorchModel Filled(Plan plan)
    {
        var model = new TorchModel(plan);
        manual_seed(7);
        Initializers.Fill(model, Initialization.Auto);
        using var _ = no_grad();
        foreach (var buffer in model.Parameters.Where(each => each.Declared.Name is "running_mean" or "running_var"))
            buffer.Tensor.uniform_(0.5, 1.5);
        return model;
    }

    internal static Tensor[] Served(TorchModel model, Tensor[] inputs)
    {
        var bytes = ModelExport.Write(model, new Dictionary<string, Normalization>(), new Dictionary<string, string>());
        using var session = OnnxSession.Open(bytes);
        using var run = new RunOptions();
        var values = inputs.Select(Value).ToList();
        using var outputs = session.Run(run, [.. session.InputNames], values, [.. session.OutputNames]);
        values.ForEach(value => value.Dispose());
        static OrtValue Value(Tensor x) =>
            x.dtype == ScalarType.Int64
                ? OrtValue.CreateTensorValueFromMemory(x.contiguous().data<long>().ToArray(), x.shape)
                : OrtValue.CreateTensorValueFromMemory(x.contiguous().data<float>().ToArray(), x.shape);

        return [.. outputs.Select(Read)];
    }

    private static Tensor Read(OrtValue value) =>
        (value.GetTensorTypeAndShape() is { ElementDataType: Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 }
            ? tensor(value.GetTensorDataAsSpan<long>().ToArray())
            : tensor(value.GetTensorDataAsSpan<float>().ToArray())
        ).reshape(value.GetTensorTypeAndShape().Shape);
}
