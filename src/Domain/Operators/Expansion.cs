using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>What a composite operator builds with: its inputs and their shapes in, visible layers out.</summary>
public sealed class Expansion(ShapeContext context, Func<Layer, Wire?> plan, Func<Wire, Shape> shapeOf)
{
    public ShapeContext ShapeContext => context;

    public Wire Input => context.Layer.Inputs[0];

    public IReadOnlyList<Wire> Inputs => context.Layer.Inputs;

    public Shape ShapeOf(Wire wire) => shapeOf(wire);

    /// <summary>The same composite, fed by these wires.</summary>
    public Expansion With(Wire[] inputs) =>
        new(context with { Layer = context.Layer with { Inputs = inputs }, Inputs = [.. inputs.Select(shapeOf)] }, plan, shapeOf);

    /// <summary>Adds a layer named <c>NAME/part</c>; null when it has no shape (its error is in the report).</summary>
    public Wire? Add(string part, Operator made, params ReadOnlySpan<Wire?> inputs) => Plan($"{context.Layer.Name}/{part}", made, inputs);

    /// <summary>Adds the last layer, which carries the composite's own name.</summary>
    public Wire? Finish(Operator made, params ReadOnlySpan<Wire?> inputs) => Plan(context.Layer.Name, made, inputs);

    /// <summary>A composite that shares its weights shares those of each of its layers.</summary>
    private string? WeightsOf(string name) =>
        context.Layer.Weights is { } other ? string.Concat(other, name.AsSpan(context.Layer.Name.Length)) : null;

    private Wire? Plan(string name, Operator made, ReadOnlySpan<Wire?> inputs)
    {
        var wires = new Wire[inputs.Length];
        for (var i = 0; i < wires.Length; i++)
        {
            if (inputs[i] is not { } wire)
                return null;
            wires[i] = wire;
        }

        return plan(new(name, made.Named(), wires, context.Layer.Path)
        {
            Weights = WeightsOf(name),
            Steps = context.Layer.Steps,
            Unit = context.Layer.Unit,
        });
    }
}
