using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Warnings;

/// <summary>
/// One way in which a network compiles and disappoints. Rules are found by scanning; each looks at a finished plan, in time linear in its
/// layers.
/// </summary>
public abstract class WarningRule
{
    internal static IReadOnlyList<WarningRule> All { get; } =
    [
        .. typeof(WarningRule)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(WarningRule)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (WarningRule)Activator.CreateInstance(type)!),
    ];

    /// <summary>The code, whose meaning says where the rule's threshold comes from.</summary>
    public abstract Code Code { get; }

    internal abstract void Look(Flow flow, List<Warning> found);

    /// <summary>A finding at a layer.</summary>
    private protected Warning At(Flow flow, int layer, string message, string advice)
    {
        var planned = flow.Layers[layer];
        return new(Code, planned.Path, planned.Name, $"{flow.NameOf(layer)}: {message}", advice);
    }

    /// <summary>A finding at a merge, with the shapes of its inputs.</summary>
    private protected Warning AtMerge(Flow flow, int merge, string message, string advice) => At(flow, merge, message, advice) with
    {
        Inputs = [.. flow.Layers[merge].InputShapes.Select((shape, i) => new NamedShape(flow.InputName(merge, i), shape))],
    };

    private protected static PatchWriter Patch(Flow flow, int layer) => new(flow.Compiled, flow.Layers[layer]);

    /// <summary>
    /// Where the attributes of a merge are written: a <c>parallel</c> has them inside, as a name or an object; null where only its name may
    /// be there.
    /// </summary>
    private protected static SpecPath? AttributesOf(PlannedLayer merge) => merge.Layer.Branches is not null ? null : merge.Path;

    private protected static long? Features(Shape shape) => shape.Has(Axis.Channels) ? shape[Axis.Channels].Known : null;
}
