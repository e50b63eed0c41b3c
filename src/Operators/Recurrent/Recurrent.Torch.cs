using ConcatService.Domain.Fields;
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
    protected override Tensor Forward(Recurrent op, TorchLayer layer, Tensor[] x) => ForwardAll(op, layer, x)[0];

    protected override Tensor[] ForwardAll(Recurrent op, TorchLayer layer, Tensor[] x)
    {
        var steps = x[0].permute(2, 0, 1);                                                       // [N, C, T] -> [T, N, C]
        Reading[] read = [];
        var (states, cells) = (new List<Tensor>(), new List<Tensor>());
        for (var number = 0; number < op.NumLayers; number++)
        {
            if (number > 0 && op.Dropout > 0)
                steps = functional.dropout(steps, op.Dropout, layer.Training);
            read = [.. Enumerable.Range(0, op.Directions).Select(direction => Read(op, layer, steps, number, direction, Start(direction)))];
            steps = cat([.. read.Select(each => stack(each.States))], -1);                       // [T, N, directions·H]
            states.AddRange(read.Select(each => each.State));
            cells.AddRange(read.Select(each => each.Cell));

            // [N, layers·directions·H] -> [N, H]
            (Tensor State, Tensor Cell) Start(int direction)
            {
                if (op.InitialState is null)
                {
                    var zero = zeros(steps.shape[1], op.HiddenSize, device: steps.device);
                    return (zero, zero);
                }

                var at = ((number * op.Directions) + direction) * op.HiddenSize;
                return (x[1].narrow(1, at, op.HiddenSize), x[^1].narrow(1, at, op.HiddenSize));
            }
        }

        var output = op.ReturnSequences ? steps.permute(1, 2, 0) : cat([.. read.Select(each => each.State)], -1);
        if (!op.ReturnState)
            return [output];
        var last = cat(states, -1);                                                              // [N, layers·directions·H]
        return op.Kind == "lstm" ? [output, last, cat(cells, -1)] : [output, last];
    }

    /// <param name="States">The state after each step, in the order of the steps, whichever end it starts from.</param>
    /// <param name="State">The one that was computed last.</param>
    private readonly record struct Reading(Tensor[] States, Tensor State, Tensor Cell);

    private static Reading Read(
        Recurrent op,
        TorchLayer layer,
        Tensor steps,
        int number,
        int direction,
        (Tensor State, Tensor Cell) start
    )
    {
        var (count, suffix) = ((int)steps.shape[0], Recurrent.Suffix(number, direction));
        var inputs = functional.linear(steps, layer["weight_ih" + suffix], op.Bias.Count > 0 ? layer["bias_ih" + suffix] : null);
        var (state, cell) = start;                                                               // inputs: [T, N, gates·H]
        var (weight, bias) = (layer["weight_hh" + suffix], op.Bias.Count > 1 ? layer["bias_hh" + suffix] : null);
        var states = new Tensor[count];
        for (var i = 0; i < count; i++)
        {
            var step = direction == 1 ? count - 1 - i : i;
            if (op.Kind == "lstm")
                (state, cell) = Lstm(inputs[step] + functional.linear(state, weight, bias), cell);
            else
                state = op.Bias == BiasVectors.Single
                    ? GruOfOneBias(inputs[step], weight, state)
                    : Gru(inputs[step], functional.linear(state, weight, bias), state);
            states[step] = state;
        }

        return new(states, state, cell);
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

    // keras.layers.GRU(reset_after=False): n = tanh(x_n + W_n·(r·h))
    private static Tensor GruOfOneBias(Tensor input, Tensor weight, Tensor state)
    {
        var (x, w) = (input.chunk(3, 1), weight.chunk(3, 0));
        var reset = (x[0] + functional.linear(state, w[0])).sigmoid();
        var keep = (x[1] + functional.linear(state, w[1])).sigmoid();
        var fresh = (x[2] + functional.linear(reset * state, w[2])).tanh();
        return fresh + (keep * (state - fresh));
    }
}
