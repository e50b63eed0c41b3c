using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fixes.LayerTypes;

namespace ConcatService.Domain.Fixes.Adapters;

/// <summary>
/// The shortest way from what a branch gives to what fits beside the target: the element type, the axes, the sizes, the width, the order.
/// </summary>
internal sealed class Way(MergeCase merge, Branch branch, Branch target, Resizing resizing, Reduction reduction)
{
    private readonly List<Step> _steps = [];
    private readonly Shape _wanted = target.Shape;
    private Shape _at = branch.Shape;

    private string Name => branch.Name;

    /// <summary>None where the branch fits as it is; null where there is no such way.</summary>
    public List<Step>? Steps()
    {
        Cast();
        if (branch == target || (_at.SameAxes(_wanted) && !Differing.Any()))
            return _steps;
        if (Turn())
            return _steps;
        return Align() && Resize() && Project() && Permute([.. _wanted.Axes]) && !Differing.Any() ? _steps : null;
    }

    private IEnumerable<int> Differing => MergeTargets.Differing(merge, _at, _wanted);

    private Layout Layout => merge.Compiled.Graph.Layout;

    private Axis[] DefaultOrder(int rank) => Axes.Default(rank - 1, Layout, DType.Float32);

    private bool Add(string verb, JsonObject layer, Shape after, string title, string effect, Loss loss) =>
        Add(new(verb, layer, title, effect, loss), after);

    private bool Add(Step step, Shape after)
    {
        _steps.Add(step);
        _at = after;
        return true;
    }

    private void Cast()
    {
        if (_at.DType == DType.Float32 || merge.Branches.All(each => each.Shape.DType == _at.DType))
            return;
        Add(
            "cast",
            new() { ["type"] = "cast", ["dtype"] = "float32" },
            _at.With(DType.Float32),
            $"Cast {Name} to float32",
            "Whole numbers above 16,777,216 are rounded.",
            Loss.None
        );
    }

    // The sizes of the other layout: the dimensions change places, and the positions keep their names.
    private bool Turn()
    {
        if (!_at.SameAxes(_wanted) || MixedLayout.Rotation(_at, _wanted, merge.JoinedPosition(_wanted) ?? -1) is not { } order)
            return false;
        return Add("permute", Permutation(order), _wanted, $"Turn {Name} into the order of {target.Name}", Moved(order), Loss.None);
    }

    /// <summary>Gives the branch the target's axes, in some order.</summary>
    private bool Align()
    {
        if (_at.Axes.ToHashSet().SetEquals(_wanted.Axes))
            return true;
        var lacking = _wanted.Axes.Where(axis => !_at.Has(axis)).ToList();
        var surplus = _at.Axes.Where(axis => !_wanted.Has(axis)).ToList();
        if (surplus.Count == 0)
            return Unflatten() || Widen();
        if (lacking.Count == 0)
            return surplus.TrueForAll(axis => _at[axis] == 1) ? Squeeze()
                : _wanted.Rank == 2 && merge.IsColumn(branch) && reduction == Reduction.List ? Unroll()
                : Reduce();
        return _at.Rank == 2 && _wanted.Rank == 2 && _wanted.Has(Axis.Channels)
            ? Reshape([_at.Dims[1].Known], "reshape", $"Read {Name} as features", "The same numbers, read as features; nothing is lost.")
            : PositionsAsSteps();
    }

    // A vector that was flattened from a map of the target's size becomes that map again.
    private bool Unflatten() =>
        _at.Rank == 2
        && branch.Path.LastOrDefault(layer => layer.Operator.AxisFlow == AxisFlow.Flattened) is { } flatten
        && flatten.Output.SameSizes(_at)
        && flatten.Input.SameAxes(_wanted)
        && flatten.Input.SpatialSizes == _wanted.SpatialSizes
        && Reshape(
            [.. flatten.Input.Dims.Skip(1).Select(size => size.Known)],
            "unflatten",
            $"Give {Name} the axes back that {flatten.Name} took",
            "The same numbers as a map again; nothing is lost."
        );

