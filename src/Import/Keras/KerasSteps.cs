using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Import.Keras;

/// <summary>TimeDistributed over a layer or a model: a list that is applied to every step.</summary>
internal static class KerasSteps
{
    public static string Write(KerasCall call, JsonElement inner)
    {
        if (call.InputShape is not { Rank: >= 2 and <= 4 } shape || shape.Sizes.Count(size => size is null) > 1)
            throw new LayerException("TimeDistributed wants an input of a time axis and steps, of which one size may be open");
        if (call.First is not null)
            call.Gap("shared TimeDistributed", $"{call.Name} is called more than once. Each call has its own weights here.", call.Name);
        var read = Named(call, shape);
        var step = call.Model.Spec.Unique($"{call.Name}.step");
        call.Model.Probe.Set(step, Step(call, shape));
        var (layers, output) = call.Model.WriteSteps(call, inner, step);
        layers.Insert(0, First(step, shape));
        if (Name(layers[^1]!) != output)
            layers.Add((JsonNode)Identity($"{call.Name}.last", output));
        return call.Add(Layers.Of("time_distributed", ("layers", Inside(layers, call.Name + "."))), "", read);
    }

    /// <summary>The input with its first axis called time, and after it what a step has.</summary>
    private static string Named(KerasCall call, ProbedShape shape)
    {
        if (shape.Rank == 2)
            return call.Input;
        Axis[] axes = [Axis.Time, .. shape.Rank == 3 ? [Axis.Height, Axis.Channels] : StepAxes(call, shape)];
        return axes.SequenceEqual(shape.Axes) ? call.Input : call.Add(Reshape(shape.Sizes, axes), ".steps", call.Input);
    }

    private static Axis[] StepAxes(KerasCall call, ProbedShape shape)
    {
        var layout = call.Model.Layout == "channels_first" ? Layout.ChannelsFirst : Layout.ChannelsLast;
        return [.. Axes.Default(shape.Rank - 1, layout, shape.DType).Skip(1)];
    }

    private static ProbedShape Step(KerasCall call, ProbedShape shape) =>
        shape with { Sizes = shape.Sizes[1..], Texts = shape.Texts[1..], Axes = StepAxes(call, shape) };

    /// <summary>What the list begins with: the step, whose own first axis is a time axis where it has two.</summary>
    private static JsonObject First(string step, ProbedShape shape)
    {
        var first = shape.Rank == 3 ? Reshape(shape.Sizes[1..], [Axis.Time, Axis.Channels]) : Layers.Of("identity");
        first["name"] = step;
        return first;
    }

    private static JsonObject Identity(string name, string input)
    {
        var identity = Layers.Of("identity");
        (identity["name"], identity["inputs"]) = (name, Layers.Names([input]));
        return identity;
    }

    private static JsonObject Reshape(IEnumerable<long?> sizes, IEnumerable<Axis> axes) =>
        Layers.Of(
            "reshape",
            ("shape", Layers.List(sizes.Select(size => size ?? -1))),
            ("axes", Layers.Names(axes.Select(axis => axis.Name())))
        );

    private static string Name(JsonNode layer) => layer["name"]!.GetValue<string>();

    /// <summary>The list with names of its own: without that of the layer around it.</summary>
    private static JsonArray Inside(JsonArray layers, string prefix)
    {
        foreach (var layer in layers)
        {
            layer!["name"] = Short(Name(layer));
            if (layer["inputs"] is JsonArray inputs)
                layer["inputs"] = Layers.Names(inputs.Select(input => Short(input!.GetValue<string>())));
        }

        return layers;

        string Short(string name) => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
    }
}
