using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>A fully connected layer in PyTorch.</summary>
internal sealed class LinearPython : PythonForm<Linear>
{
    protected override string Forward(Linear op, PythonScope py)
    {
        var module = py.Declare(
            new PythonModule("nn.Linear")
                .At("in_features", py.Layer.Input[Axis.Channels].Value)
                .At("out_features", op.OutFeatures)
                .With("bias", op.Bias, unless: true)
        );
        return py.FeaturesLast(x => $"{module}({x})");
    }
}
