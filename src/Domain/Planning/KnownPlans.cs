using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>
/// What was planned for graphs that differ in a layer or two: the first one, and those after it in which many layers had other shapes. The
/// fixes of one mismatch give two or three different sizes, and with each of them everything behind has the shapes that it had before.
/// </summary>
internal sealed class KnownPlans(Planned before)
{
    private const int MostPlans = 4, FewInferred = 8;

    private readonly List<Planned> _plans = [before];
    private readonly int[] _next = new int[MostPlans];

    /// <summary>The first.</summary>
    public Planned Before => before;

    /// <summary>Call it before the first layer of a graph.</summary>
    public void Begin() => Array.Clear(_next);

    /// <summary>The layer in one of the plans, where it has the same operator, the very object, and the same inputs.</summary>
    public PlannedLayer? Of(Layer layer, Shape[] inputs)
    {
        for (var plan = _plans.Count - 1; plan >= 0; plan--)
        {
            if (Find(_plans[plan], ref _next[plan], layer, inputs) is { } known)
                return known;
        }

        return null;
    }

    public void Keep(Planned planned)
    {
        if (planned.Inferred <= FewInferred)
            return;
        if (_plans.Count == MostPlans)
            _plans.RemoveAt(1);
        _plans.Add(planned);
    }

    /// <param name="next">Where it is when the layers are in the same order.</param>
    private static PlannedLayer? Find(Planned plan, ref int next, Layer layer, Shape[] inputs)
    {
        if (next >= plan.Layers.Count || !ReferenceEquals(plan.Layers[next].Name, layer.Name))
            next = plan.Numbers.GetValueOrDefault(layer.Name, int.MaxValue);
        if (next >= plan.Layers.Count)
            return null;
        var known = plan.Layers[next++];
        if (!ReferenceEquals(known.Operator, layer.Operator) || known.InputShapes.Length != inputs.Length)
            return null;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!inputs[i].IsSame(known.InputShapes[i]))
                return null;
        }

        return known;
    }
}
