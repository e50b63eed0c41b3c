using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>An optimizer. Names, formulas and defaults are PyTorch's, except for the learning rate and the momentum of sgd.</summary>
public abstract record OptimizerSettings
{
    /// <summary>The name in JSON: <c>adamw</c>, <c>sgd</c>, <c>adam</c>, <c>nadam</c>, <c>rmsprop</c>.</summary>
    [SpecIgnore]
    public abstract string Type { get; }

    /// <summary>
    /// Peak learning rate, which the schedule scales. Default: auto, 0.004 for adamw, adam and nadam, 0.001 for rmsprop, 0.1 for sgd.
    /// </summary>
    [Between(1e-10, 100)]
    public OrAuto<double> Lr { get; init; }

    /// <summary>What <c>"auto"</c> stands for.</summary>
    [SpecIgnore]
    public abstract double AutoLr { get; }

    /// <summary>Values of optimizer state for each parameter.</summary>
    [SpecIgnore]
    public virtual int Moments => 2;

    /// <summary>
    /// Weight decay of all parameters but those of <c>parameter</c> layers: decoupled from the gradient in adamw, an L2 term of the
    /// gradient in the others. Default: 0.01 for adamw, otherwise 0.
    /// </summary>
    [Between(0, 10)]
    public double WeightDecay { get; init; }
}

/// <summary>Adam (Kingma and Ba 2015). <c>adamw</c> decouples the weight decay from the gradient (Loshchilov and Hutter 2019).</summary>
public sealed record AdamSettings : OptimizerSettings
{
    private bool _decoupled;

    public override string Type => _decoupled ? "adamw" : "adam";

    public override double AutoLr => 0.004;

    /// <summary>Whether weight decay acts on the parameters directly.</summary>
    [SpecIgnore]
    public bool Decoupled => _decoupled;

    /// <summary>Decay rates of the running averages of the gradient and of its square. Default: [0.9, 0.999].</summary>
    [Between(0, 0.999999)]
    public Betas Betas { get; init; } = new(0.9, 0.999);

    /// <summary>Added to the denominator for numerical stability. Default: 1e-8.</summary>
    [Between(1e-16, 1)]
    public double Eps { get; init; } = 1e-8;

    public static AdamSettings AdamW() => new() { _decoupled = true, WeightDecay = 0.01 };

    public static AdamSettings Adam() => new();
}

/// <summary>Stochastic gradient descent.</summary>
public sealed record SgdSettings : OptimizerSettings
{
    public override string Type => "sgd";

    public override double AutoLr => 0.1;

    public override int Moments => 1;

    /// <summary>Momentum factor. Default: 0.9 (PyTorch has 0).</summary>
    [Between(0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether to use Nesterov momentum; it needs a momentum above 0. Default: false.</summary>
    public bool Nesterov { get; init; }
}

/// <summary>Adam with Nesterov momentum (Dozat 2016).</summary>
public sealed record NAdamSettings : OptimizerSettings
{
    public override string Type => "nadam";

    public override double AutoLr => 0.004;

    /// <summary>Decay rates of the running averages of the gradient and of its square. Default: [0.9, 0.999].</summary>
    [Between(0, 0.999999)]
    public Betas Betas { get; init; } = new(0.9, 0.999);

    /// <summary>Added to the denominator for numerical stability. Default: 1e-8.</summary>
    [Between(1e-16, 1)]
    public double Eps { get; init; } = 1e-8;

    /// <summary>Momentum decay: the larger, the sooner the momentum reaches the first of betas. Default: 0.004.</summary>
    [Between(0, 1)]
    public double MomentumDecay { get; init; } = 0.004;
}

/// <summary>RMSprop: the gradient divided by the root of its running mean square (Tieleman and Hinton 2012).</summary>
public sealed record RmsPropSettings : OptimizerSettings
{
    public override string Type => "rmsprop";

    public override double AutoLr => 0.001;

    /// <summary>Smoothing constant of the running mean square. Default: 0.99.</summary>
    [Between(0, 0.999999)]
    public double Alpha { get; init; } = 0.99;

    /// <summary>Momentum factor. Default: 0.</summary>
    [Between(0, 0.9999)]
    public double Momentum { get; init; }

    /// <summary>Added to the denominator for numerical stability. Default: 1e-8.</summary>
    [Between(1e-16, 1)]
    public double Eps { get; init; } = 1e-8;
}

/// <summary>Two decay rates, in JSON a list: <c>[0.9, 0.999]</c>.</summary>
public readonly record struct Betas(double First, double Second) : IAttributeValue<Betas>
{
    public static AttributeType<Betas> Attribute { get; } = new(
        "a list of two numbers",
        (json, out value) =>
        {
            value = default;
            if (
                json.ValueKind != JsonValueKind.Array
                || json.GetArrayLength() != 2
                || json.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Number)
            )
                return false;
            value = new(json[0].GetDouble(), json[1].GetDouble());
            return true;
        },
        (writer, value) =>
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.First);
            writer.WriteNumberValue(value.Second);
            writer.WriteEndArray();
        },
            range =>
                new()
                {
                    ["type"] = "array",
                    ["minItems"] = 2,
                    ["maxItems"] = 2,
                    ["items"] = range.AddTo(new JsonObject { ["type"] = "number" }),
                },
            (value, range) => range.Holds(value.First) && range.Holds(value.Second)
        );
}
