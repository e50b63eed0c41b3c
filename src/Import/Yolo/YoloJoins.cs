using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>Rows that join, split or end other rows and are no module of the table.</summary>
internal static class YoloJoins
{
    /// <summary>A concat, over channels where no axis is given.</summary>
    public static void Concat(YoloState state, YoloRow row, string[] inputs)
    {
        var axis = row.Arguments.Has(0) && row.Arguments[0] is long dimension ? dimension : 1;
        var join = Layers.Of("concat", ("axis", axis == 1 ? null : axis));
        state.AddRow(row, state.Spec.Add(row.Name, join, row.Place, inputs), row.Reads.Sum(state.WidthOf));
    }

    /// <summary>CBLinear: a 1x1 convolution whose output is split into the widths of several levels.</summary>
    public static void Parts(YoloState state, YoloRow row, string input)
    {
        var widths = row.Arguments.Sizes(0);
        var args = row.Arguments;
        var conv = Layers.Of(
            "conv2d",
            ("out_channels", widths.Sum()),
            ("kernel_size", args.Size(1, 1)),
            ("stride", args.Size(2, 1)),
            ("padding", args.Size(1, 1) / 2)
        );
        var whole = state.Spec.Add($"{row.Name}.conv", conv, row.Place, input);
        state.AddRow(row, state.Spec.Add(row.Name, Layers.Of("split", ("sections", Layers.List(widths))), row.Place, whole), widths.Sum());
    }

    /// <summary>CBFuse: a part of each CBLinear, resized to the last input and added to it.</summary>
    public static void Fusion(YoloState state, YoloRow row, string[] inputs)
    {
        var parts = row.Arguments[0] is IReadOnlyList<object?> list && list.All(each => each is long and >= 0 and < 100)
            ? list.Select(each => (long)each!).ToArray()
            : throw new RowException("the argument of CBFuse is a list with a part for each input but the last.");
        if (inputs.Length < 2 || parts.Length != inputs.Length - 1)
            throw new RowException($"CBFuse has {inputs.Length} inputs and names {parts.Length} parts; expected one fewer.");
        var resized = inputs[..^1].Select((input, i) => state.Spec.Add(
            $"{row.Name}.{i}",
            Layers.Of("upsample", ("size", new JsonObject { ["like"] = inputs[^1] })),
            row.Place,
            $"{input}:{parts[i].ToString(CultureInfo.InvariantCulture)}"
        ));
        state.AddRow(row, state.Spec.Add(row.Name, Layers.Of("add"), row.Place, [.. resized, inputs[^1]]), state.WidthOf(row.Reads.Last()));
    }

    public static void Classifier(YoloState state, YoloRow row, string input)
    {
        var list = new BlockWriter(state.Spec, state.Settings.Activation);
        list.Conv("conv", null, 1280, row.Arguments.Size(1, 1), row.Arguments.Size(2, 1));
        list.Add("pool", Layers.Of("global_avg_pool"));
        var classes = row.Arguments.Size(0);
        list.Add("linear", Layers.Of("linear", ("out_features", classes)));
        state.AddRow(row, state.Spec.AddBlock(row.Name, list.Layers, row.Place, input), classes);
    }
}
