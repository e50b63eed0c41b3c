namespace ConcatService.Domain.Operators;

/// <summary>
/// An operator that may be written with <c>norm</c> and <c>activation</c>, which become the layers <c>NAME/norm</c> and
/// <c>NAME/activation</c>.
/// </summary>
public interface IHasShorthand;
