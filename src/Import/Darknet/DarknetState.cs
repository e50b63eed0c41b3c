using System.Text.Json.Nodes;

namespace ConcatService.Import.Darknet;

/// <summary>How far a file is read: the spec, what each section gave, and how many numbers the weights have.</summary>
internal sealed class DarknetState
{
    public SpecWriter Spec { get; } = new();

    /// <summary>One for each section behind [net].</summary>
    public List<DarknetOutput> Outputs { get; } = [];

    public string Input => Start.Name;

    /// <summary>What the first section reads.</summary>
    public DarknetOutput Start { get; set; } = new("image", 3, null, null);

    public DarknetOutput Last => Outputs.Count > 0 ? Outputs[^1] : Start;

    /// <summary>Numbers in the file of weights so far.</summary>
    public long Numbers { get; set; }

    /// <summary>False where a section has weights that are not counted.</summary>
    public bool CountsAll { get; set; } = true;

    /// <summary>The output of a section that another names: a negative number counts back.</summary>
    public DarknetOutput Named(long number)
    {
        var index = number < 0 ? Outputs.Count + number : number;
        return index >= 0 && index < Outputs.Count ? Outputs[(int)index] : Last with { Name = $"layer{index}" };
    }

    /// <summary>Adds the layer of a section, which reads the section before where no inputs are given.</summary>
    public string Add(DarknetSection section, string name, JsonObject layer, DarknetOutput output, params string[] inputs)
    {
        var added = Spec.Add(name, layer, section.Place, inputs.Length > 0 ? inputs : [Last.Name]);
        Outputs.Add(output with { Name = added });
        return added;
    }

    /// <summary>The activation of a section as an attribute; null for none.</summary>
    public JsonNode? Activation(DarknetSection section, string fallback)
    {
        var name = section.Text("activation") ?? fallback;
        if (DarknetActivations.TryFind(name, out var activation))
            return activation;
        var shown = name.Length <= 40 ? name : name[..40];
        Spec.Gap(shown, $"The activation {shown} is not known. Nothing stands for it.", null, section.PlaceOf("activation"));
        return null;
    }

    /// <summary>The activation of a section as a layer of its own; null for none.</summary>
    public JsonObject? ActivationLayer(DarknetSection section) =>
        Activation(section, "linear") switch
        {
            null => null,
            JsonObject full => full,
            var name => Layers.Of(name.GetValue<string>()),
        };
}
