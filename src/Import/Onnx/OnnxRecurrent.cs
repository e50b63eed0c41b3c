using System.Text.Json.Nodes;

namespace ConcatService.Import.Onnx;

/// <summary>LSTM and GRU: one layer of the file, in one or both directions, [time, N, features].</summary>
internal static class OnnxRecurrent
{
    public static bool Reads(string type) => type is "LSTM" or "GRU";

    public static void Write(OnnxCall call)
    {
        var (isLstm, view) = (call.Node.Type == "LSTM", OnnxViews.Of(call));
        if (view.Groups is not [1, 1, 1] || view.Batch != 1)
            throw new NodeException("the batch is not its second axis");
        var (weight, state) = (call.Tensor(1).Dims, call.Tensor(2).Dims);
        if (weight.Count != 3 || state.Count != 3 || (call.Node.Text("direction") ?? "forward") == "reverse" || call[4] is not null)
            throw new NodeException("its direction or lengths are not read");
        if (call.Node.Real("clip") is not null)
            throw new NodeException("it cuts its numbers off");
        var (directions, width) = (weight[0], state[2]);
        var isSingle = !isLstm && (call.Node.Whole("linear_before_reset") ?? 0) == 0;
        var layer = Layers.Of(
            isLstm ? "lstm" : "gru",
            ("input_size", weight[2]),
            ("hidden_size", width),
            ("bidirectional", directions == 2 ? true : null),
            ("bias", call[3] is null ? false : isSingle ? "single" : null)
        );
        if (States(call, isLstm, directions, width) is { Count: > 0 } states)
            layer["initial_state"] = new JsonArray([.. states.Select(each => (JsonNode)each)]);
        var givesState = Enumerable.Range(1, 2).Any(i =>
            i < call.Node.Outputs.Count && call.Reader.Users.GetValueOrDefault(call.Node.Outputs[i]) > 0);
        if (givesState)
            layer["return_state"] = true;
        var settled = call.FeaturesLast(OnnxViews.Settled(call, view));
        var added = call.Add(layer, "", settled);
        Set(call, added, directions, width, view.Sizes[0], givesState);
    }

    private static void Set(OnnxCall call, string added, long directions, long width, long time, bool givesState)
    {
        if (call.Node.Outputs[0].Length > 0)
            OnnxViews.Set(call, call.Node.Outputs[0], new(added, [time, directions, width], 2, [1, 1, 1, 1]));
        foreach (var (output, port, number) in new[] { (1, "state", 1), (2, "cell", 2) })
        {
            if (!givesState || output >= call.Node.Outputs.Count || call.Node.Outputs[output].Length == 0)
                continue;
            call.Reader.Probe.Set($"{added}:{port}", call.Reader.Probe[$"{added}:{number}"]);
            OnnxViews.Set(call, call.Node.Outputs[output], new($"{added}:{port}", [directions, width], 1, [1, 1, 1]));
        }
    }

    /// <summary>The layers that it starts from; none where it starts from zeros.</summary>
    private static List<string> States(OnnxCall call, bool isLstm, long directions, long width)
    {
        var states = new List<string>();
        for (var input = 5; input < (isLstm ? 7 : 6); input++)
        {
            if (call[input] is not { } data)
                continue;
            if (data.Tensor is { } tensor)
            {
                if (tensor.Fill is not 0)
                    throw new NodeException("a state of numbers is not known");
                continue;
            }

            var view = OnnxViews.Of(call, input);
            if (view.Groups is not [1, 1, 1] || view.Batch != 1)
                throw new NodeException("the batch is not the second axis of its state");
            states.Add(OnnxViews.Settled(call, new(view.Layer, [directions * width], 0, [1, 1]), $".state{input}"));
        }

        return states;
    }
}
