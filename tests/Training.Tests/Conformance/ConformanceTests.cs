using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Tests.Specs;
using ConcatService.Training.Onnx;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>Runs every example of every operator, in both layouts, against libtorch and ONNX Runtime.</summary>
[Collection("libtorch")]
public sealed class ConformanceTests
{
    [Theory]
    [MemberData(nameof(ConformanceCase.Keys), MemberType = typeof(ConformanceCase))]
    public void An_operator_written_as_JSON_is_read_back_as_it_was(string key)
    {
        var example = ConformanceCase.Of(key);
        var read = Compiler.Compile(example.Spec());
        Assert.Empty(read.Report.Diagnostics.Where(each => each.Severity == Severity.Error).Select(each => each.Message));
        Assert.Equal(example.Example.Operator, read.Graph.Layers.Single().Operator);
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.Keys), MemberType = typeof(ConformanceCase))]
    public void The_schema_accepts_it(string key)
    {
        using var spec = JsonDocument.Parse(ConformanceCase.Of(key).Spec());
        Assert.Null(Schema.Fault(spec.RootElement));
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.Keys), MemberType = typeof(ConformanceCase))]
    public void Libtorch_gives_the_shape_that_was_inferred(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = Model(example);
        foreach (var training in new[] { false, true })
        {
            model.Training = training;
            foreach (var batch in new long[] { 2, 3 })
            {
                var outputs = model.Forward(Written(example, example.Inputs(batch)));
                Assert.Equal(
                    model.Plan.Outputs.Select(output => Shown(model.Plan.Shapes[output.Wire], batch)),
                    outputs.Select(output => string.Join('x', output.shape))
                );
                Assert.Equal(
                    model.Plan.Outputs.Select(output => model.Plan.Shapes[output.Wire].DType == DType.Int64),
                    outputs.Select(output => output.dtype == ScalarType.Int64)
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.Keys), MemberType = typeof(ConformanceCase))]
    public void ONNX_Runtime_computes_what_libtorch_does(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = Model(example);
        var bytes = OnnxBytes.Write(
            OnnxGraphBuilder.Build(model.Plan, new Dictionary<string, Normalization>()),
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(bytes, options);
        foreach (var batch in new long[] { 1, 3 })
        {
            var inputs = Written(example, example.Inputs(batch));
            var expected = model.Forward(inputs);
            using var run = new RunOptions();
            var values = inputs.Select(Value).ToList();
            using var outputs = session.Run(run, [.. session.InputNames], values, [.. session.OutputNames]);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i].shape, outputs[i].GetTensorTypeAndShape().Shape);
                if (expected[i].dtype == ScalarType.Int64)
                    Assert.Equal(expected[i].contiguous().data<long>().ToArray(), outputs[i].GetTensorDataAsSpan<long>().ToArray());
                else
                    AssertClose(expected[i], tensor(outputs[i].GetTensorDataAsSpan<float>().ToArray()).reshape(expected[i].shape), 1e-5);
            }

            values.ForEach(value => value.Dispose());
        }
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.WithTrainableParameters), MemberType = typeof(ConformanceCase))]
    public void Every_trainable_parameter_gets_a_gradient(string key)
    {
        using var scope = NewDisposeScope();
        var example = ConformanceCase.Of(key);
        using var model = Model(example);
        var trainable = model.Parameters.Where(each => each.Declared.Trainable).ToList();
        // As the first layer of a network, and behind another one.
        foreach (var behindAnother in new[] { false, true })
        {
            var inputs = example.Inputs(3);
            foreach (var input in inputs.Where(input => behindAnother && example.ReadsInputs && input.is_floating_point()))
                input.requires_grad = true;
            trainable.ForEach(parameter => parameter.Tensor.grad?.zero_());
            var outputs = model.Forward(Written(example, inputs));
            outputs.Select(output => (output * randn_like(output)).sum()).Aggregate((a, b) => a + b).backward();
            foreach (
                var (name, gradient) in trainable
                    .Select(each => (each.Key, each.Tensor.grad))
                    .Concat(inputs.Where(input => input.requires_grad).Select((input, i) => ($"x{i}", input.grad)))
            )
            {
                Assert.True(gradient is not null, $"{name} has no gradient");
                Assert.True(gradient!.isfinite().all().item<bool>(), $"{name} has a gradient that is not finite");
                Assert.True(gradient.abs().max().item<float>() > 0, $"{name} has a gradient of zero");
            }
        }
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.WithReferenceModule), MemberType = typeof(ConformanceCase))]
    public void The_module_of_that_name_has_these_parameters_and_gives_these_numbers(string key)
    {
        var example = ConformanceCase.Of(key);
        using var scope = NewDisposeScope();
        using var model = Model(example);
        var layer = Assert.Single(model.Plan.Layers);
        var (module, run) = ReferenceModules.Of(layer)!();
        using var owned = module;
        module.eval();
        var theirs = module
            .state_dict()
            .Where(each => each.Key != "num_batches_tracked")
            .ToDictionary(each => each.Key, each => each.Value);
        // PyTorch counts batches in every case, a spec where the mean of all of them is asked for.
        var ours = model.Parameters.Where(each => each.Declared.Name != "num_batches_tracked").ToList();
        Assert.Equal(
            theirs.Select(each => $"{each.Key} {string.Join('x', each.Value.shape)}").Order(),
            ours.Select(each => $"{each.Declared.Name} {string.Join('x', each.Tensor.shape)}").Order());
        Assert.Equal(module.parameters().Sum(each => each.NumberOfElements), layer.ParameterCount);
        using (no_grad())
        {
            foreach (var parameter in ours)
                theirs[parameter.Declared.Name].copy_(parameter.Tensor);
        }

        var inputs = example.Inputs(3);
        AssertClose(run(inputs), model.Forward(Written(example, inputs))[0], 1e-5);
    }

    [Theory]
    [MemberData(nameof(ConformanceCase.ChannelsLastTwins), MemberType = typeof(ConformanceCase))]
    public void Channels_last_computes_the_same_as_channels_first(string key)
    {
        var last = ConformanceCase.Of(key);
        using var scope = NewDisposeScope();
        var first = last with { Layout = Layout.ChannelsFirst };
        using var a = Model(first);
        using var b = Model(last);
        Assert.Equal(a.Parameters.Select(each => each.Key), b.Parameters.Select(each => each.Key));
        foreach (var (from, to) in a.Parameters.Zip(b.Parameters))
        {
            using var _ = no_grad();
            to.Tensor.copy_(from.Tensor);
        }

        var inputs = first.Inputs(2);
        var expected = a.Forward(inputs);
        var outputs = b.Forward(Written(last, inputs));
        for (var i = 0; i < outputs.Length; i++)
        {
            var (was, now) = (a.Plan.Shapes[a.Plan.Outputs[i].Wire], b.Plan.Shapes[b.Plan.Outputs[i].Wire]);
            var order = now.Axes.Contains(Axis.Other)
                ? [.. Enumerable.Range(0, now.Rank).Select(n => (long)n)]
                : now.Axes.Select(axis => (long)was.Position(axis)).ToArray();
            AssertClose(expected[i].permute(order), outputs[i], 1e-6);
        }
    }

    private static readonly SchemaValidator Schema = new(JsonDocument.Parse(SchemaWriter.Utf8).RootElement);

    /// <summary>
    /// The example's model with values in every parameter that no two operators confuse: seeded, and statistics away from 0 and 1.
    /// </summary>
    internal static TorchModel Model(ConformanceCase example)
    {
        var model = new TorchModel(example.Plan());
        manual_seed(11);
        using var _ = no_grad();
        foreach (var parameter in model.Parameters)
        {
            if (parameter.Declared.Trainable)
                parameter.Tensor.normal_(0.1, 0.5);
            else
                parameter.Tensor.uniform_(0.5, 1.5);
        }

        return model;
    }

    internal static Tensor[] Written(ConformanceCase example, Tensor[] inputs) => [.. inputs.Select(example.Written)];

    private static string Shown(Shape shape, long batch) => string.Join('x', shape.Dims.Select(dim => dim.Evaluate(_ => batch)));

    private static OrtValue Value(Tensor x) => x.dtype == ScalarType.Int64
        ? OrtValue.CreateTensorValueFromMemory(x.contiguous().data<long>().ToArray(), x.shape)
        : OrtValue.CreateTensorValueFromMemory(x.contiguous().data<float>().ToArray(), x.shape);

    private static void AssertClose(Tensor expected, Tensor actual, double relativeToPeak)
    {
        Assert.Equal(expected.shape, actual.shape);
        var peak = expected.abs().max().to(ScalarType.Float64).item<double>();
        var difference = (expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs().max().item<double>();
        Assert.True(difference <= relativeToPeak * peak, $"differs by {difference:g3} at a peak of {peak:g3}");
    }
}
