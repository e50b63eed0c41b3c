using System.Text.Json.Nodes;

namespace ConcatService.Import.Darknet;

/// <summary>Darknet's cfg: sections that each read the one before, and name others by their number.</summary>
/// <remarks>
/// A <c>.weights</c> file has 20 bytes of header, then for each convolution its bias, scales, means, variances and weights, 4 bytes each:
/// 20 + 4·(parameters + buffers) bytes.
/// </remarks>
internal static class DarknetReader
{
    /// <summary>Whether a text is such a file: its first section is [net] or [network].</summary>
    public static bool IsOne(string text) =>
        text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0 && line[0] is not ('#' or ';'))
            is { } first
        && (
            first.StartsWith("[net]", StringComparison.OrdinalIgnoreCase)
            || first.StartsWith("[network]", StringComparison.OrdinalIgnoreCase)
        );

    public static ImportedNetwork Read(string text, ImportOptions options)
    {
        if (DarknetSection.ReadAll(text) is not [{ Kind: "net" or "network" } net, .. var sections])
            throw ImportException.Malformed("the first section is [net].", 1, 1);
        if (sections.Count == 0)
            throw ImportException.Malformed("there is no section behind [net].", net.Line, 1);
        var state = new DarknetState();
        ReadInput(state, net, options);
        foreach (var section in sections)
            Write(state, section);
        if (state.Spec.Outputs.Count == 0 && state.Last.Name != state.Input)
            state.Spec.Output(state.Last.Name);
        return state.Spec.Finish("darknet", "darknet", "darknet") with
        {
            Count = state.CountsAll
                ? new(null, "sections") { WeightBytes = ImportedNetwork.WeightHeaderBytes + (4 * state.Numbers) }
                : null,
        };
    }

    private static void ReadInput(DarknetState state, DarknetSection net, ImportOptions options)
    {
        var (channels, height, width) = (net.Size("channels", 3), net.Whole("height", 0), net.Whole("width", 0));
        if (options.Input is { Shape: { Count: 3 } given } input)
        {
            state.Spec.Input(input.Name, given.Select(size => size is long number ? (JsonNode)number : (JsonNode)(string)size));
            state.Start = new(input.Name, given[0] as long? ?? channels, given[1] as long?, given[2] as long?);
            return;
        }

        if (height < 1 || width < 1)
        {
            (height, width) = (416, 416);
            state.Spec.Assume("[net] gives no height and width; 416x416 is taken.");
        }

        state.Spec.Input(state.Input, [channels, height, width]);
        state.Start = new(state.Input, channels, height, width);
    }

    private static void Write(DarknetState state, DarknetSection section)
    {
        var name = $"{state.Outputs.Count}.{section.Kind}";
        switch (section.Kind)
        {
            case "convolutional" or "conv":
                DarknetWindows.Convolution(state, section, name);
                break;
            case "deconvolutional" or "deconv":
                DarknetWindows.Transposed(state, section, name);
                break;
            case "maxpool" or "max" or "local_avgpool" or "local_avg":
                DarknetWindows.Pool(state, section, name);
                break;
            case "route":
                DarknetJoins.Route(state, section, name);
                break;
            case "shortcut" or "res":
                DarknetJoins.Shortcut(state, section, name);
                break;
            case "scale_channels" or "sam":
                DarknetJoins.Product(state, section, name);
                break;
            case "connected" or "conn":
                DarknetHeads.Connected(state, section, name);
                break;
            case "yolo" or "region" or "detection" or "gaussian_yolo":
                DarknetHeads.Loss(state, section);
                break;
            case "cost" or "empty" or "silence":
                state.Outputs.Add(state.Last);
                break;
            default:
                DarknetLayers.Write(state, section, name);
                break;
        }
    }
}
