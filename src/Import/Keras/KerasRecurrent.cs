namespace ConcatService.Import.Keras;

/// <summary>LSTM and GRU, in one or both directions, with the states that they start from and give.</summary>
internal static class KerasRecurrent
{
    /// <summary>Whether the language has recurrent layers with one bias, as Keras has them.</summary>
    private static readonly Lazy<bool> HasSingleBias = new(() => Language.Takes("gru", ("hidden_size", 4), ("bias", "single")));

    public static string Write(KerasCall call, KerasConfig config, string type, bool bidirectional)
    {
        var units = config.Size("units", "output_dim");
        var bias = config.Flag("use_bias", true);
        var two = type == "gru" && config.Flag("reset_after", call.Type.StartsWith("CuDNN", StringComparison.Ordinal));
        var states = States(call, type, bidirectional);
        var givesStates = config.Flag("return_state", false);
        var layer = Layers.Of(
            type,
            ("hidden_size", units),
            ("bias", !bias ? false : !two && HasSingleBias.Value ? "single" : null),
            ("bidirectional", bidirectional ? true : null),
            ("return_sequences", config.Flag("return_sequences", false) ? null : false),
            ("initial_state", states.Count > 0 ? Layers.Names(states) : null),
            ("return_state", givesStates ? true : null)
        );
        var name = call.Add(layer);
        if (bias && !two && !HasSingleBias.Value)
            call.Gap(
                $"{call.Type}, one bias",
                $"{name}: Keras has one bias and the language two; their sum does what one does.",
                name,
                -(type == "lstm" ? 4 : 3) * units * (bidirectional ? 2 : 1)
            );
        if (givesStates)
            Give(call, name, type, units, bidirectional);
        if (config.Flag("stateful", false))
            call.Gap("stateful", $"{name}: states are not kept from one batch to the next.", name);
        return name;
    }

    private static string[] Kinds(string type) => type == "lstm" ? ["state", "cell"] : ["state"];

    /// <summary>
    /// What it starts from: the inputs behind the first. Keras has a state for each direction, one behind the other; here a state is of
    /// both.
    /// </summary>
    private static List<string> States(KerasCall call, string type, bool bidirectional)
    {
        var (kinds, given) = (Kinds(type), call.Inputs.Skip(1).ToList());
        if (given.Count == 0)
            return [];
        if (given.Count != kinds.Length * (bidirectional ? 2 : 1))
            throw new LayerException($"it reads {given.Count} tensors beside its input, and has {kinds.Length} states in each direction");
        return bidirectional
            ? [.. kinds.Select((kind, i) => call.Add(Layers.Of("concat"), $".{kind}", given[i], given[i + kinds.Length]))]
            : given;
    }

    private static void Give(KerasCall call, string name, string type, long units, bool bidirectional)
    {
        var kinds = Kinds(type);
        for (var i = 0; i < kinds.Length; i++)
            call.Model.Probe.Set($"{name}:{kinds[i]}", call.Model.Probe[$"{name}:{i + 1}"]);
        if (!bidirectional)
        {
            call.More.AddRange(kinds.Select(kind => $"{name}:{kind}"));
            return;
        }

        foreach (var (direction, start) in new[] { ("forward", 0L), ("backward", units) })
        {
            foreach (var kind in kinds)
            {
                var half = Layers.Of("slice", ("axis", 1), ("start", start), ("end", start + units));
                call.More.Add(call.Add(half, $".{direction}_{kind}", $"{name}:{kind}"));
            }
        }
    }
}
