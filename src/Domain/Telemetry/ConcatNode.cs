using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Telemetry;

/// <summary>A concat of a network that is trained, as telemetry sees it.</summary>
/// <param name="Axis">The joined dimension of the tensors that libtorch sees; 1 for features.</param>
/// <param name="Branches">In the order in which they are joined.</param>
/// <param name="Consumer">The layer that weighs what was joined; null where none does so branch by branch.</param>
public sealed record ConcatNode(PlannedLayer Layer, int Axis, IReadOnlyList<ConcatBranch> Branches, Consumer? Consumer)
{
    /// <summary>
    /// All that is watched at once. Of a larger network concats are taken at even distances, so that its series stay countable.
    /// </summary>
    public const int MostBranches = 256;

    public string Name => Layer.Name;

    /// <summary>The concats that are watched, in execution order. Those of whole numbers are left out: they have no gradient.</summary>
    public static IReadOnlyList<ConcatNode> Of(Plan plan)
    {
        var all = plan
            .Layers.Where(layer =>
                layer.Operator is IMerge { JoinedAxis: not null } && layer.Inputs.Length > 1 && layer.Output.DType == Shapes.DType.Float32
            )
            .ToList();
        var branches = all.Sum(layer => layer.Inputs.Length);
        var every = (branches + MostBranches - 1) / MostBranches;
        var nodes = new List<ConcatNode>();
        var left = MostBranches;
        for (var i = 0; i < all.Count; i += Math.Max(1, every))
        {
            if (all[i].Inputs.Length > left)
                continue;
            left -= all[i].Inputs.Length;
            nodes.Add(Of(plan, all[i]));
        }

        return nodes;
    }

    /// <summary>
    /// The concat and branch that a layer is part of: the first concat that it reaches by one branch alone. Null before the ways part, and
    /// behind the last concat.
    /// </summary>
    public static (string Concat, string Branch)? PlaceOf(Plan plan, string layer)
    {
        var reached = new HashSet<string> { layer };
        foreach (var next in plan.Layers)
        {
            var by = Enumerable.Range(0, next.Inputs.Length).Where(i => reached.Contains(next.Inputs[i].Source)).ToList();
            if (by.Count == 0)
                continue;
            if (next.Operator is IMerge { JoinedAxis: not null } && next.Inputs.Length > 1)
                return by.Count == 1 ? (next.Name, BranchesOf(next)[by[0]].Name) : null;
            reached.Add(next.Name);
        }

        return null;
    }

    private static ConcatNode Of(Plan plan, PlannedLayer layer)
    {
        var position = ((IMerge)layer.Operator).JoinedAxis!.Value.PositionIn(layer.Input)!.Value;
        var consumer = layer.Output.Axes[position] == Shapes.Axis.Channels ? Consumer.Of(plan, layer) : null;
        return new(layer, layer.Output.IndexOfPosition(position), BranchesOf(layer), consumer);
    }

    private static List<ConcatBranch> BranchesOf(PlannedLayer layer)
    {
        var position = ((IMerge)layer.Operator).JoinedAxis!.Value.PositionIn(layer.Input)!.Value;
        var (branches, offset) = (new List<ConcatBranch>(), 0L);
        for (var i = 0; i < layer.Inputs.Length; i++)
        {
            var written = layer.Layer.InputName(i);
            var name = branches.Exists(other => other.Name == written) ? $"{written}#{i}" : written;         // the same output joined twice
            var width = layer.InputShapes[i].Dims[position].Known ?? 0;
            branches.Add(new(name, layer.Inputs[i], offset, width));
            offset += width;
        }

        return branches;
    }
}

/// <summary>One input of a concat.</summary>
/// <param name="Name">As the spec writes it; <c>branch 0</c> in a <c>parallel</c>.</param>
/// <param name="Source">The output that arrives here.</param>
/// <param name="Offset">Where it begins in what is joined.</param>
/// <param name="Width">Its size along the joined axis, the number of its channels as a rule; 0 where that is a symbol.</param>
public sealed record ConcatBranch(string Name, Wire Source, long Offset, long Width);