    private bool Widen()
    {
        var order = DefaultOrder(_wanted.Rank);
        if (!order.ToHashSet().SetEquals(_wanted.Axes))
            return false;
        var several = _at.Axes.Skip(1).Where(axis => _at[axis] != 1).ToList();
        if (several.Count > 1 && !several.SequenceEqual(order.Where(several.Contains)))
            return false;
        return Reshape(
            [.. order.Skip(1).Select(axis => _at.Has(axis) ? _at[axis].Known : 1)],
            "reshape",
            $"Give {Name} the axes of {target.Name}",
            "The same numbers with axes of one; nothing is lost."
        );
    }

    private bool Squeeze()
    {
        const string Effect = "The same numbers without the axis of one; nothing is lost.";
        if (_wanted.Rank > 2)
            return Reshape(
                [.. _wanted.Axes.Skip(1).Select(axis => _at[axis].Known)],
                "reshape",
                $"Take the axes of one away from {Name}",
                Effect
            );
        return Add(
            "flatten",
            new() { ["type"] = "flatten" },
            new([Dim.Batch, _at.Has(Axis.Channels) ? _at[Axis.Channels] : 1], [Axis.Batch, Axis.Channels], _at.DType),
            $"Flatten {Name}, whose axis of one is in the way",
            Effect,
            Loss.None
        );
    }

    private bool Unroll() =>
        _at.ElementsPerSample is { } numbers
        && Add(
            "flatten",
            new() { ["type"] = "flatten" },
            new([Dim.Batch, numbers], [Axis.Batch, Axis.Channels]),
            $"Flatten {Name} to its {numbers} numbers",
            $"Each number of {Name} is a feature of its own; nothing is lost.",
            Loss.None
        );

