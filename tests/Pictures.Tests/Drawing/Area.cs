namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>A rectangle of a picture, in pixels.</summary>
internal readonly record struct Area(double Left, double Top, double Right, double Bottom)
{
    public bool Overlaps(Area other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
}
