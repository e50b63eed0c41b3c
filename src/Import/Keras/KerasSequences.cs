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
        ("LSTM", call => KerasRecurrent.Write(call, call.Config, "lstm", false)),
        ("CuDNNLSTM", call => KerasRecurrent.Write(call, call.Config, "lstm", false)),
        ("GRU", call => KerasRecurrent.Write(call, call.Config, "gru", false)),
        ("CuDNNGRU", call => KerasRecurrent.Write(call, call.Config, "gru", false)),
        ("Bidirectional", Bidirectional),
        ("TimeDistributed", TimeDistributed),
        ("MultiHeadAttention", MultiHeadAttention),
    ];

    private static string Bidirectional(KerasCall call)
    {
        var (type, config) = Inner(call);
        if (type is not ("LSTM" or "GRU") || (call.Config.Text("merge_mode") ?? "concat") != "concat")
            throw new LayerException("of Bidirectional, LSTM and GRU with merge_mode concat are known");
        return KerasRecurrent.Write(call, config, type.ToLowerInvariant(), true);
    }

    private static (string Type, KerasConfig Config) Inner(KerasCall call) =>
        call.Config.Member("layer") is { } layer
        && new KerasConfig(layer) is var inner
        && inner.Text("class_name") is { } type
        && inner.Member("config") is { } config
            ? (type, new(config))
            : throw new LayerException("the layer inside is missing");

    /// <summary>A layer that works on the features alone does the same at every step; others are applied to every step as a list.</summary>
    private static string TimeDistributed(KerasCall call)
    {
        var (type, config) = Inner(call);
        return type is "Dense" or "Activation" or "Dropout" or "LayerNormalization" or "ReLU" or "LeakyReLU"
            ? KerasLayers.Find(type)!(call with { Type = type, Config = config })
            : KerasSteps.Write(call, call.Config.Member("layer")!.Value);
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
