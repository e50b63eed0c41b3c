using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Specs;

/// <summary>
/// The fields beside the attributes of the layer that is being read: <c>norm</c> and <c>activation</c>, when it knows the shorthand, and
/// <c>weights</c>, when it has any. One for all layers, which come one after the other.
/// </summary>
internal sealed class ShorthandFields
{
    private static readonly string[] LayerFields = ["name", "type", "inputs", "source", "metadata"];

    private static readonly string[] WeightedFields = [.. LayerFields, "weights"];

    private static readonly string[] ShorthandLayerFields = [.. WeightedFields, "norm", "activation"];

    private readonly Report _report;
    private bool _known, _weighs;
    private SpecPath _path = SpecPath.Root;

    public ShorthandFields(Report report)
    {
        _report = report;
        IsOther = member => IsLayerField(new(member)) || Read(member);
    }

    /// <summary>Whether a member is none of the operator's attributes; the two are read then.</summary>
    public Func<JsonProperty, bool> IsOther { get; }

    public string[] Names =>
        _known ? ShorthandLayerFields
        : _weighs ? WeightedFields
        : LayerFields;

    public Operator? Norm { get; private set; }

    public Operator? Activation { get; private set; }

    public Reference? Weights { get; private set; }

    /// <param name="known">Whether the layer knows the shorthand.</param>
    /// <param name="weighs">Whether it has weights.</param>
    public ShorthandFields For(bool known, bool weighs, SpecPath path)
    {
        (_known, _weighs, _path, Norm, Activation, Weights) = (known, weighs, path, null, null, null);
        return this;
    }

    /// <summary>The same for a block's <c>with</c>, where a layer cannot be named or wired anew.</summary>
    public Func<JsonProperty, bool> Overridden(SpecPath path)
    {
        _path = path;
        return Read;
    }

    private static bool IsLayerField(MemberName name) =>
        name.Is("name"u8) || name.Is("type"u8) || name.Is("inputs"u8) || name.Is("source"u8) || name.Is("metadata"u8);

    private bool Read(JsonProperty member)
    {
        var name = new MemberName(member);
        if (_known && name.Is("norm"u8))
            Norm = NestedOperator.Read(member.Value, _path["norm"], "norm", _report);
        else if (_known && name.Is("activation"u8))
            Activation = NestedOperator.Read(member.Value, _path["activation"], "activation", _report);
        else if (_weighs && name.Is("weights"u8))
            Weights = ReadWeights(member.Value);
        else
            return false;
        return true;
    }

    private Reference? ReadWeights(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return new(json.GetString()!, _path, "weights", -1);
        if (json.ValueKind != JsonValueKind.Null)
            _report.Error(Codes.WrongType, _path["weights"], $"'weights' is {JsonText.Shown(json)}; expected the name of a layer.");
        return null;
    }
}
