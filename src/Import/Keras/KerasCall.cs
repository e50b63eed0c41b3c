using System.Text.Json.Nodes;

namespace ConcatService.Import.Keras;

/// <summary>A call of a layer that is to be written.</summary>
/// <param name="Name">The full name of the layer: those of the models that it is in, and its own.</param>
/// <param name="Inputs">Layers and inputs of the spec.</param>
/// <param name="First">The layer of the spec that an earlier call made, whose weights it shares; null for the first call.</param>
internal sealed record KerasCall(
    KerasModel Model,
    string Type,
    string Name,
    KerasConfig Config,
    IReadOnlyList<string> Inputs,
    Place Place,
    string? First
)
{
    public string Input => Inputs.Count > 0 ? Inputs[0] : throw new LayerException("it has no input");

    /// <summary>Outputs of the call behind its first, such as the states of a recurrent layer.</summary>
    public List<string> More { get; } = [];

    public ProbedShape? InputShape => Model.Probe[Input];

    /// <summary>Adds a layer of the spec under the name of the call, or with more behind it.</summary>
    public string Add(JsonObject layer, string suffix = "", params string[] inputs) =>
        Model.Add(Name + suffix, layer, Place, inputs.Length > 0 ? inputs : [Input]);

    public void Gap(string what, string message, string? layer = null, long? parameters = null) =>
        Model.Spec.Gap(what, message, layer, Place, parameters);

    /// <summary>The layer's <c>data_format</c>, where it is not the spec's.</summary>
    public string? OwnFormat =>
        Config.Text("data_format") is "channels_first" or "channels_last" && Config.Text("data_format") != Model.Layout
            ? Config.Text("data_format")
            : null;

    /// <summary>What <c>activation</c> says, as an attribute.</summary>
    public JsonNode? Activation(string member = "activation")
    {
        if (KerasActivations.TryFind(Config.Member(member), out var found, out var name))
        {
            if (name == "hard_sigmoid")
                Model.Spec.Assume("hard_sigmoid is taken with the slope 1/6, as PyTorch and Keras 3 have it; Keras 2 has 1/5.");
            return found;
        }

        var shown = name[..Math.Min(60, name.Length)];
        Gap(shown, $"{Name}: the activation '{shown}' is not known. It is left out.");
        return null;
    }
}
