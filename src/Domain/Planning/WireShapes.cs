using System.Diagnostics.CodeAnalysis;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>The shape of every network input and every layer output, by its wire.</summary>
public sealed class WireShapes
{
    private readonly Dictionary<string, Shape[]> _byName;

    internal WireShapes(int capacity) => _byName = new(capacity);

    public Shape this[Wire wire] => TryGetValue(wire, out var shape) ? shape : throw new KeyNotFoundException($"No shape of '{wire}'.");

    /// <summary>How many inputs and layers have shapes.</summary>
    public int Count => _byName.Count;

    public bool ContainsKey(Wire wire) => TryGetValue(wire, out _);

    public bool TryGetValue(Wire wire, [NotNullWhen(true)] out Shape? shape)
    {
        shape = _byName.TryGetValue(wire.Source, out var outputs) && (uint)wire.Port < (uint)outputs.Length ? outputs[wire.Port] : null;
        return shape is not null;
    }

    public Shape? GetValueOrDefault(Wire wire) => TryGetValue(wire, out var shape) ? shape : null;

    /// <summary>The shapes of all outputs of an input or layer, by port; none for what has no shape.</summary>
    public IReadOnlyList<Shape> Of(string name) => _byName.GetValueOrDefault(name) ?? [];

    internal void Set(string name, Shape[] outputs) => _byName[name] = outputs;
}
