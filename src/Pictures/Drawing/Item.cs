namespace ConcatService.Pictures.Drawing;

/// <summary>Something with a place in a picture.</summary>
internal abstract class Item
{
    public double Width { get; set; }

    public double Height { get; set; }

    /// <summary>The middle, in pixels from the left of the diagram that it belongs to.</summary>
    public double X { get; set; }

    /// <summary>The upper edge, in pixels from the top of the diagram that it belongs to.</summary>
    public double Y { get; set; }
}

/// <summary>Where an arrow passes the border of a frame.</summary>
internal sealed class Dot : Item;
