using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>LSTM or GRU over the time axis.</summary>
/// <remarks>
/// Shapes: <c>[N, time, features]</c> gives <c>[N, time, hidden_size]</c>, twice that when bidirectional; without return_sequences <c>[N,
/// hidden_size]</c>, the last state. Parameters for each layer and direction, with g = 4 (lstm) or 3 (gru): weight_ih <c>[g·hidden,
/// in]</c>, weight_hh <c>[g·hidden, hidden]</c>, bias_ih and bias_hh <c>[g·hidden]</c>. MACs: none counted. Sources: torch.nn.LSTM,
/// torch.nn.GRU; ONNX LSTM-14, GRU-14.
/// </remarks>
[Kind("lstm"), Kind("gru")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed partial record Recurrent : Operator
{
    /// <summary>Features of the hidden state, at least 1.</summary>
    [Between(1)]
    public required long HiddenSize { get; init; }

    /// <summary>Number of stacked layers. Default: 1.</summary>
    [Between(1, 64)]
    public long NumLayers { get; init; } = 1;

    /// <summary>Adds learned biases. Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Probability that an element is zeroed between stacked layers in training. Default: 0.</summary>
    [Between(0, 1)]
    public double Dropout { get; init; }

    /// <summary>Adds a second direction that reads from the end; doubles the output's features. Default: false.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>Returns every step's state [N, time, C]; false returns the last one [N, C]. Default: true.</summary>
    public bool ReturnSequences { get; init; } = true;

    /// <summary>The features that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? InputSize { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("input_size", InputSize);

    [SpecIgnore]
    public long Gates => Kind == "lstm" ? 4 : 3;

    [SpecIgnore]
    public int Directions => Bidirectional ? 2 : 1;

    // Each step holds its gates, the states around them and their products: seven or eight numbers for each of the state.
    public override Footprint Footprint => Footprint.Inputs with { BytesPerNumber = 8 * 4 };

    public override Effect Effect => Effect.Weighs | Effect.Saturates;                           // the states are bounded by tanh

    public override AxisFlow AxisFlow => ReturnSequences ? AxisFlow.Kept : AxisFlow.Made;

    public override RankSwitch RankSwitch => ReturnSequences
        ? new(
            "return_sequences",
            true,
            "last-state",
            "give its last state alone (return_sequences false)",
            "says one thing about the whole sequence; the states before the last are dropped."
        )
        : new("return_sequences", false, "return-sequences", "give every state (return_sequences)", "gives a state for each step; nothing "
            + "is lost.");

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Width("hidden_size", Directions),
        EditableAttributes.Switch("bidirectional", Bidirectional, EditEffect.Features),
        EditableAttributes.Switch("return_sequences", ReturnSequences, EditEffect.Rank),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (!Sequences.IsSequence(context, 0) || !context.HasFeatures(out _))
            return null;
        var width = Saturating.Multiply(Directions, HiddenSize);
        return ReturnSequences ? context.Input.With(Axis.Channels, width) : new([Dim.Batch, width], [Axis.Batch, Axis.Channels]);
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer)
    {
        var input = layer.Input[Axis.Channels].Value;
        foreach (var (suffix, number) in Parts)
        {
            var width = number == 0 ? input : Directions * HiddenSize;
            // Uniform in ±1/√hidden for weights too: PyTorch's start.
            yield return new($"weight_ih{suffix}", [Gates * HiddenSize, width], Initializer.Bias, FanIn: HiddenSize);
            yield return new($"weight_hh{suffix}", [Gates * HiddenSize, HiddenSize], Initializer.Bias, FanIn: HiddenSize);
            if (!Bias)
                continue;
            yield return new($"bias_ih{suffix}", [Gates * HiddenSize], Initializer.Bias, FanIn: HiddenSize);
            yield return new($"bias_hh{suffix}", [Gates * HiddenSize], Initializer.Bias, FanIn: HiddenSize);
        }
    }

    /// <summary>PyTorch's suffixes, layer by layer, the direction from the end second: <c>_l0</c>, <c>_l0_reverse</c>.</summary>
    private IEnumerable<(string Suffix, int Layer)> Parts =>
        Enumerable
            .Range(0, (int)NumLayers)
            .SelectMany(number => Enumerable.Range(0, Directions).Select(direction => (Suffix(number, direction), number)));

    internal static string Suffix(int layer, int direction) => $"_l{layer}{(direction == 1 ? "_reverse" : "")}";

    public static IEnumerable<Example> Examples =>
        new[] { "lstm", "gru" }.SelectMany(kind => new Example[]
        {
            new($"{kind} over steps", new Recurrent { Kind = kind, HiddenSize = 5 }, [6, 3]) { InputAxes = [Axis.Time, Axis.Channels] },
            new($"{kind}, declared", new Recurrent { Kind = kind, HiddenSize = 5, InputSize = 3 }, [6, 3])
            {
                InputAxes = [Axis.Time, Axis.Channels],
            },
                new(
                    $"{kind}, last state",
                    new Recurrent
                    {
                        Kind = kind,
                        HiddenSize = 4,
                        ReturnSequences = false,
                    },
                    [6, 3]
                )
                {
                    InputAxes = [Axis.Time, Axis.Channels],
                },
                new(
                    $"{kind}, two layers in both directions",
                    new Recurrent
                    {
                        Kind = kind,
                        HiddenSize = 3,
                        NumLayers = 2,
                        Bidirectional = true,
                    },
                    [5, 4]
                )
                {
                    InputAxes = [Axis.Time, Axis.Channels],
                },
                new(
                    $"{kind}, both directions, last state, no bias",
                    new Recurrent
                    {
                        Kind = kind,
                        HiddenSize = 3,
                        Bias = false,
                        Bidirectional = true,
                        ReturnSequences = false,
                    },
                    [5, 4]
                )
                {
                    InputAxes = [Axis.Time, Axis.Channels],
                },
            }
        );
}
