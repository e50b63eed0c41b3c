namespace ConcatService.Domain.Operators;

/// <summary>What a layer says about the number of features that arrive; PyTorch's constructors ask for it, and shapes tell it.</summary>
/// <param name="Attribute">As the spec writes it: <c>in_channels</c>.</param>
public readonly record struct DeclaredWidth(string Attribute, long Features)
{
    /// <summary>Null where nothing was declared.</summary>
    public static DeclaredWidth? Of(string attribute, long? features) => features is { } given ? new(attribute, given) : null;
}
