using ConcatService.Domain.Shapes;

namespace ConcatService.Pictures.Drawing;

/// <summary>A layer, with its shorthand and whatever a composite expands into.</summary>
/// <param name="name">The full name.</param>
/// <param name="kind">What it does, for people: <c>conv2d 3x3 · batch_norm · relu</c>.</param>
internal sealed class Box(string name, string kind, Marks marks = Marks.None) : Item
{
    public string Name => name;

    public string Kind { get; set; } = kind;

    public Marks Marks { get; set; } = marks;

    /// <summary>What it gives on its first port; null when that is not known.</summary>
    public Shape? Output { get; set; }

    /// <summary>Why it is broken, or when, a line of the picture each.</summary>
    public IReadOnlyList<string> Reason { get; set; } = [];

    public bool Is(Marks mark) => (Marks & mark) != 0;
}

/// <summary>What is special about a box.</summary>
[Flags]
internal enum Marks
{
    None = 0,
    Input = 1,
    Output = 2,
    /// <summary>Branches meet here.</summary>
    Merge = 4,
    /// <summary>Put there by a concat's <c>align</c> or <c>fuse</c>, not by a layer of the spec.</summary>
    Inserted = 8,
    /// <summary>Its shape is not known, for an error before it.</summary>
    Unknown = 16,
    Broken = 32,
    /// <summary>Fits for some sizes of the symbols only.</summary>
    Conditional = 256,
    /// <summary>The cause of an error elsewhere.</summary>
    Blamed = 64,
    /// <summary>On the way from the branches' common ancestor to where they do not meet.</summary>
    OnPath = 128,
    /// <summary>Stands for what could not be read.</summary>
    Opaque = 512,
}
