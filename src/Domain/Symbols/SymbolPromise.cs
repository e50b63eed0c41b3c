using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Symbols;

/// <summary>
/// The sizes that a symbol may take: from <see cref="Min"/> to <see cref="Max"/> (no limit when null), multiples of <see
/// cref="MultipleOf"/> only.
/// </summary>
public sealed record SymbolPromise
{
    [Between(1)]
    public long Min { get; init; } = 1;

    [Between(1)]
    public long? Max { get; init; }

    [Between(1)]
    public long MultipleOf { get; init; } = 1;
}
