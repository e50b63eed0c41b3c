using System.Reflection;
using ConcatService.Domain.Operators;
using ConcatService.Operators;
using Xunit;

namespace ConcatService.Training.Tests.Conformance;

public sealed class CatalogTests
{
    [Fact]
    public void Every_layer_type_that_computes_has_an_example()
    {
        var shown = ConformanceCase.Examples.Select(example => example.Operator.Kind).ToHashSet();
        Assert.Equal(["opaque"], OperatorCatalog.All.Select(type => type.Kind).Except(shown));
    }

    [Fact]
    public void Examples_of_one_layer_type_have_different_names()
    {
        var keys = ConformanceCase.Examples.Select(example => $"{example.Operator.Kind}: {example.Name}").ToList();
        Assert.Empty(keys.GroupBy(key => key).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void Every_primitive_has_a_libtorch_form_and_no_composite_has_one()
    {
        // What the planner puts around a layer with a data_format of its own: no spec can name it, and such layers are among the examples.
        var primitives = OperatorCatalog
            .All.Where(type => !type.Create().Expands)
            .Select(type => type.Record.Name)
            .Concat([nameof(Relabel), nameof(FoldSteps), nameof(UnfoldSteps)])
            .ToHashSet();
        var lowered = typeof(TorchLowering)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(TorchLowering)) && !type.IsAbstract)
            .Select(type => ((TorchLowering)Activator.CreateInstance(type)!).Operator.Name);
        Assert.Equal(primitives.Order(), lowered.Order());
    }

    [Fact]
    public void Every_primitive_has_its_own_shape_rule_and_ONNX_form()
    {
        foreach (var record in OperatorCatalog.All.Where(type => !type.Create().Expands).Select(type => type.Record).Distinct())
        {
            Assert.NotEqual(
                typeof(Operator),
                record.GetMethod(nameof(Operator.EmitOnnx), BindingFlags.Public | BindingFlags.Instance)!.DeclaringType
            );
            Assert.True(
                Overrides(record, nameof(Operator.Infer)) || Overrides(record, nameof(Operator.InferAll)),
                $"{record.Name} has no shape rule"
            );
        }
    }

    private static bool Overrides(Type record, string method) =>
        record.GetMethod(method, BindingFlags.Public | BindingFlags.Instance)!.DeclaringType != typeof(Operator);
}
