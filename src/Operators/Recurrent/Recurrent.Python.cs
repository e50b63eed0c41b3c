using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Recurrent layers in PyTorch.</summary>
internal sealed class RecurrentPython : PythonForm<Recurrent>
{
    protected override string Forward(Recurrent op, PythonScope py)
    {
        var run = py.Call(
            new PythonModule(op.Kind == "lstm" ? "nn.LSTM" : "nn.GRU")
                .At("input_size", py.Layer.Input[Axis.Channels].Value)
                .At("hidden_size", op.HiddenSize)
                .With("num_layers", op.NumLayers, unless: 1L)
                .With("bias", op.Bias, unless: true)
                .With("batch_first", true)
                .With("dropout", op.Dropout, unless: 0.0)
                .With("bidirectional", op.Bidirectional, unless: false),
            $"{py.X}.transpose(1, 2)"                                                            // [N, C, T] -> [N, T, C]
        );
        if (op.ReturnSequences)
            return $"{run}[0].transpose(1, 2)";
        var states = $"{run}[1]{(op.Kind == "lstm" ? "[0]" : "")}";                              // [layers·directions, N, H]
        return op.Bidirectional ? $"{states}[-2:].transpose(0, 1).flatten(1)" : $"{states}[-1]";
    }
}
