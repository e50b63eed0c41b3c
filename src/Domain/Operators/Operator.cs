using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>Names the layer type that a record implements. A family with one rule carries several.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class KindAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>How many inputs an operator takes.</summary>
public readonly record struct Arity(int Min, int Max)
{
    public static Arity One { get; } = new(1, 1);

    public static Arity Two { get; } = new(2, 2);

    public static Arity AtLeast(int min) => new(min, int.MaxValue);
}

/// <summary>What an operator does to the numbers that pass through it, as far as it matters for training.</summary>
[Flags]
public enum Effect
{
    None = 0,
    /// <summary>A linear map with learned weights.</summary>
    Weighs = 1,
    /// <summary>Brings the numbers to a scale of its own, whatever theirs was.</summary>
    Normalizes = 2,
    /// <summary>Not linear.</summary>
    Activates = 4,
    /// <summary>Not linear, and flat for large numbers: their gradient vanishes.</summary>
    Saturates = 8 | Activates,
}

/// <summary>Questions about effects.</summary>
public static class Effects
{
    /// <summary>Whether all of these are among the effects.</summary>
    public static bool Has(this Effect effects, Effect wanted) => (effects & wanted) == wanted;
}

/// <summary>
/// A layer type with its attributes: the record's <c>init</c> properties are the JSON attributes, its methods are all that the system knows
/// about it, except how libtorch computes it (the <c>.Torch.cs</c> file beside it).
/// </summary>
public abstract record Operator : IAttributeValue<Operator>
{
    static AttributeType<Operator> IAttributeValue<Operator>.Attribute => NestedOperator.Attribute;

    /// <summary>The layer type as the spec writes it, one of the record's <see cref="KindAttribute"/>s.</summary>
    [SpecIgnore]
    public string Kind { get; init; } = "";

    /// <summary>
    /// The layout in which this layer alone reads its input: channels_first or channels_last. What it gives is read in the spec's layout
    /// again. Default: the spec's.
    /// </summary>
    public Layout? DataFormat { get; init; }

    /// <summary>How many inputs it takes; none for what comes from the network itself.</summary>
    [SpecIgnore]
    public virtual Arity Arity => Arity.One;

    /// <summary>
    /// The layer whose spatial size this one takes, by the name that the spec gives it; it becomes one more input, the last.
    /// </summary>
    [SpecIgnore]
    public virtual (string Attribute, string Layer)? Like => null;

    /// <summary>The layers that an attribute names, one by one or in a list; they become more inputs, the last.</summary>
    [SpecIgnore]
    public virtual (string Attribute, LayerNames Layers)? AlsoReads => null;

    /// <summary>How many inputs an attribute names: <see cref="Like"/> or <see cref="AlsoReads"/>.</summary>
    [SpecIgnore]
    public int NamedInputs => (Like is null ? 0 : 1) + (AlsoReads?.Layers.Each.Count ?? 0);

    /// <summary>The attribute that says how many features arrive, where it is given: an assertion, which decides nothing.</summary>
    [SpecIgnore]
    public virtual DeclaredWidth? Declared => null;

    /// <summary>What a placeholder stands for, which nothing here can compute; null for all that can be trained and exported.</summary>
    [SpecIgnore]
    public virtual string? StandsFor => null;

    /// <summary>Whether the outputs are only known as <c>NAME:0</c>, <c>NAME:1</c>, …; the bare name is an error then.</summary>
    [SpecIgnore]
    public virtual bool HasPorts => false;

    /// <summary>Whether the operator stands for others: <see cref="Expand"/> is called instead of <see cref="Infer"/>.</summary>
    [SpecIgnore]
    public virtual bool Expands => false;

    /// <summary>
    /// What the operator does to the numbers that pass through it. Default: it leaves them as they are, or picks, moves or averages them.
    /// </summary>
    [SpecIgnore]
    public virtual Effect Effect => Effect.None;

    /// <summary>The windows of a convolution or pooling; null for all others.</summary>
    [SpecIgnore]
    public virtual SlidingWindow? Window => null;

    /// <summary>How it resizes spatial axes by repeating or interpolating; null where it does not.</summary>
    [SpecIgnore]
    public virtual Resampling? Resampling => null;

    /// <summary>What becomes of the features of its input.</summary>
    [SpecIgnore]
    public virtual FeatureFlow FeatureFlow => FeatureFlow.Other;

    /// <summary>What becomes of the axes of its input. Default: they stay.</summary>
    [SpecIgnore]
    public virtual AxisFlow AxisFlow => AxisFlow.Kept;

    /// <summary>How it treats what passes through it, for activations; null for all others.</summary>
    [SpecIgnore]
    public virtual Nonlinearity? Nonlinearity => null;

    /// <summary>The attribute that decides whether axes stay; null where there is none.</summary>
    [SpecIgnore]
    public virtual RankSwitch? RankSwitch => null;

    /// <summary>The share of its inputs that it sets to zero in training, 0 to 1. Default: 0.</summary>
    [SpecIgnore]
    public virtual double DropRate => 0;

    /// <summary>Whether it draws random numbers in training. Default: where it drops some of its inputs.</summary>
    [SpecIgnore]
    public virtual bool IsRandom => DropRate > 0;

    /// <summary>Whether it gives numbers that the spec itself says, so that no file of weights need have them. Default: false.</summary>
    [SpecIgnore]
    public virtual bool IsConstant => false;