    private bool Reduce()
    {
        if (_wanted.Rank != 2 || !_wanted.Has(Axis.Channels) || !_at.Has(Axis.Channels))
            return false;
        if (reduction == Reduction.Mean)
            return Add(
                "pool",
                new() { ["type"] = "global_avg_pool" },
                new([Dim.Batch, _at[Axis.Channels]], [Axis.Batch, Axis.Channels]),
                $"Average {Name} over all positions",
                $"{Name} becomes one number for each channel; where something was seen is lost, that it was seen is kept.",
                Loss.Resampled
            );
        return _at.ElementsPerSample is { } numbers
            && Add(
                "flatten",
                new() { ["type"] = "flatten" },
                new([Dim.Batch, numbers], [Axis.Batch, Axis.Channels]),
                $"Flatten {Name}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Every number of {Name} is kept, {numbers:N0} in all, and which of them are neighbors is forgotten; a linear layer "
                        + $"behind the merge needs a weight for each."
                ),
                Loss.Dropped
            );
    }

    private bool PositionsAsSteps()
    {
        if (!_at.SameAxes(new(new Dim[4], DefaultOrder(4))) || _wanted.Rank != 3 || !_wanted.Has(Axis.Time) || !_wanted.Has(Axis.Channels))
            return false;
        var (features, positions) = (_at[Axis.Channels].Known, _at.Positions);
        return Reshape(
            Layout == Layout.ChannelsFirst ? [features, positions] : [positions, features],
            "reshape",
            $"Read the {_at.SpatialSizes} positions of {Name} as steps",
            "The same numbers, row by row; nothing is lost."
        );
    }

    private bool Reshape(long?[] sizes, string verb, string title, string effect)
    {
        if (sizes.Contains(null))
            return false;
        return Add(
            verb,
            new() { ["type"] = "reshape", ["shape"] = new JsonArray([.. sizes.Select(size => (JsonNode)size!.Value)]) },
            new([Dim.Batch, .. sizes.Select(size => (Dim)size!.Value)], Axes.Default(sizes.Length, Layout, DType.Float32), _at.DType),
            title,
            effect,
            Loss.None
        );
    }

    /// <summary>Gives every spatial axis the target's size.</summary>
    private bool Resize()
    {
        if (!_at.Axes.ToHashSet().SetEquals(_wanted.Axes))
            return false;
        var axes = Unequal.Where(axis => axis.IsSpatial()).ToList();
        if (axes.Count == 0)
            return true;
        if (axes.Exists(axis => !_at[axis].IsKnown || !_wanted[axis].IsKnown))
            return false;
        if (!_at.Axes.SequenceEqual(DefaultOrder(_at.Rank)) && axes is [var only] && resizing is Resizing.Border or Resizing.Start)
            return Slice(only);
        if (!Permute(DefaultOrder(_at.Rank)))
            return false;
        return new Resizer(merge, branch, target, resizing, Unequal.Contains(Axis.Channels)).Step(_at) is var (step, after)
            && Add(step, after);
    }

    // A sequence that is written [time, features] is cut as it is.
    private bool Slice(Axis axis)
    {
        var (has, wants) = (_at[axis].Value, _wanted[axis].Value);
        if (has <= wants)
            return false;
        var isStart = resizing == Resizing.Start;
        var layer = new JsonObject
        {
            ["type"] = "slice",
            ["axis"] = axis.Name(),
            [isStart ? "start" : "end"] = isStart ? has - wants : wants,
        };
        return Add(
            "cut",
            layer,
            _at.With(axis, wants),
            $"Cut the {(isStart ? "first" : "last")} {has - wants} of the {has} steps of {Name}, to the {wants} of {target.Name}",
            $"What {Name} says of these steps is dropped.",
            Loss.Dropped
        );
    }

    /// <summary>Gives the feature axis the target's size.</summary>
    private bool Project()
    {
        if (!Unequal.Contains(Axis.Channels))
            return true;
        if (_wanted[Axis.Channels].Known is not { } features)
            return false;
        var isMap = _at.Rank > 2 && _at.Axes.SequenceEqual(DefaultOrder(_at.Rank));
        var layer = isMap
            ? new JsonObject
            {
                ["type"] = Twin("conv", _at),
                ["out_channels"] = features,
                ["kernel_size"] = 1,
            }
            : new JsonObject { ["type"] = "linear", ["out_features"] = features };
        return Add(
            "project",
            layer,
            _at.With(Axis.Channels, features),
            $"Project {Name} to the {features} channels of {target.Name}",
            $"At every place {features} learned mixtures of the channels stand for the channels themselves.",
            _at[Axis.Channels].Known > features ? Loss.Dropped : Loss.MadeUp
        );
    }

    private bool Permute(Axis[] order)
    {
        if (_at.Axes.SequenceEqual(order))
            return true;
        if (!_at.Axes.ToHashSet().SetEquals(order))
            return false;
        int[] dims = [.. order.Select(_at.Position)];
        return Add(
            "permute",
            Permutation(dims),
            new([.. dims.Select(dim => _at.Dims[dim])], order, _at.DType),
            $"Turn {Name} into the order of {target.Name}",
            Moved(dims),
            Loss.None
        );
    }

    private static JsonObject Permutation(int[] dims) =>
        new() { ["type"] = "permute", ["dims"] = new JsonArray([.. dims.Select(dim => (JsonNode)dim)]) };

    private string Moved(int[] dims) => $"The dimensions of {Name} change places ([{string.Join(", ", dims)}]); no value changes.";

    /// <summary>The axes of which the branch has another size than the target, and must not.</summary>
    private List<Axis> Unequal =>
        [
            .. _wanted
                .Axes.Skip(1)
                .Where(axis =>
                    axis != merge.JoinedAxis(_wanted)
                    && _at[axis] != _wanted[axis]
                    && (merge.JoinsAxis || (_at[axis] != 1 && _wanted[axis] != 1))
                ),
        ];
}
