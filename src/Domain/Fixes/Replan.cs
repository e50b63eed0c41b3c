using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>Plans the network again with one written layer changed: whether that attribute alone would restore agreement.</summary>
/// <remarks>Cheaper than compiling a patch, and before there is one: causes are found by it. What is offered is still compiled.</remarks>
internal sealed class Replan(MergeCase merge)
{
    private readonly HashSet<string> _before = [.. merge.Compiled.Report.Diagnostics.Where(IsError).Select(Told)];
    private readonly HashSet<string> _planned = [.. merge.Compiled.Planned.Layers.Select(layer => layer.Name)];
    private readonly KnownPlans _known = new(merge.Compiled.Planned);

    /// <summary>Whether the layer is written in a block, which may stand at several places.</summary>
    public static bool IsOfBlock(PlannedLayer layer) => layer.Path.ToString().StartsWith("/blocks/", StringComparison.Ordinal);

    /// <summary>
    /// Whether it fits when the layer is edited at all its places, or at those of a block that have no value of their own.
    /// </summary>
    /// <param name="layer">What is edited.</param>
    /// <param name="edit">The edit; null where it cannot be made.</param>
    /// <param name="isWidth">Whether layers behind that declare the old width follow in the same fix.</param>
    public bool RestoresAnywhere(PlannedLayer layer, Func<Operator, Operator?> edit, bool isWidth = false) =>
        Fits(Written(layer, edit), isWidth) || (IsOfBlock(layer) && (RestoresHere(layer, edit) || RestoresFromHere(layer, edit)));

    /// <summary>
    /// Whether the merge fits, and nothing else breaks, when the layer is edited so wherever the spec's text stands for it.
    /// </summary>
    public bool Restores(PlannedLayer layer, Func<Operator, Operator?> edit) => Fits(Written(layer, edit));

    /// <summary>
    /// The same where the layer stands, as it is when all other places of its block have a value of their own, by <c>with</c>.
    /// </summary>
    private bool RestoresHere(PlannedLayer layer, Func<Operator, Operator?> edit) =>
        Fits(each => each.Name == layer.Name && each.Operator.Kind == layer.Operator.Kind ? edit(each.Operator) : null);

    /// <summary>
    /// The same at this and all later places of its block: those before it are right, and have a value of their own by <c>with</c>.
    /// </summary>
    private bool RestoresFromHere(PlannedLayer layer, Func<Operator, Operator?> edit)
    {
        var path = layer.Path.ToString();
        var right = merge.Compiled.Planned.Layers.Where(each => each.Name != layer.Name).Select(each => each.Name).ToHashSet();
        return Fits(each => IsMeant(each) ? edit(each.Operator) : null);

        bool IsMeant(Layer each) =>
            each.Operator.Kind == layer.Operator.Kind && each.Path.ToString() == path && !right.Contains(each.Name);
    }

    /// <summary>The same for several layers at once, each with an edit of its own.</summary>
    public bool Restores(IReadOnlyList<PlannedLayer> layers, Func<PlannedLayer, Operator?> edit)
    {
        var edited = layers.DistinctBy(Key).ToDictionary(Key, edit);
        return Fits(each => edited.GetValueOrDefault((each.Path.ToString(), each.Operator.Kind)));

        static (string Path, string Kind) Key(PlannedLayer layer) => (layer.Path.ToString(), layer.Operator.Kind);
    }

    /// <summary>What an input of the merge then is, whether or not it fits; null where a layer before it has no shape.</summary>
    public Shape? Given(PlannedLayer layer, Func<Operator, Operator?> edit, int input) =>
        Planned(Written(layer, edit), new()).Shapes.GetValueOrDefault(merge.Merge.Inputs[input]);

    private static Func<Layer, Operator?> Written(PlannedLayer layer, Func<Operator, Operator?> edit)
    {
        var path = layer.Path.ToString();
        return each => each.Operator.Kind == layer.Operator.Kind && each.Path.ToString() == path ? edit(each.Operator) : null;
    }

    private bool Fits(Func<Layer, Operator?> edit, bool isWidth = false)
    {
        var report = new Report();
        var planned = Planned(edit, report);
        return planned.Shapes.ContainsKey(new Wire(merge.Merge.Name))
            && report.Diagnostics.Where(IsError).All(found => IsKnown(found) || (isWidth && IsDeclaredBehind(found)));
    }

    private Planned Planned(Func<Layer, Operator?> edit, Report report)
    {
        var layers = merge.Compiled.Graph.Layers.Select(each => edit(each) is { } op ? each with { Operator = op } : each).ToList();
        return Planner.Plan(merge.Compiled.Graph with { Layers = layers }, report, _known);
    }

    private bool IsKnown(Diagnostic found) => _before.Contains(Told(found));

    private bool IsDeclaredBehind(Diagnostic found) =>
        found.Code == Codes.DeclaredWidth && found.Layer is { } layer && !_planned.Contains(layer);

    private static bool IsError(Diagnostic found) => found.Severity == Severity.Error;

    private static string Told(Diagnostic found) => $"{found.Code} {found.Layer ?? found.Path.ToString()}";
}
