using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What the operators share that only read their numbers in another shape or order.</summary>
internal static class Views
{
    /// <summary>The product of sizes; null after reporting that it is too long to be written out.</summary>
    public static Dim? Product(ShapeContext context, IEnumerable<Dim> sizes)
    {
        Dim product = 1;
        foreach (var size in sizes)
        {
            if ((long)product.Terms * size.Terms > MostTerms)
            {
                context.Error(
                    Codes.TooLarge,
                    $"the product of {context.Input.Sizes} is too long to be written out. Give sizes as numbers."
                );
                return null;
            }

            product *= size;
        }

        return product;
    }

    private const int MostTerms = 1000;

    /// <summary>For each dimension of the tensor, the written position that it holds.</summary>
    public static long[] PositionsOf(Shape shape)
    {
        var positions = new long[shape.Rank];
        for (var position = 0; position < positions.Length; position++)
            positions[shape.IndexOfPosition(position)] = position;
        return positions;
    }

    /// <summary>
    /// The order in which a tensor's dimensions are read so that the output, as written, is the input's written dimensions in the order
    /// <paramref name="dims"/>.
    /// </summary>
    public static long[] Permutation(Shape input, Shape output, Func<int, int> dims) =>
        [.. PositionsOf(output).Select(position => (long)input.IndexOfPosition(dims((int)position)))];

    /// <summary>Gives the numbers, in written order, the output's shape.</summary>
    public static void EmitReshape(OnnxScope onnx)
    {
        var (input, output) = (onnx.Layer.Input, onnx.Layer.Output);
        var x = input.FeatureMovesFirst ? onnx.Part("Transpose", [onnx.Input], ("perm", WrittenOrder(input))) : onnx.Input;
        string[] operands = [x, OnnxShape(onnx, x, input, output)];
        if (output.FeatureMovesFirst)
            onnx.Add("Transpose", [onnx.Part("Reshape", operands)], ("perm", PositionsOf(output)));
        else
            onnx.Add("Reshape", operands);
    }

    /// <summary>The dimensions of the tensor in the order that the spec writes them.</summary>
    public static long[] WrittenOrder(Shape shape) =>
        [.. Enumerable.Range(0, shape.Rank).Select(position => (long)shape.IndexOfPosition(position))];

    /// <summary>
    /// Where each written size of the output comes from when the network runs: a number, the input's size at a position, or -1, what
    /// remains.
    /// </summary>
    public static (long? Known, int? From)[] Sizes(Shape input, Shape output)
    {
        var sizes = new (long? Known, int? From)[output.Rank];
        var remains = -1;
        for (var i = 0; i < sizes.Length; i++)
        {
            var from = output.Dims[i].IsKnown ? -1 : input.Dims.ToList().IndexOf(output.Dims[i]);
            sizes[i] = (output.Dims[i].Known, from < 0 ? null : from);
            if (!output.Dims[i].IsKnown && from < 0)
                remains = i;
        }

        if (remains >= 0)
            sizes[remains] = (-1, null);
        return sizes;
    }

    private static string OnnxShape(OnnxScope onnx, string x, Shape input, Shape output)
    {
        var sizes = Sizes(input, output);
        if (Array.TrueForAll(sizes, size => size.Known is not null || size.From == 0))
            return onnx.Constant([.. sizes.Select(size => size.Known ?? 0)]); // ONNX: 0 copies the input's size at that place
        var shape = onnx.Part("Shape", [x]);
        return onnx.Part(
            "Concat",
            [
                .. sizes.Select(size =>
                    size.Known is { } known
                        ? onnx.Constant(known)
                        : onnx.Part("Slice", [shape, onnx.Constant(size.From!.Value), onnx.Constant(size.From.Value + 1)])
                ),
            ],
            ("axis", 0L)
        );
    }
}
