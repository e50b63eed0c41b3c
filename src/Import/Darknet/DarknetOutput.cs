namespace ConcatService.Import.Darknet;

/// <summary>What a section gives.</summary>
/// <param name="Name">The layer or input; that of an unknown section is one that there is not.</param>
/// <param name="Height">Null where the input's size is a symbol.</param>
internal sealed record DarknetOutput(string Name, long Channels, long? Height, long? Width)
{
    public bool IsVector { get; init; }

    public DarknetOutput Times(long factor) =>
        this with { Height = Larger(Height, factor), Width = Larger(Width, factor) };

    private static long? Larger(long? size, long factor) => size is { } known ? Math.Min(known * factor, int.MaxValue) : null;

    public DarknetOutput Divided(long factor) => this with { Height = Height / factor, Width = Width / factor };
}
