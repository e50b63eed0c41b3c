using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Specs;

/// <summary>
/// The <c>norm</c> and <c>activation</c> of the layer that is being read, when it knows the shorthand. One for all layers, which come
/// one after the other.
/// </summary>
internal sealed class ShorthandFields
{
    private static readonly string[] LayerFields = ["name", "type", "inputs"];

    private static readonly string[] ShorthandLayerFields = [.. LayerFields, "norm", "activation"];

    private readonly Report _report;
    private bool _known;
    private SpecPath _path = SpecPath.Root;

    public ShorthandFields(Report report)
    {
        _report = report;
        IsOther = member => member.IsNamed("name"u8) || member.IsNamed("type"u8) || member.IsNamed("inputs"u8) || Read(member);
    }

    /// <summary>Whether a member is none of the operator's attributes; the two are read then.</summary>
    public Func<JsonProperty, bool> IsOther { get; }

    public string[] Names => _known ? ShorthandLayerFields : LayerFields;

    public Operator? Norm { get; private set; }

    public Operator? Activation { get; private set; }

    public ShorthandFields For(bool known, SpecPath path)
    {
        (_known, _path, Norm, Activation) = (known, path, null, null);
        return this;
    }

    /// <summary>The same for a block's <c>with</c>, where a layer cannot be named or wired anew.</summary>
    public Func<JsonProperty, bool> Overridden(SpecPath path)
    {
        _path = path;
        return Read;
    }

    private bool Read(JsonProperty member)
    {
        if (_known && member.IsNamed("norm"u8))
            Norm = NestedOperator.Read(member.Value, _path["norm"], "norm", _report);
        else if (_known && member.IsNamed("activation"u8))
            Activation = NestedOperator.Read(member.Value, _path["activation"], "activation", _report);
        else
            return false;
        return true;
    }
}
