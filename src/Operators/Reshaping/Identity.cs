using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Returns its input: a named point in the network.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.nn.Identity; ONNX Identity-16.</remarks>
[Kind("identity")]
public sealed record Identity : Operator
{
    public override Footprint Footprint => Footprint.View;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) => context.Input;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Identity");

    public static IEnumerable<Example> Examples =>
        [new("a map", new Identity(), [3, 5, 4]), new("whole numbers", new Identity(), [5]) { DType = DType.Int64 }];
}
