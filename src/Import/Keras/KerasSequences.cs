namespace ConcatService.Import.Keras;

/// <summary>Embeddings, recurrent layers and the wrappers around them.</summary>
internal static class KerasSequences
{
    public static IEnumerable<(string Name, KerasLayers.Writer Write)> All =>
    [
        ("Embedding", call => call.Add(Layers.Of(
            "embedding",
            ("num_embeddings", call.Config.Size("input_dim")),
            ("embedding_dim", call.Config.Size("output_dim"))))),
        ("LSTM", call => Recurrent(call, call.Config, "lstm", false)),
        ("CuDNNLSTM", call => Recurrent(call, call.Config, "lstm", false)),
        ("GRU", call => Recurrent(call, call.Config, "gru", false)),
        ("CuDNNGRU", call => Recurrent(call, call.Config, "gru", false)),
        ("Bidirectional", Bidirectional),
        ("TimeDistributed", TimeDistributed),
        ("MultiHeadAttention", MultiHeadAttention),
    ];

    /// <summary>Whether the language has recurrent layers with one bias, as Keras has them.</summary>
    private static readonly Lazy<bool> HasSingleBias = new(() => Language.Takes("gru", ("hidden_size", 4), ("bias", "single")));

    private static string Recurrent(KerasCall call, KerasConfig config, string type, bool bidirectional)
    {
        var units = config.Size("units", "output_dim");
        var bias = config.Flag("use_bias", true);
        var two = type == "gru" && config.Flag("reset_after", call.Type.StartsWith("CuDNN", StringComparison.Ordinal));
        var name = call.Add(Layers.Of(
            type,
            ("hidden_size", units),
            ("bias", !bias ? false : !two && HasSingleBias.Value ? "single" : null),
            ("bidirectional", bidirectional ? true : null),
            ("return_sequences", config.Flag("return_sequences", false) ? null : false)
        ));
        if (bias && !two && !HasSingleBias.Value)
            call.Gap(
                $"{call.Type}, one bias",
                $"{name}: Keras has one bias and the language two; their sum does what one does.",
                name,
                -(type == "lstm" ? 4 : 3) * units * (bidirectional ? 2 : 1)
            );
        if (config.Flag("return_state", false) || config.Flag("stateful", false))
            call.Gap("return_state", $"{name}: states are not passed on.", name);
        return name;
    }

    private static string Bidirectional(KerasCall call)
    {
        var (type, config) = Inner(call);
        if (type is not ("LSTM" or "GRU") || (call.Config.Text("merge_mode") ?? "concat") != "concat")
            throw new LayerException("of Bidirectional, LSTM and GRU with merge_mode concat are known");
        return Recurrent(call, config, type.ToLowerInvariant(), true);
    }

    private static (string Type, KerasConfig Config) Inner(KerasCall call) =>
        call.Config.Member("layer") is { } layer
        && new KerasConfig(layer) is var inner
        && inner.Text("class_name") is { } type
        && inner.Member("config") is { } config
            ? (type, new(config))
            : throw new LayerException("the layer inside is missing");

    /// <summary>A layer that works on the features alone does the same at every step.</summary>
    private static string TimeDistributed(KerasCall call)
    {
        var (type, config) = Inner(call);
        if (type is "Dense" or "Activation" or "Dropout" or "LayerNormalization" or "ReLU" or "LeakyReLU")
            return KerasLayers.Find(type)!(call with { Type = type, Config = config });
        throw new LayerException($"TimeDistributed({type[..Math.Min(40, type.Length)]}) is not known");
    }

    private static string MultiHeadAttention(KerasCall call)
    {
        var (heads, key) = (call.Config.Size("num_heads"), call.Config.Size("key_dim"));
        if (call.InputShape?.Channels is not { } width || heads * key != width || call.Config.Member("output_shape") is not null)
            throw new LayerException("of MultiHeadAttention, num_heads times key_dim equal to the features is known");
        var inputs = call.Inputs.Count == 2 && call.Inputs[0] == call.Inputs[1] ? [call.Input] : call.Inputs.ToArray();
        var hasBias = call.Config.Flag("use_bias", true);
        return call.Add(Layers.Of("multi_head_attention", ("num_heads", heads), ("bias", hasBias ? null : false)), "", inputs);
    }
}
