using ConcatService.Domain.Graphs;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.OnnxExport;

/// <summary>Plan -> ONNX graph: every operator emits its own nodes; the boundary is in the spec's written order.</summary>
public sealed class OnnxGraphBuilder
{
    private readonly OnnxNodes _nodes = new();

    private OnnxGraphBuilder()
    {
    }

    /// <param name="normalization">Per input name: what is subtracted and what divides, one number per channel; nothing for other
    /// inputs.</param>
    public static OnnxGraph Build(Plan plan, IReadOnlyDictionary<string, Normalization> normalization)
    {
        if (plan.Layers.Where(layer => layer.Operator.StandsFor is not null).ToList() is [_, ..] placeholders)
            throw new InvalidOperationException(
                $"No ONNX form: {string.Join(", ", placeholders.Select(layer => $"{layer.Name} stands for {layer.Operator.StandsFor}"))}."
            );
        var builder = new OnnxGraphBuilder();
        foreach (var input in plan.Inputs)
            builder.Enter(input.Name, input.Shape, normalization.GetValueOrDefault(input.Name));
        foreach (var layer in plan.Layers)
            layer.Operator.EmitOnnx(new(builder._nodes, layer));
        foreach (var output in plan.Outputs)
            builder.Leave(output, plan.Shapes[output.Wire]);
        return new(
            [.. plan.Inputs.Select(input => new OnnxValue(input.Name, input.Shape.DType, input.Shape.Dims))],
            [.. plan.Outputs.Select(output => new OnnxValue(output.Name, plan.Shapes[output.Wire].DType, plan.Shapes[output.Wire].Dims))],
            builder._nodes.Nodes,
            [.. builder._nodes.Initializers]);
    }

    private void Enter(string name, Shape shape, Normalization? normalization)
    {
        var tensor = name;
        if (normalization is not null)
        {
            // Per channel, in the written order: [C] beside [N, H, W, C], [C, 1, 1] beside [N, C, H, W].
            var dims = new long[shape.Rank - shape.Position(Axis.Channels)];
            Array.Fill(dims, 1);
            dims[0] = normalization.Mean.Length;
            _nodes.AddInitializer(new($"{name}#mean", dims, null, normalization.Mean));
            _nodes.AddInitializer(new($"{name}#deviation", dims, null, normalization.Deviation));
            _nodes.Add(new("Sub", $"{name}#center", [tensor, $"{name}#mean"], [$"/{name}#center"], []));
            _nodes.Add(new("Div", $"{name}#scale", [$"/{name}#center", $"{name}#deviation"], [tensor = $"/{name}#scale"], []));
        }

        if (shape.FeatureMovesFirst)
            _nodes.Add(
                new(
                    "Transpose",
                    $"{name}#memory",
                    [tensor],
                    [tensor = $"/{name}#memory"],
                    [
                        (
                            "perm",
                            Permutation(
                                shape.Rank,
                                position =>
                                    position switch
                                    {
                                        0 => 0,
                                        1 => shape.Rank - 1,
                                        _ => position - 1,
                                    }
                            )
                        ),
                    ]
                )
            );
        _nodes.AddInput(name, tensor);
    }

    private void Leave(GraphOutput output, Shape shape)
    {
        if (shape.FeatureMovesFirst)
            _nodes.Add(
                new(
                    "Transpose",
                    $"{output.Name}#written",
                    [_nodes.Tensor(output.Wire)],
                    [output.Name],
                    [("perm", Permutation(shape.Rank, shape.IndexOfPosition))]
                )
            );
        else
            _nodes.Add(new("Identity", $"{output.Name}#output", [_nodes.Tensor(output.Wire)], [output.Name], []));
    }

    private static long[] Permutation(int rank, Func<int, int> from) =>
        [.. Enumerable.Range(0, rank).Select(position => (long)from(position))];
}

/// <summary>Input normalization inside the graph: (x - mean) / deviation, one number per channel.</summary>
public sealed record Normalization(float[] Mean, float[] Deviation);
