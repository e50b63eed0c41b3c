namespace ConcatService.Api.Architectures;

/// <summary>The specs that the documentation shows. Tests send them.</summary>
internal static class Examples
{
    /// <summary>Two branches of different sizes: refused, with fixes.</summary>
    public const string Refused = """
        {
          "spec_version": 1,
          "name": "two-branch",
          "inputs": { "image": { "shape": [1, 28, 28] } },
          "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same", "activation": "relu" },
            {
              "name": "fine", "type": "conv2d", "inputs": ["stem"],
              "out_channels": 64, "kernel_size": 3, "padding": "same", "activation": "relu"
            },
            { "name": "low", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
            { "name": "coarse", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": "same", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
            { "name": "pool", "type": "global_avg_pool" },
            { "name": "logits", "type": "linear", "out_features": 10 }
          ]
        }
        """;

    /// <summary>The same network after one of those fixes: <c>fine</c> is pooled to the size of <c>coarse</c>.</summary>
    public const string Valid = """
        {
          "spec_version": 1,
          "name": "two-branch",
          "inputs": { "image": { "shape": [1, 28, 28] } },
          "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same", "activation": "relu" },
            {
              "name": "fine", "type": "conv2d", "inputs": ["stem"],
              "out_channels": 64, "kernel_size": 3, "padding": "same", "activation": "relu"
            },
            { "name": "fine_half", "type": "max_pool2d", "kernel_size": 2 },
            { "name": "low", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
            { "name": "coarse", "type": "conv2d", "out_channels": 128, "kernel_size": 3, "padding": "same", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["fine_half", "coarse"] },
            { "name": "pool", "type": "global_avg_pool" },
            { "name": "logits", "type": "linear", "out_features": 10 }
          ]
        }
        """;
}
