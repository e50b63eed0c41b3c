using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>The ONNX form: one node a layer, whose gates stand in another order than PyTorch's.</summary>
public sealed partial record Recurrent
{
    public override void EmitOnnx(OnnxScope onnx)
    {
        var x = onnx.Part("Transpose", [onnx.Input], ("perm", new long[] { 2, 0, 1 }));           // [N, C, T] -> [T, N, C]
        for (var number = 0; number < NumLayers; number++)
        {
            var parts = Enumerable.Range(0, Directions).Select(direction => Suffix(number, direction)).ToList();
            List<string> operands = [x, Stack(parts, "weight_ih"), Stack(parts, "weight_hh")];
            if (Bias)
                operands.Add(onnx.Part("Concat", [Stack(parts, "bias_ih"), Stack(parts, "bias_hh")], ("axis", 1L)));
            (string, object)[] rule = [("hidden_size", HiddenSize), ("direction", Bidirectional ? "bidirectional" : "forward")];
            // [T, directions, N, H]
            var states = onnx.Part(
                Kind == "lstm" ? "LSTM" : "GRU",
                operands,
                Kind == "lstm" ? rule : [.. rule, ("linear_before_reset", 1L)]
            );
            if (number == NumLayers - 1 && !ReturnSequences)
            {
                AddLast(onnx, states);
                return;
            }

            // [T, directions, N, H] -> [T, N, directions·H]
            x = onnx.Part("Reshape", [onnx.Part("Transpose", [states], ("perm", new long[] { 0, 2, 1, 3 })), onnx.Constant(0, 0, -1)]);
        }

        onnx.Add("Transpose", [x], ("perm", new long[] { 1, 2, 0 }));                             // [T, N, C] -> [N, C, T]

        // PyTorch orders gates i f g o and r z n; ONNX i o f c and z r h.
        string Stack(List<string> suffixes, string parameter)
        {
            int[] order = Kind == "lstm" ? [0, 3, 1, 2] : [1, 0, 2];
            var each = suffixes.Select(suffix =>
            {
                var gates = order
                    .Select(gate =>
                        onnx.Part(
                            "Slice",
                            [
                                onnx.Parameter(parameter + suffix),
                                    onnx.Constant(gate * HiddenSize),
                                    onnx.Constant((gate + 1) * HiddenSize),
                                    onnx.Constant(0),
                            ]
                        )
                    )
                    .ToList();
                return onnx.Part("Unsqueeze", [onnx.Part("Concat", gates, ("axis", 0L)), onnx.Constant(0)]);
            }).ToList();
            return each.Count == 1 ? each[0] : onnx.Part("Concat", each, ("axis", 0L));
        }
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
