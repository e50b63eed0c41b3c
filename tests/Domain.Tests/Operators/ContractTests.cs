using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>What operators state about themselves, checked against their shape rules: every example of every primitive.</summary>
public sealed class ContractTests
{
    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void The_window_gives_the_inferred_sizes(string key)
    {
        var layer = OperatorCase.Of(key).Plan();
        Assert.Equal(Attributes.Of(layer.Operator.GetType()).Names.Contains("kernel_size"), layer.Operator.Window is not null);
        if (layer.Operator.Window is not { } window)
            return;
        foreach (var (axis, dimension) in layer.Input.SpatialAxes.Select((axis, i) => (axis, i)))
            Assert.Equal(layer.Output[axis], window.SizeAlong(dimension, layer.Input[axis]));
    }

    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void Features_that_are_kept_are_as_many(string key)
    {
        var layer = OperatorCase.Of(key).Plan();
        if (layer.Operator.FeatureFlow == FeatureFlow.Kept && layer.Input.Has(Axis.Channels))
            Assert.Equal(layer.InputShapes.Max(input => input[Axis.Channels].Value), layer.Output[Axis.Channels].Value);
        if (layer.Operator.FeatureFlow == FeatureFlow.Mixed)
            Assert.Contains(
                layer.Parameters,
                parameter => parameter.Dims.Contains(layer.Input[Axis.Channels].Value) && parameter.Trainable
            );
    }

    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void Axes_become_what_the_operator_says(string key)
    {
        var layer = OperatorCase.Of(key).Plan();
        foreach (var (input, output) in layer.InputShapes.Zip(layer.Outputs))
        {
            switch (layer.Operator.AxisFlow)
            {
                case AxisFlow.Kept:
                    Assert.Equal(input.Axes, output.Axes);
                    break;
                case AxisFlow.Reduced:
                    Assert.True(output.Rank < input.Rank || output.Dims.Contains(1));
                    break;
                case AxisFlow.Flattened:
                    Assert.Equal(input.ElementsPerSample, output.ElementsPerSample);
                    break;
                case AxisFlow.Moved:
                    Assert.Equal(
                input.Dims.Skip(1).Select(size => size.Value).Order(),
                output.Dims.Skip(1).Select(size => size.Value).Order()
            );
                    break;
                case AxisFlow.Relabeled:
                    Assert.True(input.SameSizes(output));
                    break;
                default:
                    Assert.False(input.SameAxes(output) && input.SameSizes(output) && input.Rank > 2);
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void Every_attribute_that_changes_the_shape_is_editable_and_changes_what_it_says(string key)
    {
        var example = OperatorCase.Of(key);
        var (now, edits) = (example.Plan(), example.Operator.Edits.ToDictionary(edit => edit.Name));
        foreach (var (attribute, value, then) in example.Alternatives())
        {
            var changed = Changed(now, then);
            if (changed == EditEffect.None)
                continue;
            Assert.True(edits.ContainsKey(attribute), $"{attribute} {value.ToJsonString()} changes {changed} and is not among the edits");
            Assert.True(
                edits[attribute].Effect.HasFlag(changed),
                $"{attribute} {value.ToJsonString()} changes {changed} and claims {edits[attribute].Effect}"
            );
        }
    }

    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void An_editable_attribute_is_solved_for_the_shape_that_another_value_gave(string key)
    {
        var example = OperatorCase.Of(key);
        var (now, edits) = (example.Plan(), example.Operator.Edits.ToDictionary(edit => edit.Name));
        foreach (var (attribute, value, then) in example.Alternatives())
        {
            if (Changed(now, then) == EditEffect.None || !edits.TryGetValue(attribute, out var edit))
                continue;
            var solutions = edit.Solve(now, then.Output).ToList();
            Assert.True(solutions.Count > 0, $"{attribute} has no value for {then.Output}, which {value.ToJsonString()} gives");
            Assert.Contains(
                solutions,
                solution => example.Operator.With(attribute, solution) is { } op && Gives(example.With(op), then.Output)
            );
        }
    }

    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void Axes_stay_or_go_by_the_attribute_that_the_operator_names(string key)
    {
        var example = OperatorCase.Of(key);
        if (example.Operator.RankSwitch is not { } rank)
            return;
        var other = example.With(example.Operator.With(rank.Attribute, !rank.Keeps)!)!;
        Assert.Equal(rank.Keeps, example.Plan().Output.Rank > other.Output.Rank);
    }

    [Theory]
    [MemberData(nameof(OperatorCase.Keys), MemberType = typeof(OperatorCase))]
    public void A_merge_joins_along_the_axis_that_it_names(string key)
    {
        var layer = OperatorCase.Of(key).Plan();
        if (layer.Operator is not IMerge merge)
            return;
        if (merge.JoinedAxis?.PositionIn(layer.Output) is { } position)
            Assert.Equal(layer.InputShapes.Sum(input => input.Dims[position].Value), layer.Output.Dims[position].Value);
        else if (layer.Operator.AxisFlow == AxisFlow.Kept)
            Assert.All(layer.InputShapes, input => Assert.Equal(layer.Output.Rank, input.Rank));
        else
            Assert.Equal(layer.Output.ElementsPerSample, layer.InputShapes.Sum(input => input.ElementsPerSample));
    }

    [Fact]
    public void An_activation_states_its_slope() =>
        Assert.All(
            OperatorCase.All.Where(each =>
                each.Operator is { Effect: var effect, Arity.Max: 1, AxisFlow: AxisFlow.Kept, Window: null }
                && effect.Has(Effect.Activates)
                && !effect.Has(Effect.Weighs)
                && !each.Operator.Edits.Any()
            ),
            each => Assert.True(each.Operator.Nonlinearity is { LargestSlope: > 0 }, each.Operator.Kind)
        );

    private static bool Gives(PlannedLayer? layer, Shape wanted) =>
        layer is not null && layer.Output.SameAxes(wanted) && layer.Output.SameSizes(wanted) && layer.Output.DType == wanted.DType;

    private static EditEffect Changed(PlannedLayer now, PlannedLayer then)
    {
        var (a, b) = (now.Output, then.Output);
        var changed = a.DType == b.DType ? EditEffect.None : EditEffect.ElementType;
        if (a.Rank != b.Rank)
            return changed | EditEffect.Rank;
        if (!a.SameAxes(b))
            changed |= EditEffect.Order;
        if (a.Has(Axis.Channels) && b.Has(Axis.Channels) && a[Axis.Channels] != b[Axis.Channels])
            changed |= EditEffect.Features;
        return a.SameAxes(b) && !Others(a).SequenceEqual(Others(b)) ? changed | EditEffect.Sizes : changed;
    }

    private static IEnumerable<Dim> Others(Shape shape) => shape.Dims.Where((_, i) => i > 0 && shape.Axes[i] != Axis.Channels);
}
