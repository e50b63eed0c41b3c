using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>
/// The torch.nn module that an operator claims to be, built from its attributes: the truth about its parameters and its numbers.
/// </summary>
internal static class ReferenceModules
{
    /// <summary>Makes the module, and tells how it is run on channels-first inputs; null where torch.nn has none.</summary>
    public static Func<(nn.Module Module, Func<Tensor[], Tensor> Run)>? Of(PlannedLayer layer)
    {
        var features = layer.Input.Has(Axis.Channels) ? layer.Input[Axis.Channels].Known ?? 0 : 0;
        return layer.Operator switch
        {
            Conv { Padding.IsSame: true } => null, // another rule with a stride
            Conv { PaddingMode: not PaddingFill.Zeros } => null, // TorchSharp pads by its own rules
            Conv { Padding.IsOneSided: true, Kind: "conv1d" } op => () => Padded(
                nn.Conv1d(
                    features,
                    op.OutChannels,
                    op.KernelSize[0],
                    op.Stride[0],
                    0L,
                    op.Dilation[0],
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                ),
                op.Padding.IsCausal
                    ? [op.Dilation[0] * (op.KernelSize[0] - 1), 0] // keras.layers.Conv1D
                    : [op.Padding.Cells[0], op.Padding.After!.Value[0]]
            ),
            Conv { Padding: { After: { } after, Cells: var before } } op => () => Padded(
                nn.Conv2d(
                    features,
                    op.OutChannels,
                    Two(op.KernelSize),
                    Two(op.Stride),
                    (0L, 0L),
                    Two(op.Dilation),
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                ),
                [before[1], after[1], before[0], after[0]] // torch.nn.functional.pad begins with the last dimension
            ),
            Conv { Kind: "conv1d" } op => () => One(
                nn.Conv1d(
                    features,
                    op.OutChannels,
                    op.KernelSize[0],
                    op.Stride[0],
                    op.Padding.Cells[0],
                    op.Dilation[0],
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                )
            ),
            Conv { Kind: "conv3d" } op => () => One(
                nn.Conv3d(
                    features,
                    op.OutChannels,
                    Three(op.KernelSize),
                    Three(op.Stride),
                    Three(op.Padding.Cells),
                    Three(op.Dilation),
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                )
            ),
            Conv op => () => One(
                nn.Conv2d(
                    features,
                    op.OutChannels,
                    Two(op.KernelSize),
                    Two(op.Stride),
                    Two(op.Padding.Cells),
                    Two(op.Dilation),
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                )
            ),
            ConvTranspose { Kind: "conv_transpose1d" } op => () => One(
                nn.ConvTranspose1d(
                    features,
                    op.OutChannels,
                    op.KernelSize[0],
                    op.Stride[0],
                    op.Padding[0],
                    op.OutputPadding[0],
                    op.Dilation[0],
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                )
            ),
            ConvTranspose { Kind: "conv_transpose3d" } op => () => One(
                nn.ConvTranspose3d(
                    features,
                    op.OutChannels,
                    Three(op.KernelSize),
                    Three(op.Stride),
                    Three(op.Padding),
                    Three(op.OutputPadding),
                    Three(op.Dilation),
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                )
            ),
            ConvTranspose op => () => One(
                nn.ConvTranspose2d(
                    features,
                    op.OutChannels,
                    Two(op.KernelSize),
                    Two(op.Stride),
                    Two(op.Padding),
                    Two(op.OutputPadding),
                    Two(op.Dilation),
                    groups: op.Groups.Of(features),
                    bias: op.Bias
                )
            ),
            Linear op when layer.Input.Rank == 2 => () => One(nn.Linear(features, op.OutFeatures, op.Bias)),
            BatchNorm op when layer.Input.Rank == 4 => () => One(
                nn.BatchNorm2d(features, op.Eps, op.Momentum ?? 0.1, op.Affine, op.TrackRunningStats)
            ),
            BatchNorm op when layer.Input.Rank == 5 => () => One(
                nn.BatchNorm3d(features, op.Eps, op.Momentum ?? 0.1, op.Affine, op.TrackRunningStats)
            ),
            BatchNorm op => () => One(nn.BatchNorm1d(features, op.Eps, op.Momentum ?? 0.1, op.Affine, op.TrackRunningStats)),
            GroupNorm op when layer.Input.Rank > 2 => () => One(nn.GroupNorm(op.NumGroups, features, op.Eps, op.Affine)),
            InstanceNorm op when layer.Input.Rank == 4 => () => One(
                nn.InstanceNorm2d(features, op.Eps, op.Momentum ?? 0.1, op.Affine, op.TrackRunningStats)
            ),
            InstanceNorm op when layer.Input.Rank == 5 => () => One(
                nn.InstanceNorm3d(features, op.Eps, op.Momentum ?? 0.1, op.Affine, op.TrackRunningStats)
            ),
            InstanceNorm op => () => One(nn.InstanceNorm1d(features, op.Eps, op.Momentum ?? 0.1, op.Affine, op.TrackRunningStats)),
            LayerNorm op when layer.Input.Rank == 2 => () => One(nn.LayerNorm(features, op.Eps, op.ElementwiseAffine, op.Bias)),
            // with padding_idx, torch.nn trusts that row to be zero
            Embedding { PaddingIdx: null } op => () => One(nn.Embedding(op.NumEmbeddings, op.EmbeddingDim)),
            PRelu op => () => One(nn.PReLU(op.NumParameters, op.Init)),
            LeakyRelu op => () => One(nn.LeakyReLU(op.NegativeSlope)),
            Elu op => () => One(nn.ELU(op.Alpha)),
            Softplus op => () => One(nn.Softplus(op.Beta, op.Threshold)),
            Activation op => () => One(ActivationOf(op.Kind)),
            MaxPool { Padding: { IsSame: false, IsOneSided: false }, Kind: "max_pool2d" } op => () => One(
                nn.MaxPool2d(
                    op.KernelSize.ToArray(2),
                    op.Stride?.ToArray(2),
                    op.Padding.Cells.ToArray(2),
                    op.Dilation.ToArray(2),
                    op.CeilMode
                )
            ),
            AvgPool { Padding: { IsSame: false, IsOneSided: false }, Kind: "avg_pool2d" } op => () => One(
                nn.AvgPool2d(
                    op.KernelSize.ToArray(2),
                    op.Stride?.ToArray(2),
                    op.Padding.Cells.ToArray(2),
                    op.CeilMode,
                    op.CountIncludePad,
                    op.DivisorOverride
                )
            ),
            MaxPool { Padding: { IsSame: false, IsOneSided: false }, Kind: "max_pool3d" } op => () => One(
                nn.MaxPool3d(
                    op.KernelSize.ToArray(3),
                    op.Stride?.ToArray(3),
                    op.Padding.Cells.ToArray(3),
                    op.Dilation.ToArray(3),
                    op.CeilMode
                )
            ),
            AvgPool { Padding: { IsSame: false, IsOneSided: false }, Kind: "avg_pool3d" } op => () => One(
                nn.AvgPool3d(
                    op.KernelSize.ToArray(3),
                    op.Stride?.ToArray(3),
                    op.Padding.Cells.ToArray(3),
                    op.CeilMode,
                    op.CountIncludePad,
                    op.DivisorOverride
                )
            ),
            AdaptivePool { Kind: "adaptive_avg_pool3d" } op => () => One(nn.AdaptiveAvgPool3d(op.OutputSize.ToArray(3))),
            AdaptivePool { Kind: "adaptive_avg_pool2d" } op => () => One(nn.AdaptiveAvgPool2d(op.OutputSize.ToArray(2))),
            PixelShuffle { Kind: "pixel_shuffle" } op => () => One(nn.PixelShuffle(op.Factor)),
            PixelShuffle op => () => One(nn.PixelUnshuffle(op.Factor)),
            ChannelShuffle { } op when layer.Input.Rank == 4 => () => One(nn.ChannelShuffle(op.Groups)),
            Recurrent { Bias.Count: 1 } or Recurrent { InitialState: not null } or Recurrent { ReturnState: true } => null,
            Recurrent { Kind: "lstm" } op => () => Sequence(
                nn.LSTM(features, op.HiddenSize, op.NumLayers, op.Bias == true, true, op.Dropout, op.Bidirectional),
                op
            ),
            Recurrent op => () => Sequence(
                nn.GRU(features, op.HiddenSize, op.NumLayers, op.Bias == true, true, op.Dropout, op.Bidirectional),
                op
            ),
            MultiHeadAttention op => () => Attention(nn.MultiheadAttention(features, op.NumHeads, op.Dropout, op.Bias)),
            _ => null,
        };
    }

