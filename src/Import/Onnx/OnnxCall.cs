using System.Text.Json.Nodes;

namespace ConcatService.Import.Onnx;

/// <summary>A node that is to be written.</summary>
internal sealed record OnnxCall(OnnxReader Reader, FileNode Node, Place Place)
{
    /// <summary>The node's own name, or its operator and number.</summary>
    public string Name
    {
        get
        {
            var name = Node.Name.Trim('/').Replace('/', '.');
            return name.Length > 0 ? name : $"{Node.Type}_{Node.Number}";
        }
    }

    /// <summary>What an input of the node stands for; null where it is left out.</summary>
    public OnnxData? this[int input] =>
        input < Node.Inputs.Count && Node.Inputs[input].Length > 0 ? Reader.Value(Node.Inputs[input]) : null;

    /// <summary>The layer that an input of the node stands for.</summary>
    public string Layer(int input = 0) => this[input]?.Layer ?? throw new NodeException($"its input {input + 1} is no layer");

    /// <summary>A tensor of the file.</summary>
    public FileTensor Tensor(int input) => this[input]?.Tensor ?? throw new NodeException($"its input {input + 1} is no constant");

    /// <summary>Whole numbers that are known.</summary>
    public IReadOnlyList<long>? Numbers(int input) => this[input]?.Numbers;

    public ProbedShape? Shape(int input = 0) => this[input]?.Layer is { } layer ? Reader.Probe[layer] : null;

    /// <summary>The rank with the batch.</summary>
    public int Rank(int input = 0) => (Shape(input) ?? throw new NodeException("the shape of its input is not known")).Rank + 1;

    /// <summary>A layer of the node with its features on the last axis.</summary>
    public string FeaturesLast(string layer) => OnnxAxes.FeaturesLast(this, layer, Reader.Probe[layer]);

    /// <summary>Adds a layer under the name of the node, or with more behind it.</summary>
    public string Add(JsonObject layer, string suffix = "", params IReadOnlyList<string> inputs)
    {
        var read = inputs.Count > 0 ? inputs : [Layer()];
        var weights = OnnxSharing.Key(this, layer);
        if (weights is not null && Reader.Owners.TryGetValue(weights, out var owner))
            layer["weights"] = owner;
        var added = Reader.Spec.Add(Name + suffix, layer, Place, read);
        Reader.Probe.Add(added, layer, read);
        Reader.Written[added] = Reader.Spec.Last;
        if (weights is not null)
            Reader.Owners.TryAdd(weights, added);
        return added;
    }

    public void Gap(string what, string message, string layer) => Reader.Spec.Gap(what, message, layer, Place);
}
