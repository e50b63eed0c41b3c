using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>The ONNX form: one node a layer, whose gates stand in another order than PyTorch's.</summary>
public sealed partial record Recurrent
{
    public override void EmitOnnx(OnnxScope onnx)
    {
        var x = onnx.Part("Transpose", [onnx.Input], ("perm", new long[] { 2, 0, 1 }));           // [N, C, T] -> [T, N, C]
        var lasts = Enumerable.Range(0, States).Select(_ => new List<string>()).ToArray();
        for (var number = 0; number < NumLayers; number++)
        {
            var given = onnx.Parts(1 + States, Kind == "lstm" ? "LSTM" : "GRU", Operands(onnx, x, number), Rule());
            if (ReturnState)
            {
                for (var each = 0; each < States; each++)
                    lasts[each].Add(onnx.Part("Transpose", [given[1 + each]], ("perm", new long[] { 1, 0, 2 })));
            }

            if (number == NumLayers - 1 && !ReturnSequences)
                AddLast(onnx, given[0]);
            else
                // [T, directions, N, H] -> [T, N, directions·H]
                x = onnx.Part(
                    "Reshape",
                    [onnx.Part("Transpose", [given[0]], ("perm", new long[] { 0, 2, 1, 3 })), onnx.Constant(0, 0, -1)]
                );
        }

        if (ReturnSequences)
            onnx.Add("Transpose", [x], ("perm", new long[] { 1, 2, 0 }));                         // [T, N, C] -> [N, C, T]
        for (var each = 0; ReturnState && each < States; each++)                                 // [N, directions, H] of each layer
            onnx.AddPort(1 + each, "Reshape", [onnx.Part("Concat", lasts[each], ("axis", 1L)), onnx.Constant(0, StateWidth)]);
    }

    private (string Name, object Value)[] Rule()
    {
        (string, object)[] rule = [("hidden_size", HiddenSize), ("direction", Bidirectional ? "bidirectional" : "forward")];
        return Kind == "lstm" || Bias == BiasVectors.Single ? rule : [.. rule, ("linear_before_reset", 1L)];
    }

    /// <summary>The steps, the weights of a layer's directions, their biases, no lengths, the states that they start from.</summary>
    private List<string> Operands(OnnxScope onnx, string x, int number)
    {
        var parts = Enumerable.Range(0, Directions).Select(direction => Suffix(number, direction)).ToList();
        List<string> operands = [x, Stacked(onnx, parts, "weight_ih"), Stacked(onnx, parts, "weight_hh")];
        if (Bias.Count > 0)
        {
            var second = Bias.Count > 1
                ? Stacked(onnx, parts, "bias_hh")
                : onnx.Floats(new float[Directions * Gates * HiddenSize], Directions, Gates * HiddenSize);
            operands.Add(onnx.Part("Concat", [Stacked(onnx, parts, "bias_ih"), second], ("axis", 1L)));
        }

        if (InitialState is null)
            return operands;
        if (Bias.Count == 0)
            operands.Add("");
        operands.Add("");                                                                        // the lengths of the sequences: all
        for (var state = onnx.Inputs.Count - States; state < onnx.Inputs.Count; state++)
            operands.Add(Start(onnx, onnx.Inputs[state], number));
        return operands;
    }

    /// <summary>[N, layers·directions·H] -> [directions, N, H], one layer's.</summary>
    private string Start(OnnxScope onnx, string states, int number)
    {
        var width = Directions * HiddenSize;
        var own = NumLayers == 1
            ? states
            : onnx.Part("Slice", [states, onnx.Constant(number * width), onnx.Constant((number + 1) * width), onnx.Constant(1)]);
        return onnx.Part(
            "Transpose",
            [onnx.Part("Reshape", [own, onnx.Constant(0, Directions, HiddenSize)])],
            ("perm", new long[] { 1, 0, 2 })
        );
    }

    /// <summary>PyTorch orders gates i f g o and r z n; ONNX i o f c and z r h.</summary>
    private string Stacked(OnnxScope onnx, List<string> suffixes, string parameter)
    {
        int[] order = Kind == "lstm" ? [0, 3, 1, 2] : [1, 0, 2];
        var each = suffixes.Select(suffix =>
        {
            var gates = order
                .Select(gate => onnx.Part(
                    "Slice",
                    [
                        onnx.Parameter(parameter + suffix),
                        onnx.Constant(gate * HiddenSize),
                        onnx.Constant((gate + 1) * HiddenSize),
                        onnx.Constant(0),
                    ]
                ))
                .ToList();
            return onnx.Part("Unsqueeze", [onnx.Part("Concat", gates, ("axis", 0L)), onnx.Constant(0)]);
        }).ToList();
        return each.Count == 1 ? each[0] : onnx.Part("Concat", each, ("axis", 0L));
    }

    /// <summary>The forward direction's last step beside the backward direction's first.</summary>
    private void AddLast(OnnxScope onnx, string states)
    {
        var ends = Enumerable.Range(0, Directions).Select(direction =>
        {
            var own = onnx.Part("Gather", [states, onnx.Index(direction)], ("axis", 1L));       // [T, N, H]
            return onnx.Part("Gather", [own, onnx.Index(direction == 0 ? -1 : 0)], ("axis", 0L));   // [N, H]
        }).ToList();
        onnx.Add("Concat", ends, ("axis", 1L));
    }
}
