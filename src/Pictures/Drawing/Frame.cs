namespace ConcatService.Pictures.Drawing;

/// <summary>Repetitions, of which one is drawn.</summary>
/// <param name="name">The full name of the structure.</param>
internal sealed class Frame(string name, long times, Diagram inside) : Item
{
    public string Name => name;

    public long Times => times;

    /// <summary>The first repetition, from its <see cref="Dot"/>s to its <see cref="Exit"/>.</summary>
    public Diagram Inside => inside;

    /// <summary>Where the last repetition's output comes in.</summary>
    public required Dot Entry { get; init; }

    public required Dot Exit { get; init; }

    /// <summary>Where else something comes in that every repetition takes: by what it comes from.</summary>
    public required IReadOnlyDictionary<(Item From, int Port), Dot> Entries { get; init; }

    /// <summary>The inside with its places, and where it begins, from the frame's upper left corner.</summary>
    public (Arranged Diagram, double Left, double Top) Held { get; private set; }

    /// <summary>Takes the size that the inside, the title and the arrow back to the entry need.</summary>
    public void Hold(Arranged inside, double titleWidth)
    {
        // The title stands to the left of where the arrows come in.
        var left = Math.Max(
            Measures.FramePadding + Measures.LoopLane,
            titleWidth + 24 - inside.Diagram.Items.OfType<Dot>().Where(dot => dot != Exit).Min(dot => dot.X)
        );
        Held = (inside, left, Measures.FrameTitle);
        (Width, Height) = (left + inside.Width + Measures.FramePadding, Measures.FrameTitle + inside.Height + Measures.FramePadding);
    }

    /// <summary>Where a dot's arrow meets the border, from the frame's middle.</summary>
    public double OffsetOf(Dot dot) => Held.Left + dot.X - (Width / 2);
}