    /// <summary>
    /// Of a norm by running statistics: what it adds to a variance before it takes the root. Default: null, it is no such norm.
    /// </summary>
    [SpecIgnore]
    public virtual double? VarianceFloor => null;

    /// <summary>
    /// The attributes whose values decide the output's shape: where a repair can turn. <c>data_format</c> is among them where it is set.
    /// </summary>
    [SpecIgnore]
    public IEnumerable<EditableAttribute> Edits => DataFormat is { } layout ? OwnEdits.Prepend(Rereading(layout)) : OwnEdits;

    /// <summary>The attribute that is the number of output features; null where the input decides it.</summary>
    [SpecIgnore]
    public EditableAttribute? Width => OwnEdits.FirstOrDefault(edit => edit.Effect == EditEffect.Features);

    /// <summary>The record's own <see cref="Edits"/>.</summary>
    protected virtual IEnumerable<EditableAttribute> OwnEdits => [];

    /// <summary>
    /// The operator with another value of an attribute; null where it has no such attribute or the attribute no such value.
    /// </summary>
    /// <param name="attribute">As the spec writes it: <c>stride</c>.</param>
    /// <param name="value">As the spec writes it.</param>
    public Operator? With(string attribute, JsonNode? value)
    {
        var (edited, attributes) = (this with { }, Attributes.Of(GetType()));
        var entry = attributes.Find(attribute);
        return entry >= 0 && attributes.Read(entry, edited, JsonSerializer.SerializeToElement(value), SpecPath.Root, new Report())
            ? edited
            : null;
    }

    /// <summary>The shape that the operator gives; null after reporting why there is none.</summary>
    public virtual Shape? Infer(ShapeContext context) => throw new InvalidOperationException($"{Kind} expands; it has no shape rule.");

    /// <summary>The shapes of all outputs, for the operators that have several; null after reporting.</summary>
    public virtual Shape[]? InferAll(ShapeContext context) => Infer(context) is { } shape ? [shape] : null;

    /// <summary>
    /// Adds the primitive layers that this operator stands for; the last one carries the operator's name. Null after reporting why there
    /// are none.
    /// </summary>
    public virtual Wire? Expand(Expansion expansion) => throw new InvalidOperationException($"{Kind} is primitive.");

    /// <summary>
    /// What must be the same where weights are shared: every attribute but the layout that it reads, and which layers it reads besides.
    /// </summary>
    public virtual Operator WithoutWires() => this with { DataFormat = null };

    /// <summary>Weights, biases and running statistics, declared once for counts, libtorch, ONNX and checkpoints.</summary>
    public virtual IEnumerable<Parameter> Parameters(PlannedLayer layer) => [];

    /// <summary>Multiply-accumulates for one sample, as papers count them; null when a size is symbolic.</summary>
    public virtual long? Macs(PlannedLayer layer) => 0;

    /// <summary>What it holds while it trains. Default: its inputs, in float32.</summary>
    [SpecIgnore]
    public virtual Footprint Footprint => Footprint.Inputs;

    /// <summary>How the spatial size changes along an axis, for finding where two branches part.</summary>
    public virtual Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        axis.IsSpatial() && Window is { } window ? window.RescalingAlong(layer.Input.SpatialAxes.ToList().IndexOf(axis)) : Rescaling.None;

    /// <summary>Adds the ONNX nodes (opset 17) that compute the operator in evaluation mode.</summary>
    public virtual void EmitOnnx(OnnxScope onnx) => throw new InvalidOperationException($"{Kind} expands; it has no ONNX form.");

    private static EditableAttribute Rereading(Layout now) =>
        new(
            "data_format",
            EditEffect.Features | EditEffect.Sizes | EditEffect.Order,
            (_, _) => [(now == Layout.ChannelsFirst ? Layout.ChannelsLast : Layout.ChannelsFirst).Name()]
        );
}

/// <summary>How a parameter is filled before training.</summary>
public enum Initializer
{
    /// <summary>The job's initialization for weights, by fan in and fan out.</summary>
    Weight,
    /// <summary>Uniform in ±1/√fan_in, as PyTorch fills the biases of convolutions and linear layers.</summary>
    Bias,
    Zeros,
    Ones,
    /// <summary>Normal with mean 0 and the deviation that the parameter carries, 1 as PyTorch fills embeddings.</summary>
    Normal,
    /// <summary>The same, drawn again outside of ±2, as PyTorch's trunc_normal_ does.</summary>
    TruncatedNormal,
    /// <summary>The constant that the parameter carries.</summary>
    Constant,
}

/// <summary>A tensor that belongs to a layer.</summary>
/// <param name="Name">As PyTorch names it: <c>weight</c>, <c>bias</c>, <c>running_mean</c>.</param>
/// <param name="Dims">Its shape, as PyTorch shapes it.</param>
/// <param name="Trainable">False for running statistics (buffers).</param>
/// <param name="FanIn">Inputs of one output unit; 0 where the initializer needs none.</param>
public readonly record struct Parameter(
    string Name,
    long[] Dims,
    Initializer Initializer,
    bool Trainable = true,
    long FanIn = 0,
    double Constant = 0
)
{
    /// <summary>The standard deviation of a normal initializer. Default: 1.</summary>
    public double Deviation { get; init; } = 1;

    /// <summary>Whether weight decay acts on it. Default: true.</summary>
    public bool Decays { get; init; } = true;

    public long Count
    {
        get
        {
            var product = 1L;
            foreach (var size in Dims)
                product = Saturating.Multiply(product, size);
            return product;
        }
    }
}
