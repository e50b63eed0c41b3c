namespace ConcatService.Domain.Fields;

/// <summary>A type that says itself how it stands in JSON.</summary>
public interface IAttributeValue<T>
{
    static abstract AttributeType<T> Attribute { get; }
}
