using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>A lookup table: a learned vector for each integer index.</summary>
/// <remarks>
/// Shapes: int64 <c>[N, time]</c> gives <c>[N, time, embedding_dim]</c>, in either layout. Parameters: weight <c>[num_embeddings,
/// embedding_dim]</c>. MACs: none. Sources: torch.nn.Embedding; ONNX Gather-13.
/// </remarks>
[Kind("embedding")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record Embedding : Operator
{
    /// <summary>Size of the table: indices are 0 to num_embeddings − 1.</summary>
    [Between(1)]
    public required long NumEmbeddings { get; init; }

    /// <summary>Features of the output, at least 1.</summary>
    [Between(1)]
    public required long EmbeddingDim { get; init; }

    /// <summary>An index whose vector is zero and gets no gradient. Default: none.</summary>
    [Between(0)]
    public long? PaddingIdx { get; init; }

    public override AxisFlow AxisFlow => AxisFlow.Made;

    protected override IEnumerable<EditableAttribute> OwnEdits => [EditableAttributes.Width("embedding_dim")];

    public override Shape? Infer(ShapeContext context)
    {
        var input = context.Input;
        if (input.DType != DType.Int64)
            return context.Error(
                Codes.LayerDType,
                $"embedding looks whole numbers up and its input {context.Layer.InputName(0)} is float32. Declare the input with dtype "
                    + $"int64.",
                new Wanted { DType = DType.Int64, Axes = input.Rank == 2 ? [Axis.Batch, Axis.Time] : null }
            );
        if (input.Has(Axis.Channels))
            return context.Error(
                Codes.LayerAxes,
                $"embedding adds a feature axis and its input {context.Layer.InputName(0)} is [{ShapeContext.Names(input.Axes)}], "
                    + $"{input.Sizes}, with one. Give it an input of [time].",
                new Wanted { Axes = input.Rank == 2 ? [Axis.Batch, Axis.Time] : null }
            );
        if (PaddingIdx >= NumEmbeddings)
            return context.Error(
                Codes.OutOfRange,
                $"padding_idx is {PaddingIdx} and num_embeddings {NumEmbeddings}; it must be one of 0 to {NumEmbeddings - 1}."
            );
        return new([.. input.Dims, EmbeddingDim], [.. input.Axes, Axis.Channels]); // [N, T] -> [N, T, C]
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        [new("weight", [NumEmbeddings, EmbeddingDim], Initializer.Normal)];

    public override void EmitOnnx(OnnxScope onnx)
    {
        var vectors = onnx.Part("Gather", [onnx.Parameter("weight"), onnx.Input]);               // [N, T, C]
        if (PaddingIdx is { } padding)
        {
            var real = onnx.Part("Not", [onnx.Part("Equal", [onnx.Input, onnx.Constant(padding)])]);
            vectors = onnx.Part("Mul", [vectors, onnx.Part("Unsqueeze", [onnx.Part("Cast", [real], ("to", 1L)), onnx.Constant(-1)])]);
        }

        if (onnx.Layer.Output.FeatureMovesFirst)
            onnx.Add("Transpose", [vectors], ("perm", Views.PositionsOf(onnx.Layer.Output)));
        else
            onnx.Add("Identity", [vectors]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("words", new Embedding { NumEmbeddings = 10, EmbeddingDim = 4 }, [6]) { DType = DType.Int64, MaxValue = 9 },
        new("with padding", new Embedding { NumEmbeddings = 3, EmbeddingDim = 4, PaddingIdx = 1 }, [6])
        {
            DType = DType.Int64,
            MaxValue = 2,
        },
    ];
}
