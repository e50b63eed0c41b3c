using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Group normalization in PyTorch.</summary>
internal sealed class GroupNormPython : PythonForm<GroupNorm>
{
    protected override string Forward(GroupNorm op, PythonScope py) =>
        py.Call(
            new PythonModule("nn.GroupNorm")
                .At("num_groups", op.NumGroups)
                .At("num_channels", py.Layer.Input[Axis.Channels].Value)
                .With("eps", op.Eps, unless: 1e-5)
                .With("affine", op.Affine, unless: true)
        );
}
