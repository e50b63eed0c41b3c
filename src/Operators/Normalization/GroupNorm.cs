using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Normalizes groups of channels over all positions of each sample.</summary>
/// <remarks>
/// Shapes: <c>[N, C, …]</c>, unchanged. Parameters: weight <c>[C]</c>, bias <c>[C]</c>. MACs: none.
/// Sources: Wu and He 2018; torch.nn.GroupNorm; ONNX InstanceNormalization-6 over groups (its own came with opset 18).
/// </remarks>
[Kind("group_norm")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record GroupNorm : Operator
{
    /// <summary>Number of groups, at least 1; the number of channels must be a multiple of it.</summary>
    [Between(1)]
    public required long NumGroups { get; init; }

    /// <summary>Added to the variance for numerical stability. Default: 1e-5.</summary>
    [Between(0)]
    public double Eps { get; init; } = 1e-5;                                                     // PyTorch's default

    /// <summary>Multiplies by a learned weight and adds a learned bias. Default: true.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>The channels that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? NumChannels { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("num_channels", NumChannels);

    public override Effect Effect => Effect.Normalizes;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.RequireFloat() || !context.HasFeatures(out var channels) || !context.HasFeaturesFirst())
            return null;
        return channels % NumGroups == 0
            ? context.Input
            : context.Error(
                Codes.NotDivisible,
                $"num_groups is {NumGroups}, and the {channels} channels that arrive must be a multiple of it.",
                new Wanted { MultipleOf = NumGroups, Values = [.. Divisors.Of("num_groups", NumGroups, channels, "group")] }
            );
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        Norms.Parameters(layer.Input[Axis.Channels].Value, Affine, Affine, false);

    public override void EmitOnnx(OnnxScope onnx)
    {
        var grouped = onnx.Part("Reshape", [onnx.Input, onnx.Constant(0, NumGroups, -1)]); // [N, C, H, W] -> [N, groups, C/groups·H·W]
        var ones = onnx.Floats([.. Enumerable.Repeat(1f, (int)NumGroups)], NumGroups);
        var normal = onnx.Part("InstanceNormalization", [grouped, ones, onnx.Floats(new float[NumGroups], NumGroups)], ("epsilon", Eps));
        Norms.AddAffine(onnx, onnx.Part("Reshape", [normal, onnx.Part("Shape", [onnx.Input])]), Affine);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("two groups", new GroupNorm { NumGroups = 2 }, [6, 5, 4]),
        new("declared", new GroupNorm { NumGroups = 3, NumChannels = 6 }, [6, 5, 4]),
        new("one group, no weight", new GroupNorm { NumGroups = 1, Affine = false, Eps = 1e-3 }, [3, 5, 4]),
        new("a volume", new GroupNorm { NumGroups = 2 }, [4, 2, 3, 5]),
        new("a sequence", new GroupNorm { NumGroups = 3 }, [6, 5]),
        new("features", new GroupNorm { NumGroups = 2 }, [8]),
    ];
}
