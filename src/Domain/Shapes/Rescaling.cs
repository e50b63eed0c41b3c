namespace ConcatService.Domain.Shapes;

/// <summary>What a layer does to a spatial size, exactly: out = (in − deficit) · numerator / denominator, before it is rounded.</summary>
/// <param name="Deficit">Cells that a full ("same") padding would have kept.</param>
public readonly record struct Rescaling(long Numerator, long Denominator, long Deficit)
{
    public static Rescaling None { get; } = new(1, 1, 0);
}
