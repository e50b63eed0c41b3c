using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>
/// Recurrent layers in TorchSharp, whose own modules keep their parameters to themselves: one product for the inputs of all steps, then
/// step by step.
/// </summary>
internal sealed class RecurrentTorch : TorchLowering<Recurrent>
{
    protected override Tensor Forward(Recurrent op, TorchLayer layer, Tensor[] x)
    {
        var steps = x[0].permute(2, 0, 1);                                                       // [N, C, T] -> [T, N, C]
        Tensor[] ends = [];
        for (var number = 0; number < op.NumLayers; number++)
        {
            if (number > 0 && op.Dropout > 0)
                steps = functional.dropout(steps, op.Dropout, layer.Training);
            var read = Enumerable
                .Range(0, op.Directions)
                .Select(direction => Read(op, layer, steps, Recurrent.Suffix(number, direction), direction == 1))
                .ToArray();
            steps = cat([.. read.Select(states => stack(states))], -1); // [T, N, directions·H]
            ends = [.. read.Select((states, direction) => direction == 0 ? states[^1] : states[0])];
        }

        return op.ReturnSequences ? steps.permute(1, 2, 0) : cat(ends, -1);
    }

    /// <summary>The state after each step, in the order of the steps, whichever end it starts from.</summary>
    private static Tensor[] Read(Recurrent op, TorchLayer layer, Tensor steps, string suffix, bool fromEnd)
    {
        var (count, batch) = ((int)steps.shape[0], steps.shape[1]);
        var inputs = functional.linear(steps, layer["weight_ih" + suffix], op.Bias ? layer["bias_ih" + suffix] : null);   // [T, N, gates·H]
        var state = zeros(batch, op.HiddenSize, device: steps.device);
        var cell = state;
        var states = new Tensor[count];
        for (var i = 0; i < count; i++)
        {
            var step = fromEnd ? count - 1 - i : i;
            var before = functional.linear(state, layer["weight_hh" + suffix], op.Bias ? layer["bias_hh" + suffix] : null);
            (state, cell) = op.Kind == "lstm" ? Lstm(inputs[step] + before, cell) : (Gru(inputs[step], before, state), cell);
            states[step] = state;
        }

        return states;
    }

    // torch.nn.LSTM: c = f·c + i·g, h = o·tanh(c)
    private static (Tensor State, Tensor Cell) Lstm(Tensor gates, Tensor cell)
    {
        var each = gates.chunk(4, 1);
        var next = (each[1].sigmoid() * cell) + (each[0].sigmoid() * each[2].tanh());
        return (each[3].sigmoid() * next.tanh(), next);
    }

    // torch.nn.GRU: n = tanh(x_n + r·h_n), h = (1 - z)·n + z·h
    private static Tensor Gru(Tensor input, Tensor before, Tensor state)
    {
        var (x, h) = (input.chunk(3, 1), before.chunk(3, 1));
        var reset = (x[0] + h[0]).sigmoid();
        var keep = (x[1] + h[1]).sigmoid();
        var fresh = (x[2] + (reset * h[2])).tanh();
        return fresh + (keep * (state - fresh));
    }
}