    private static (nn.Module, Func<Tensor[], Tensor>) One(nn.Module<Tensor, Tensor> module) => (module, x => module.call(x[0]));

    private static (nn.Module, Func<Tensor[], Tensor>) Padded(nn.Module<Tensor, Tensor> module, long[] sides) =>
        (module, x => module.call(nn.functional.pad(x[0], sides)));

    private static (nn.Module, Func<Tensor[], Tensor>) Sequence(TorchSharp.Modules.LSTM module, Recurrent op)
    {
        return (module, Run);

        Tensor Run(Tensor[] x)
        {
            var (steps, last, _) = module.call(x[0]);
            return op.ReturnSequences ? steps : Ends(last, op);
        }
    }

    private static (nn.Module, Func<Tensor[], Tensor>) Sequence(TorchSharp.Modules.GRU module, Recurrent op)
    {
        return (module, Run);

        Tensor Run(Tensor[] x)
        {
            var (steps, last) = module.call(x[0]);
            return op.ReturnSequences ? steps : Ends(last, op);
        }
    }

    private static Tensor Ends(Tensor last, Recurrent op) =>
        cat([.. Enumerable.Range(0, op.Directions).Select(direction => last[last.shape[0] - op.Directions + direction])], -1);

    /// <summary>TorchSharp's attention wants the steps first.</summary>
    private static (nn.Module, Func<Tensor[], Tensor>) Attention(TorchSharp.Modules.MultiheadAttention module)
    {
        return (module, Run);

        Tensor Run(Tensor[] x)
        {
            var first = x.Select(input => input.transpose(0, 1)).ToArray();
            return module.call(first[0], first[Math.Min(1, first.Length - 1)], first[^1], null, false, null).Item1.transpose(0, 1);
        }
    }

    private static nn.Module<Tensor, Tensor> ActivationOf(string kind) => kind switch
    {
        "relu" => nn.ReLU(),
        "relu6" => nn.ReLU6(),
        "selu" => nn.SELU(),
        "silu" => nn.SiLU(),
        "sigmoid" => nn.Sigmoid(),
        "tanh" => nn.Tanh(),
        "mish" => nn.Mish(),
        "hard_swish" => nn.Hardswish(),
        "hard_sigmoid" => nn.Hardsigmoid(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static (long, long, long) Three(Extent extent) => extent.ToArray(3) is var each ? (each[0], each[1], each[2]) : default;

    private static (long, long) Two(Extent extent) => (extent[0], extent[extent.Count is null ? 0 : 1]);
}
