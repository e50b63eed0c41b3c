using System.Text.Json;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>The loss of each output of a network.</summary>
/// <param name="Every">Of the outputs that are not named.</param>
/// <param name="ByOutput">By the output's name.</param>
/// <remarks>In JSON a loss (a name, or an object with <c>type</c>), or <c>{ "outputs": { NAME: loss } }</c>.</remarks>
public sealed record OutputLosses(LossSettings Every, IReadOnlyDictionary<string, LossSettings> ByOutput)
{
    internal static readonly Variants<LossSettings> Kinds =
        new("loss", [.. LossSettings.Names.Select(name => (name, (Func<LossSettings>)(() => LossSettings.Create(name))))]);

    public static OutputLosses Auto { get; } = new(new AutoLossSettings(), new Dictionary<string, LossSettings>());

    public LossSettings this[string output] => ByOutput.GetValueOrDefault(output) ?? Every;

    /// <summary>With every <c>auto</c> replaced by what the output's target asks for.</summary>
    public OutputLosses For(IReadOnlyList<(string Output, DataTarget Target)> outputs) => outputs is [var only]
        ? Auto with { Every = this[only.Output].For(only.Target.Task) }
        : Auto with { ByOutput = outputs.ToDictionary(output => output.Output, output => this[output.Output].For(output.Target.Task)) };

    /// <summary>With the <c>auto</c> of class weights replaced by the weights that are used.</summary>
    /// <param name="outputs">The network's.</param>
    /// <param name="countsOf">Samples of each class in the training split, by the output's position; asked only where needed.</param>
    public OutputLosses Balanced(IReadOnlyList<string> outputs, Func<int, IReadOnlyList<long>> countsOf)
    {
        LossSettings Of(int i) => this[outputs[i]] is ClassLossSettings { ClassWeights: { Given: null } } loss
            ? loss with { ClassWeights = ClassWeights.Balanced(countsOf(i)) }
            : this[outputs[i]];
        return outputs.Count == 1
            ? Auto with { Every = Of(0) }
            : Auto with { ByOutput = Enumerable.Range(0, outputs.Count).ToDictionary(i => outputs[i], Of) };
    }

    /// <summary>Auto after reporting why it cannot be read.</summary>
    internal static OutputLosses Read(JsonElement json, SpecPath path, Report report)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("outputs", out var outputs))
            return Auto with { Every = Kinds.Read(json, path, report) };
        foreach (var other in json.EnumerateObject().Where(member => !member.NameEquals("outputs")))
            report.Error(
                Codes.UnknownField,
                path[other.Name],
                $"'loss' has 'outputs' and '{JsonText.Shortened(other.Name)}'. Give one loss for every output, or 'outputs' alone."
            );
        if (outputs.ValueKind != JsonValueKind.Object)
        {
            report.Error(
                Codes.WrongType,
                path["outputs"],
                $"'outputs' is {JsonText.Shown(outputs)}; expected an object of losses by the outputs' names."
            );
            return Auto;
        }

        var read = new Dictionary<string, LossSettings>();
        foreach (var output in outputs.EnumerateObject())
        {
            if (!read.TryAdd(output.Name, Kinds.Read(output.Value, path["outputs"][output.Name], report)))
                report.Error(
                    Codes.DuplicateName,
                    path["outputs"][output.Name],
                    $"The output '{JsonText.Shortened(output.Name)}' is there twice. Keep one."
                );
        }

        return Auto with { ByOutput = read };
    }

    internal void Write(Utf8JsonWriter writer)
    {
        if (ByOutput.Count == 0)
        {
            Write(writer, Every);
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartObject("outputs");
        foreach (var (output, loss) in ByOutput)
        {
            writer.WritePropertyName(output);
            Write(writer, loss);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, LossSettings loss)
    {
        writer.WriteStartObject();
        writer.WriteString("type", loss.Type);
        Attributes.Of(loss.GetType()).WriteAll(writer, loss);
        writer.WriteEndObject();
    }
}
