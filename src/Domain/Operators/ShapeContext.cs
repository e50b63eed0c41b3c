using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Operators;

/// <summary>Where an operator is asked for its shape: its layer, the shapes that arrive, and the report that it writes to.</summary>
public readonly record struct ShapeContext(Layer Layer, Shape[] Inputs, Layout Layout, Report Report, Conditions Conditions)
{
    public Shape Input => Inputs[0];

    /// <summary>The inputs as a diagnostic shows them.</summary>
    public IReadOnlyList<NamedShape> NamedInputs
    {
        get
        {
            var named = new NamedShape[Inputs.Length];
            for (var i = 0; i < named.Length; i++)
                named[i] = new(Layer.InputName(i), Inputs[i]);
            return named;
        }
    }

    /// <summary>Reports an error at this layer; null, so that a shape rule can return it.</summary>
    /// <param name="evidence">What a repair can start from.</param>
    public Shape? Error(Code code, string message, Evidence? evidence = null)
    {
        Report.Add(new(code, Severity.Error, Layer.Path, $"{Layer.Name}: {message}", Layer.Name)
        {
            Inputs = NamedInputs,
            Evidence = evidence,
        });
        return null;
    }

    /// <summary>
    /// Whether sizes are as the layer needs them; reports why not. Where they are for some sizes of the symbols only, that is reported as a
    /// condition and taken to hold from here on.
    /// </summary>
    /// <param name="message">What does not fit, and what to do.</param>
    public bool Require(Code code, string message, params IReadOnlyList<Requirement> requirements) =>
        Require(code, null, message, requirements);

    /// <inheritdoc cref="Require(Code, string, IReadOnlyList{Requirement})"/>
    /// <param name="evidence">What a repair can start from where it does not fit.</param>
    public bool Require(Code code, Evidence? evidence, string message, params IReadOnlyList<Requirement> requirements)
    {
        var decision = Conditions.Decide(requirements);
        switch (decision.Answer)
        {
            case Answer.Always:
                return true;
            case Answer.Sometimes:
                Conditions.Assume(decision, Layer.Name);
                Report.Add(
                    new(code, Severity.Condition, Layer.Path, $"{Layer.Name}: {message} It fits where {decision.Condition}.", Layer.Name)
                    {
                        Inputs = NamedInputs,
                    }
                );
                return true;
            case Answer.Unknown:
                Error(
                    code,
                    $"{message} Whether {string.Join(" and ", requirements)} could not be decided for sizes that are symbols. Give them "
                        + $"as numbers."
                );
                return false;
            default:
                Error(code, message, evidence);
                return false;
        }
    }

    /// <summary>Whether every input is float32; reports the one that is not.</summary>
    /// <param name="axes">The axes that the layer works on, where it knows more than the element type.</param>
    public bool RequireFloat(IReadOnlyList<Axis>? axes = null)
    {
        var other = Array.FindIndex(Inputs, input => input.DType != DType.Float32);
        if (other >= 0)
            Error(
                Codes.LayerDType,
                $"{Layer.Operator.Kind} works on float32 and its input {Layer.InputName(other)} is "
                    + $"{Inputs[other].DType.ToString().ToLowerInvariant()}. Put a cast before it.",
                new Wanted { Input = other, DType = DType.Float32, Axes = axes }
            );
        return other < 0;
    }

    /// <summary>
    /// Whether the input is a map or sequence with this many spatial axes in the default order of the layout; reports why not.
    /// </summary>
    /// <param name="spatial">1 (time), 2 (height, width) or 3.</param>
    public bool IsDefaultOrder(int spatial)
    {
        var input = Input;
        var expected = Axes.Default(spatial + 1, Layout, DType.Float32);
        if (!RequireFloat(expected))
            return false;
        if (input.Rank != expected.Length)
        {
            Error(
                Codes.LayerRank,
                $"{Layer.Operator.Kind} works on [{Names(expected)}] and its input {Layer.InputName(0)} is {input.Sizes}, with "
                    + $"{input.Rank - 1} dimension{(input.Rank == 2 ? "" : "s")} and not {expected.Length - 1}. "
                    + (input.Rank < expected.Length ? "Read a layer before it was flattened or pooled, or reshape it." : "Reshape it."),
                new Wanted { Axes = expected }
            );
            return false;
        }

        if (input.Axes.SequenceEqual(expected))
            return true;
        var dims = string.Join(", ", expected.Select(axis => input.Has(axis) ? input.Position(axis) : -1));
        Error(
            Codes.LayerAxes,
            $"{Layer.Operator.Kind} works on [{Names(expected)}] and its input {Layer.InputName(0)} is [{Names(input.Axes)}], "
                + $"{input.Sizes}."
                + (dims.Contains("-1", StringComparison.Ordinal) ? "" : $" Put a permute with dims [{dims}] before it."),
            new Wanted { Axes = expected }
        );
        return false;
    }

    /// <summary>
    /// Whether the input has a feature axis whose size is a number, the one that the layer declares where it declares one; reports why not.
    /// </summary>
    public bool HasFeatures(out long features)
    {
        features = 0;
        if (!Input.Has(Axis.Channels))
            Error(
                Codes.LayerAxes,
                $"{Layer.Operator.Kind} works on the feature axis and its input {Layer.InputName(0)} is [{Names(Input.Axes)}], "
                    + $"{Input.Sizes}, without one. "
                    + (
                        Input.DType == DType.Int64
                            ? "Put an embedding before it."
                            : "Give the input 'axes' that have one, or put a reshape before it."
                    ),
                new Wanted { Features = true }
            );
        else if (Input[Axis.Channels].Known is not { } known)
            Error(
                Codes.LayerShape,
                $"{Layer.Operator.Kind} needs a known number of features and its input {Layer.InputName(0)} has {Input[Axis.Channels]}, a "
                    + $"symbol. Give the features of the input as a number."
            );
        else if (Layer.Operator.Declared is not { } declared || declared.Features == known)
            features = known;
        else if (!OwnerSaysSo())
            Error(
                Codes.DeclaredWidth,
                $"{declared.Attribute} is {declared.Features} and {known} arrive from {Layer.InputName(0)}, {Input.Sizes}.",
                new Wanted
                {
                    Width = declared.Features,
                    Values = [new(declared.Attribute, known, $"It is made for the {known} that arrive.")],
                }
            );
        return features > 0;
    }

    /// <summary>Weights that are shared are declared once: where the owner's number is wrong, that is told there alone.</summary>
    private bool OwnerSaysSo() =>
        Layer.Weights is { } owner
        && Report.Diagnostics.Any(found => found.Code == Codes.DeclaredWidth && found.Layer == owner);

    /// <summary>
    /// Whether the features come right after the batch, or last behind spatial axes, so that libtorch and ONNX see <c>[N, C, …]</c>;
    /// reports when not.
    /// </summary>
    public bool HasFeaturesFirst()
    {
        if (Input.Index(Axis.Channels) == 1)
            return true;
        Error(
            Codes.LayerAxes,
            $"{Layer.Operator.Kind} works on [{Names(Axes.Default(Input.Rank - 1, Layout, DType.Float32))}] and its input "
                + $"{Layer.Inputs[0]} is [{Names(Input.Axes)}], {Input.Sizes}. Put a permute before it that moves the features to their "
                + $"place.",
            new Wanted { Axes = Axes.Default(Input.Rank - 1, Layout, DType.Float32) }
        );
        return false;
    }

    public static string Names(IEnumerable<Axis> axes) =>
        string.Join(", ", axes.Where(axis => axis != Axis.Batch).Select(axis => axis.Name()));
}
