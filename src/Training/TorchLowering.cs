using ConcatService.Domain.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>How libtorch computes an operator. Found by scanning: one for every primitive operator.</summary>
public abstract class TorchLowering
{
    private static readonly Dictionary<Type, TorchLowering> ByOperator = typeof(TorchLowering).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(TorchLowering)) && !type.IsAbstract)
        .Select(type => (TorchLowering)Activator.CreateInstance(type)!)
        .ToDictionary(lowering => lowering.Operator);

    public abstract Type Operator { get; }

    public static TorchLowering For(Operator op) => ByOperator.TryGetValue(op.GetType(), out var lowering)
        ? lowering
        : throw new InvalidOperationException($"The operator {op.Kind} has no libtorch form: add {op.GetType().Name}.Torch.cs beside it.");

    /// <summary>The layer's outputs, one for each port.</summary>
    public abstract Tensor[] Run(TorchLayer layer, Tensor[] x);
}

/// <summary>How libtorch computes <typeparamref name="T"/>: a function of the layer's inputs and its declared parameters.</summary>
public abstract class TorchLowering<T> : TorchLowering
    where T : Operator
{
    public override Type Operator => typeof(T);

    public override Tensor[] Run(TorchLayer layer, Tensor[] x) => ForwardAll((T)layer.Plan.Operator, layer, x);

    /// <summary>All outputs; overridden where there are several.</summary>
    protected virtual Tensor[] ForwardAll(T op, TorchLayer layer, Tensor[] x) => [Forward(op, layer, x)];

    /// <param name="x">The inputs, in memory order: maps are channels-first whatever the spec's layout is.</param>
    protected abstract Tensor Forward(T op, TorchLayer layer, Tensor[] x);
}

/// <summary>A planned layer with its tensors.</summary>
public sealed class TorchLayer(PlannedLayer plan, IReadOnlyDictionary<string, Tensor> parameters)
{
    private readonly TorchLowering _lowering = TorchLowering.For(plan.Operator);

    public PlannedLayer Plan { get; } = plan;

    /// <summary>Whether dropout drops and statistics are updated; never in a layer that is frozen.</summary>
    public bool Training
    {
        get => field && !IsFrozen;
        set;
    }

    /// <summary>Whether the layer runs as in evaluation whatever <see cref="Training"/> is set to. Default: false.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>The number of samples that the network is run on.</summary>
    public long Batch { get; set; } = 1;

    /// <summary>
    /// What matrix products compute in: float32 (default) or bfloat16. Parameters are float32 either way; autograd casts their gradients
    /// back.
    /// </summary>
    public ScalarType Precision { get; set; } = ScalarType.Float32;

    /// <summary>An operand of a matrix product in the precision of the training; itself when that is float32.</summary>
    public Tensor Compute(Tensor operand) => operand.to(Precision);

    /// <summary>A declared parameter or buffer by its name in the layer: <c>weight</c>.</summary>
    public Tensor this[string name] => parameters[name];

    public IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    public Tensor[] Run(Tensor[] x) =>
        _lowering.Run(this, Plan.Operator.Footprint.Format == NumberFormat.Float32 ? Array.ConvertAll(x, Widen) : x);

    private static Tensor Widen(Tensor x) => x.dtype == ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;
}
