using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Operators;

/// <summary>
/// How the branches of a concat are brought together; its <c>init</c> properties are the options in JSON. Found by scanning, as operators
/// are.
/// </summary>
public abstract record Fusion : IAttributeValue<Fusion>
{
    static AttributeType<Fusion> IAttributeValue<Fusion>.Attribute => Fusions.Attribute;

    /// <summary>The name in JSON, the record's <see cref="KindAttribute"/>.</summary>
    [SpecIgnore]
    public string Kind => Fusions.KindOf(GetType());

    /// <summary>Adds the visible layers; the last one carries the concat's own name. Null after reporting why there are none.</summary>
    /// <param name="joined">The concat of the branches as they are: a record to add, for the fusions that start from it.</param>
    public abstract Wire? Fuse(Expansion expansion, Operator joined);
}
