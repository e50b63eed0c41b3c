using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Softmax in PyTorch.</summary>
internal sealed class SoftmaxPython : PythonForm<Softmax>
{
    protected override string Forward(Softmax op, PythonScope py) =>
        py.Call(
            new PythonModule(op.Kind == "softmax" ? "nn.Softmax" : "nn.LogSoftmax").With(
                "dim",
                AxesOf.Index(py.Layer.Input, op.Axis)
            )
        );
}
