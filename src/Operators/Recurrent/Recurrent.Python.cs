using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Recurrent layers in PyTorch; with one bias, a module that the source brings.</summary>
internal sealed class RecurrentPython : PythonForm<Recurrent>
{
    private const string OneBias = """"
        class OneBiasRecurrent(nn.Module):
            """An LSTM or GRU with one bias a layer, as Keras has it (a GRU with reset_after=False); called like nn.LSTM and nn.GRU."""

            def __init__(self, kind, input_size, hidden_size, num_layers=1, dropout=0.0, bidirectional=False):
                super().__init__()
                self.kind, self.hidden_size, self.num_layers, self.dropout = kind, hidden_size, num_layers, dropout
                self.directions = ("", "_reverse") if bidirectional else ("",)
                gates = (4 if kind == "lstm" else 3) * hidden_size
                bound = hidden_size ** -0.5
                for layer in range(num_layers):
                    width = input_size if layer == 0 else hidden_size * len(self.directions)
                    for direction in self.directions:
                        for name, shape in (
                            ("weight_ih", (gates, width)), ("weight_hh", (gates, hidden_size)), ("bias_ih", (gates,))
                        ):
                            value = torch.empty(shape).uniform_(-bound, bound)
                            self.register_parameter(f"{name}_l{layer}{direction}", nn.Parameter(value))

            def forward(self, x, states=None):
                states = states if states is None or isinstance(states, tuple) else (states,)
                last = []
                for layer in range(self.num_layers):
                    if layer > 0 and self.dropout > 0:
                        x = nn.functional.dropout(x, self.dropout, self.training)
                    read = []
                    for number, direction in enumerate(self.directions):
                        at = layer * len(self.directions) + number
                        start = [x.new_zeros(x.shape[0], self.hidden_size)] * 2 if states is None else [each[at] for each in states]
                        steps, end = self.read(x, start, f"_l{layer}{direction}", bool(direction))
                        read.append(steps)
                        last.append(end)
                    x = torch.cat(read, -1)
                ends = tuple(torch.stack(each) for each in zip(*last))
                return x, ends if self.kind == "lstm" else ends[0]

            def read(self, x, start, part, backwards):
                weight, steps = getattr(self, "weight_hh" + part), []
                gates = nn.functional.linear(x, getattr(self, "weight_ih" + part), getattr(self, "bias_ih" + part))
                state, cell = start[0], start[-1]
                for step in reversed(range(x.shape[1])) if backwards else range(x.shape[1]):
                    if self.kind == "lstm":
                        i, f, g, o = (gates[:, step] + nn.functional.linear(state, weight)).chunk(4, 1)
                        cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
                        state = o.sigmoid() * cell.tanh()
                    else:
                        (r, z, n), (w_r, w_z, w_n) = gates[:, step].chunk(3, 1), weight.chunk(3, 0)
                        r = (r + nn.functional.linear(state, w_r)).sigmoid()
                        z = (z + nn.functional.linear(state, w_z)).sigmoid()
                        n = (n + nn.functional.linear(r * state, w_n)).tanh()
                        state = n + z * (state - n)
                    steps.append(state)
                return torch.stack(steps[::-1] if backwards else steps, 1), (state, cell)
        """";

    private const string WithStates = """"
        def with_states(result, directions, sequences):
            """[N, C, T] or the last state [N, C], and the states [N, layers * directions * H]."""
            steps, states = result
            states = states if isinstance(states, tuple) else (states,)
            first = steps.transpose(1, 2) if sequences else states[0][-directions:].transpose(0, 1).flatten(1)
            return (first, *(each.transpose(0, 1).flatten(1) for each in states))
        """";

    protected override string Forward(Recurrent op, PythonScope py)
    {
        var run = py.Call(Module(op, py), $"{py.X}.transpose(1, 2){Start(op, py)}");             // [N, C, T] -> [N, T, C]
        if (op.ReturnState)
            return $"{py.Helper("with_states", WithStates)}({run}, {op.Directions}, {PythonText.Of(op.ReturnSequences)})";
        if (op.ReturnSequences)
            return $"{run}[0].transpose(1, 2)";
        var states = $"{run}[1]{(op.Kind == "lstm" ? "[0]" : "")}";                              // [layers·directions, N, H]
        return op.Bidirectional ? $"{states}[-2:].transpose(0, 1).flatten(1)" : $"{states}[-1]";
    }

    private static PythonModule Module(Recurrent op, PythonScope py)
    {
        var module = op.Bias == BiasVectors.Single
            ? new PythonModule(py.Helper("OneBiasRecurrent", OneBias)).At("kind", op.Kind)
            : new PythonModule(op.Kind == "lstm" ? "nn.LSTM" : "nn.GRU");
        module
            .At("input_size", py.Layer.Input[Axis.Channels].Value)
            .At("hidden_size", op.HiddenSize)
            .With("num_layers", op.NumLayers, unless: 1L);
        if (op.Bias != BiasVectors.Single)
            module.With("bias", op.Bias == BiasVectors.Two, unless: true).With("batch_first", true);
        return module.With("dropout", op.Dropout, unless: 0.0).With("bidirectional", op.Bidirectional, unless: false);
    }

    /// <summary>The states that it starts from: [N, layers·directions·H] -> [layers·directions, N, H].</summary>
    private static string Start(Recurrent op, PythonScope py)
    {
        if (op.InitialState is null)
            return "";
        var each = py.Inputs.Skip(1)
            .Select(state => $"{state}.unflatten(1, ({op.NumLayers * op.Directions}, {op.HiddenSize})).transpose(0, 1).contiguous()")
            .ToList();
        return each.Count == 1 ? $", {each[0]}" : $", ({string.Join(", ", each)})";
    }
}
