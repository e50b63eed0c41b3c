using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Converts to another element type; to int64 truncates and passes no gradient.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.Tensor.to; ONNX Cast-13.</remarks>
[Kind("cast")]
public sealed record Cast : Operator
{
    /// <summary>float32 or int64.</summary>
    public required DType Dtype { get; init; }

    public override Footprint Footprint => Footprint.Nothing;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [new("dtype", EditEffect.ElementType, (_, wanted) => [wanted.DType.ToString().ToLowerInvariant()])];

    public override Shape? Infer(ShapeContext context) => context.Input.With(Dtype);

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Cast", ("to", Dtype == DType.Int64 ? 7L : 1L));   // TensorProto.DataType

    public static IEnumerable<Example> Examples =>
    [
        new("to float32", new Cast { Dtype = DType.Float32 }, [5]) { DType = DType.Int64, MaxValue = 9 },
        new("to int64", new Cast { Dtype = DType.Int64 }, [3, 5, 4]),
    ];
}
