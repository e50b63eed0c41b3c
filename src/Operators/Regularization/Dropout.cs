using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>
/// In training, zeroes elements (dropout) or whole channels (dropout1d, dropout2d, dropout3d) at random and scales the rest by 1 / (1 − p);
/// nothing in evaluation.
/// </summary>
/// <remarks>
/// Shapes: any, unchanged; dropout2d takes <c>[N, C, H, W]</c>. Parameters and MACs: none. Sources: torch.nn.Dropout, Dropout2d; ONNX
/// Identity.
/// </remarks>
[Kind("dropout"), Kind("dropout1d"), Kind("dropout2d"), Kind("dropout3d")]
[Accepts(nameof(Accepted.Inplace))]
public sealed record Dropout : Operator
{
    /// <summary>Probability of being zeroed, 0 to 1. Default: 0.5.</summary>
    [Between(0, 1)]
    public double P { get; init; } = 0.5;

    // The mask is as wide as the numbers; bfloat16 has half of that.
    public override Footprint Footprint =>
        Footprint.Nothing with
        {
            Format = NumberFormat.AsGiven,
            BytesPerNumber = Kind == "dropout" ? 4 : 0,
        };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override double DropRate => P;

    public override Shape? Infer(ShapeContext context) =>
        Kind == "dropout" ? (context.RequireFloat() ? context.Input : null)
        : context.IsDefaultOrder(Twins.RankOf(Kind)) ? context.Input
        : null;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Identity");

    public static IEnumerable<Example> Examples =>
    [
        new("dropout", new Dropout { Kind = "dropout" }, [3, 5, 4]),
        new("dropout of features", new Dropout { Kind = "dropout", P = 0.1 }, [8]),
        new("dropout1d", new Dropout { Kind = "dropout1d", P = 0.2 }, [4, 6]),
        new("dropout2d", new Dropout { Kind = "dropout2d", P = 0.2 }, [4, 6, 5]),
        new("dropout3d", new Dropout { Kind = "dropout3d", P = 0.2 }, [4, 3, 4, 5]),
    ];
}
