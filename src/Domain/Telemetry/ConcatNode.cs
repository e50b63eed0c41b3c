using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Telemetry;

/// <summary>A merge of a network that is trained, as telemetry sees it: a concat, or a sum, mean or product of branches.</summary>
/// <param name="Axis">The joined dimension of the tensors that libtorch sees, 1 for features; of an element-wise merge the dimension of the
/// features.</param>
/// <param name="Branches">In the order in which they are joined.</param>
/// <param name="Consumer">The layer that weighs what was joined; null where none does so branch by branch.</param>
public sealed record ConcatNode(PlannedLayer Layer, int Axis, IReadOnlyList<ConcatBranch> Branches, Consumer? Consumer)
{
    /// <summary>
    /// All that is watched at once. Of a larger network concats are taken at even distances, so that its series stay countable.
    /// </summary>
    public const int MostBranches = 256;

    public string Name => Layer.Name;

    /// <summary>Whether the branches lie side by side in what is given, and do not meet number by number.</summary>
    public bool Joins => Layer.Operator is IMerge { JoinedAxis: not null };

    /// <summary>Whether what is given is the sum or mean of the branches.</summary>
    public bool Adds => Combines(Layer) is Combination.Sum or Combination.Mean;

    /// <summary>Whether a branch is computed from another one or is the same, as at a skip connection.</summary>
    public bool IsNested { get; private init; }

    /// <summary>
    /// Whether nothing but death tells a fault here: what a residual branch adds may be small, and a gate has a scale of its own.
    /// </summary>
    public bool JudgesDeathOnly => !Joins && (IsNested || !Adds);

    /// <summary>The layer that weighs the branches; the merge itself where it adds them up.</summary>
    public string Weighing => Consumer?.Layer.Name ?? Name;

    /// <summary>
    /// The merges that are watched, in execution order: every concat, then element-wise merges while there is room. Those of whole numbers
    /// are left out: they have no gradient.
    /// </summary>
    public static IReadOnlyList<ConcatNode> Of(Plan plan)
    {
        var order = new Dictionary<string, int>();
        for (var i = 0; i < plan.Layers.Count; i++)
            order[plan.Layers[i].Name] = i;
        var merges = plan.Layers.Where(layer =>
            layer.Operator is IMerge && layer.Inputs.Length > 1 && layer.Output.DType == Shapes.DType.Float32
        ).ToLookup(layer => ((IMerge)layer.Operator).JoinedAxis is not null);
        var concats = Spread(plan, [.. merges[true]], MostBranches);
        var own = MergedParts.Of(plan);
        var sums = merges[false].Where(layer => IsWatched(plan, layer, own)).ToList();
        var left = MostBranches - concats.Sum(node => node.Branches.Count);
        return [.. concats.Concat(Spread(plan, sums, left)).OrderBy(node => order[node.Name])];
    }

    private static Combination? Combines(PlannedLayer layer) => (layer.Operator as IMerge)?.Combination;

    /// <summary>Of a sum or product of the spec's own, or where a fusion without a concat brings its branches together first.</summary>
    private static bool IsWatched(Plan plan, PlannedLayer layer, MergedParts parts) =>
        Combines(layer) is Combination.Sum or Combination.Mean or Combination.Product
        && layer.Output.Rank > 1
        && layer.InputShapes.All(shape => shape.Rank > 1)
        && !layer.Inputs.Any(parts.IsOwn)
        && (layer.Layer.EdgeOf(0) is not null || (Combines(layer) == Combination.Sum && parts.BringsTogether(layer)));

    /// <summary>As many merges as there is room for, at even distances.</summary>
    private static List<ConcatNode> Spread(Plan plan, List<PlannedLayer> all, int most)
    {
        if (all.Count == 0 || most < 2)
            return [];
        var branches = all.Sum(layer => layer.Inputs.Length);
        var every = (branches + most - 1) / most;
        var nodes = new List<ConcatNode>();
        var left = most;
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
        var isNested = Ancestry.IsNested(plan, layer);
        if (((IMerge)layer.Operator).JoinedAxis is not { } joined)
        {
            var features = layer.Output.Has(Shapes.Axis.Channels) ? layer.Output.Index(Shapes.Axis.Channels) : 1;
            return new(layer, features, BranchesOf(layer), null) { IsNested = isNested };
        }

        var position = joined.PositionIn(layer.Input)!.Value;
        var consumer = layer.Output.Axes[position] == Shapes.Axis.Channels ? Consumer.Of(plan, layer) : null;
        return new(layer, layer.Output.IndexOfPosition(position), BranchesOf(layer), consumer) { IsNested = isNested };
    }

    private static List<ConcatBranch> BranchesOf(PlannedLayer layer)
    {
        var joined = ((IMerge)layer.Operator).JoinedAxis;
        var (branches, offset) = (new List<ConcatBranch>(), 0L);
        for (var i = 0; i < layer.Inputs.Length; i++)
        {
            var written = layer.Layer.InputName(i);
            var name = branches.Exists(other => other.Name == written) ? $"{written}#{i}" : written;         // the same output joined twice
            var shape = layer.InputShapes[i];
            if (joined is { } axis)
            {
                var width = shape.Dims[axis.PositionIn(layer.Input)!.Value].Known ?? 0;
                branches.Add(new(name, layer.Inputs[i], offset, width));
                offset += width;
            }
            else
                branches.Add(new(name, layer.Inputs[i], 0, shape.Has(Shapes.Axis.Channels) ? shape[Shapes.Axis.Channels].Known ?? 0 : 0));
        }

        return branches;
    }
}

/// <summary>One input of a concat.</summary>
/// <param name="Name">As the spec writes it; <c>branch 0</c> in a <c>parallel</c>.</param>
/// <param name="Source">The output that arrives here.</param>
/// <param name="Offset">Where it begins in what is joined; 0 where nothing is.</param>
/// <param name="Width">Its size along the joined axis, the number of its channels as a rule; 0 where that is a symbol.</param>
public sealed record ConcatBranch(string Name, Wire Source, long Offset, long Width);
