using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>LSTM or GRU over the time axis.</summary>
/// <remarks>
/// Shapes: <c>[N, time, features]</c> gives <c>[N, time, hidden_size]</c>, twice that when bidirectional; without return_sequences <c>[N,
/// hidden_size]</c>, the last state. With return_state also <c>NAME:state</c> and, of an lstm, <c>NAME:cell</c>, both <c>[N,
/// num_layers·directions·hidden_size]</c>. Parameters for each layer and direction, with g = 4 (lstm) or 3 (gru): weight_ih <c>[g·hidden,
/// in]</c>, weight_hh <c>[g·hidden, hidden]</c>, bias_ih and bias_hh <c>[g·hidden]</c>. MACs: none counted. Sources: torch.nn.LSTM,
/// torch.nn.GRU; keras.layers.GRU (bias "single"); ONNX LSTM-14, GRU-14.
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

    /// <summary>
    /// Learned biases: true, two vectors as PyTorch has them; "single", one (bias_ih) as Keras has it, and the reset gate of a gru then
    /// acts on the state before its product (Keras's reset_after false); false, none. Default: true.
    /// </summary>
    public BiasVectors Bias { get; init; } = true;

    /// <summary>Probability that an element is zeroed between stacked layers in training. Default: 0.</summary>
    [Between(0, 1)]
    public double Dropout { get; init; }

    public override bool IsRandom => Dropout > 0;

    /// <summary>Adds a second direction that reads from the end; doubles the output's features. Default: false.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>Returns every step's state [N, time, C]; false returns the last one [N, C]. Default: true.</summary>
    public bool ReturnSequences { get; init; } = true;

    /// <summary>
    /// Layers whose output it starts from: the state, and of an lstm the cell after it, each [N, num_layers·directions·hidden_size], layer
    /// by layer, the direction from the end second. Default: it starts from zeros.
    /// </summary>
    public LayerNames? InitialState { get; init; }

    /// <summary>
    /// Also gives the states after the last step that was read, as the parts NAME:state and, of an lstm, NAME:cell, in the order of
    /// initial_state. Default: false.
    /// </summary>
    public bool ReturnState { get; init; }

    /// <summary>The features that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? InputSize { get; init; }

    public override (string Attribute, LayerNames Layers)? AlsoReads => InitialState is { } names ? ("initial_state", names) : null;

    public override Operator WithoutWires() => this with { DataFormat = null, InitialState = null, ReturnState = false };

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

    /// <summary>How many tensors a state is: of an lstm the state and the cell.</summary>
    private int States => Kind == "lstm" ? 2 : 1;

    private long StateWidth => Saturating.Multiply(Saturating.Multiply(NumLayers, Directions), HiddenSize);

    public override Shape[]? InferAll(ShapeContext context)
    {
        if (!Sequences.IsSequence(context, 0) || !context.HasFeatures(out _) || !StartsFromStates(context))
            return null;
        var width = Saturating.Multiply(Directions, HiddenSize);
        var output = ReturnSequences ? context.Input.With(Axis.Channels, width) : Features(width);
        return ReturnState ? [output, .. Enumerable.Repeat(Features(StateWidth), States)] : [output];
    }

    public override Shape? Infer(ShapeContext context) => InferAll(context)?[0];

    private static Shape Features(long width) => new([Dim.Batch, width], [Axis.Batch, Axis.Channels]);

    /// <summary>Whether what it starts from is as many vectors, of the width of its states; reports why not.</summary>
    private bool StartsFromStates(ShapeContext context)
    {
        if (InitialState is not { } names)
            return true;
        if (names.Each.Count != States)
        {
            context.Error(
                Codes.OutOfRange,
                $"initial_state names {names.Each.Count} layer{(names.Each.Count == 1 ? "" : "s")}, {names}, and "
                    + (Kind == "lstm" ? "an lstm starts from two, the state and the cell. Name both." : "a gru starts from one. Name one.")
            );
            return false;
        }

        for (var input = context.Inputs.Length - States; input < context.Inputs.Length; input++)
        {
            var state = context.Inputs[input];
            if (state.Rank != 2 || !state.Has(Axis.Channels))
                return Refuse(
                    context,
                    input,
                    Codes.LayerRank,
                    $"is [{ShapeContext.Names(state.Axes)}], {state.Sizes}; a state is [features]. Name the part :state of a "
                        + "recurrent layer."
                );
            if (state[Axis.Channels] != StateWidth)
                return Refuse(
                    context,
                    input,
                    Codes.LayerShape,
                    $"has {state[Axis.Channels]} features, and the state here has {StateWidth}: {NumLayers} "
                        + $"layer{(NumLayers == 1 ? "" : "s")} in {Directions} direction{(Directions == 1 ? "" : "s")} of hidden_size "
                        + $"{HiddenSize}. Make them equal, or put a linear layer with out_features {StateWidth} between.",
                    OfWidth(state[Axis.Channels])
                );
        }

        return true;
    }

    /// <summary>The hidden size with which a state of that width fits.</summary>
    private OtherValue[] OfWidth(Dim width) =>
        width.Known is { } known && known % (NumLayers * Directions) == 0
            ? [new("hidden_size", known / (NumLayers * Directions), $"Its states have the {known} features of what it starts from.")]
            : [];

    private bool Refuse(ShapeContext context, int input, Code code, string what, params OtherValue[] values)
    {
        context.Error(
            code,
            $"initial_state {context.Layer.InputName(input)} {what}",
            new Wanted
            {
                Input = input,
                Width = StateWidth,
                Part = input < context.Inputs.Length - 1 || States == 1 ? "state" : "cell",
                Axes = code == Codes.LayerRank ? [Axis.Batch, Axis.Channels] : null,
                Values = values,
            }
        );
        return false;
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
            if (Bias.Count > 0)
                yield return new($"bias_ih{suffix}", [Gates * HiddenSize], Initializer.Bias, FanIn: HiddenSize);
            if (Bias.Count > 1)
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
                new($"{kind}, one bias", new Recurrent { Kind = kind, HiddenSize = 5, Bias = BiasVectors.Single }, [6, 3])
                {
                    InputAxes = [Axis.Time, Axis.Channels],
                },
                new(
                    $"{kind}, from a state to a state",
                    new Recurrent { Kind = kind, HiddenSize = 4, InitialState = Starts(kind), ReturnState = true },
                    [[5, 3], .. Starts(kind).Each.Select(_ => new long[] { 4 })]
                )
                {
                    InputAxes = [Axis.Time, Axis.Channels],
                    Outputs = kind == "lstm" ? 3 : 2,
                },
                new(
                    $"{kind}, two layers in both directions, one bias, from a state to a state",
                    new Recurrent
                    {
                        Kind = kind,
                        HiddenSize = 3,
                        NumLayers = 2,
                        Bias = BiasVectors.Single,
                        Bidirectional = true,
                        ReturnSequences = false,
                        InitialState = Starts(kind),
                        ReturnState = true,
                    },
                    [[5, 4], .. Starts(kind).Each.Select(_ => new long[] { 12 })]
                )
                {
                    InputAxes = [Axis.Time, Axis.Channels],
                    Outputs = kind == "lstm" ? 3 : 2,
                },
            }
        );

    private static LayerNames Starts(string kind) => kind == "lstm" ? LayerNames.Of("x1", "x2") : LayerNames.Of("x1");
}
