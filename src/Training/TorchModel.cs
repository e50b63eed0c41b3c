using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>
/// A plan with tensors: its parameters and buffers by key, in declared order, and the forward pass. Float32; owns its tensors until
/// disposed.
/// </summary>
public sealed class TorchModel : IDisposable
{
    /// <summary>Each parameter starts on a cache line (16 float32), as libtorch's own allocations do.</summary>
    private const long Alignment = 16;

    private readonly List<TorchLayer> _layers = [];
    private readonly Dictionary<string, (Tensor Mean, Tensor Deviation)> _normalization = [];

    /// <summary>For each layer the values that no later one reads.</summary>
    private readonly Wire[][] _readLast;

    /// <summary>Parameters are zero until an initializer or a checkpoint fills them.</summary>
    public TorchModel(Plan plan, Device? device = null)
    {
        Plan = plan;
        using var scope = NewDisposeScope();
        var trainable = plan
            .Layers.Where(layer => !layer.SharesWeights)
            .SelectMany(layer => layer.Parameters)
            .Where(parameter => parameter.Trainable)
            .Sum(parameter => Padded(parameter.Count));
        Weights = zeros(trainable, ScalarType.Float32, device).DetachFromDisposeScope();
        var offset = 0L;
        var owned = new Dictionary<string, Dictionary<string, Tensor>>();
        foreach (var layer in plan.Layers.Where(layer => !layer.SharesWeights))
        {
            var own = owned[layer.Name] = [];
            foreach (var declared in layer.Parameters)
            {
                var tensor = (
                    declared.Trainable
                        ? ViewOf(Weights, offset, declared).detach().requires_grad_(true)
                        : zeros(declared.Dims, ScalarType.Float32, device)
                ).DetachFromDisposeScope();
                own[declared.Name] = tensor;
                Parameters.Add(new(layer.KeyOf(declared), declared, tensor, declared.Trainable ? offset : -1));
                offset += declared.Trainable ? Padded(declared.Count) : 0;
            }
        }

        foreach (var layer in plan.Layers)
            _layers.Add(new(layer, owned[layer.Owner]));
        _readLast = LastReads(plan);
    }

    public Plan Plan { get; }

    /// <summary>Every parameter and buffer once, in declared order, which is the order of checkpoints and of the weights' hash.</summary>
    public List<ModelParameter> Parameters { get; } = [];

    /// <summary>
    /// All trainable parameters as one vector, of which each is a view: what an optimizer steps on. Gaps between them stay zero.
    /// </summary>
    public Tensor Weights { get; }

    public IReadOnlyList<TorchLayer> Layers => _layers;

    /// <summary>Whether dropout drops and statistics are updated. Default: false.</summary>
    public bool Training
    {
        set => _layers.ForEach(layer => layer.Training = value);
    }

    /// <summary>What matrix products compute in. Default: float32.</summary>
    public ScalarType Precision
    {
        set => _layers.ForEach(layer => layer.Precision = value);
    }

    /// <summary>Has an input normalized inside the network, one number per channel.</summary>
    public void Normalize(string input, Normalization by)
    {
        var shape = Plan.Inputs.Single(known => known.Name == input).Shape;
        // [C, 1, 1] beside [N, C, H, W]
        long[] dims = [by.Mean.Length, .. Enumerable.Repeat(1L, shape.Rank - 1 - shape.Index(Axis.Channels))];
        using var scope = NewDisposeScope();
        _normalization[input] = (
            tensor(by.Mean, device: Weights.device).reshape(dims).DetachFromDisposeScope(),
            tensor(by.Deviation, device: Weights.device).reshape(dims).DetachFromDisposeScope());
    }

    /// <summary>Sees every layer that runs, with its inputs and outputs; reads only. Default: nobody.</summary>
    internal Action<TorchLayer, Tensor[], Tensor[]>? Observer { get; set; }

    /// <summary>Runs the network.</summary>
    /// <param name="inputs">One for each spec input, in the spec's order and layout: <c>[N, 1, 28, 28]</c>.</param>
    /// <returns>One for each spec output, in the spec's layout. They belong to the caller's dispose scope.</returns>
    public Tensor[] Forward(params Tensor[] inputs)
    {
        var values = Run([.. Plan.Outputs.Select(output => output.Wire)], inputs);
        return [.. Plan.Outputs.Select(output => ToWrittenOrder(values[output.Wire], Plan.Shapes[output.Wire]))];
    }

    /// <summary>Runs the network and gives every value in it, in memory order.</summary>
    public Dictionary<Wire, Tensor> Run(params Tensor[] inputs) => Run(null, inputs);

    /// <summary>
    /// Runs the network and gives the values that are <paramref name="wanted"/> (null: all), in memory order. The others go as soon as
    /// their last reader has run; what the backward pass needs of them, autograd holds: of a convolution, a norm and an activation in a row
    /// two of three.
    /// </summary>
    public Dictionary<Wire, Tensor> Run(IReadOnlyCollection<Wire>? wanted, params Tensor[] inputs)
    {
        var (values, folded) = (Read(inputs), new Dictionary<string, long>());
        for (var i = 0; i < _layers.Count; i++)
        {
            Run(i, values, inputs[0].shape[0], folded);
            foreach (var wire in _readLast[i])
            {
                if (wanted?.Contains(wire) == false && values.Remove(wire, out var value))
                    value.Dispose();
            }
        }

        return values;
    }

    /// <summary>Runs one layer on values of those before it, and adds what it gives.</summary>
    /// <param name="layer">Its position in <see cref="Layers"/>.</param>
    /// <param name="values">Of what it reads.</param>
    /// <param name="batch">The samples of the network's inputs.</param>
    /// <param name="folded">The batch in each <c>time_distributed</c> that has begun.</param>
    internal void Run(int layer, Dictionary<Wire, Tensor> values, long batch, Dictionary<string, long> folded)
    {
        var planned = _layers[layer].Plan.Layer;
        _layers[layer].Batch = planned.Steps is { } steps ? folded[steps] : batch;
        RunLayer(_layers[layer], values);
        if (planned is { CrossesSteps: true, Gives: { } inside, Inputs.Length: 1 })
            folded[inside] = values[new(planned.Name)].shape[0];
    }

    /// <summary>Runs one layer once more, for as many samples as the last time.</summary>
    internal void RunAgain(int layer, Dictionary<Wire, Tensor> values) => RunLayer(_layers[layer], values);

    /// <summary>The values that no layer behind this one reads.</summary>
    internal IReadOnlyList<Wire> ReadLast(int layer) => _readLast[layer];

    /// <summary>Runs some layers again, on values of a run before it. The values belong to the caller's dispose scope.</summary>
    /// <param name="layers">Positions in <see cref="Layers"/>, rising.</param>
    /// <param name="known">All that they read and do not give themselves.</param>
    /// <param name="inputOf">What a layer is given instead of an input: the layer, the input's number, its value.</param>
    internal Dictionary<Wire, Tensor> RunAgain(
        IEnumerable<int> layers, IReadOnlyDictionary<Wire, Tensor> known, Func<TorchLayer, int, Tensor, Tensor> inputOf
    )
    {
        var values = new Dictionary<Wire, Tensor>(known);
        foreach (var i in layers)
            RunLayer(_layers[i], values, inputOf);
        return values;
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Tensor.Dispose();
        foreach (var (mean, deviation) in _normalization.Values)
        {
            mean.Dispose();
            deviation.Dispose();
        }

        Weights.Dispose();
    }

    /// <summary>The inputs' values, in memory order and normalized where that is asked for.</summary>
    internal Dictionary<Wire, Tensor> Read(Tensor[] inputs)
    {
        var values = new Dictionary<Wire, Tensor>();
        for (var i = 0; i < Plan.Inputs.Count; i++)
        {
            var input = Plan.Inputs[i];
            using var scope = NewDisposeScope();
            var x = ToMemoryOrder(inputs[i].alias(), input.Shape); // the caller's tensor stays the caller's
            values[new(input.Name)] = (
                _normalization.TryGetValue(input.Name, out var by) ? (x - by.Mean).div_(by.Deviation) : x
            ).MoveToOuterDisposeScope();
        }

        return values;
    }

    /// <summary>
    /// A layer that gives its input back gives another handle to it, so that either can be let go. Tensors are told apart as objects: their
    /// Equals compares numbers, and NaN is never equal.
    /// </summary>
    private void RunLayer(TorchLayer layer, Dictionary<Wire, Tensor> values, Func<TorchLayer, int, Tensor, Tensor>? inputOf = null)
    {
        using var scope = NewDisposeScope();
        var inputs = Array.ConvertAll(layer.Plan.Inputs, wire => values[wire]);
        for (var i = 0; inputOf is not null && i < inputs.Length; i++)
            inputs[i] = inputOf(layer, i, inputs[i]);
        var outputs = layer.Run(inputs);
        Observer?.Invoke(layer, inputs, outputs);
        for (var port = 0; port < outputs.Length; port++)
            values[new(layer.Plan.Name, port)] = (
                Array.Exists(inputs, input => ReferenceEquals(input, outputs[port])) ? outputs[port].alias() : outputs[port]
            ).MoveToOuterDisposeScope();
    }

    private static Wire[][] LastReads(Plan plan)
    {
        var last = new Dictionary<Wire, int>();
        for (var i = 0; i < plan.Layers.Count; i++)
        {
            foreach (var wire in plan.Layers[i].Inputs)
                last[wire] = i;
            for (var port = 0; port < plan.Layers[i].Outputs.Length; port++)
                last.TryAdd(new(plan.Layers[i].Name, port), i);
        }

        var byLayer = last.ToLookup(pair => pair.Value, pair => pair.Key);
        return [.. Enumerable.Range(0, plan.Layers.Count).Select(i => byLayer[i].ToArray())];
    }

    /// <summary>
    /// A parameter's place in a vector of all trainable ones. Convolution weights [out, in, kH, kW] lie with their channels last, and every
    /// map that is computed with them then does too: measured up to twice as fast on a CPU.
    /// </summary>
    internal static Tensor ViewOf(Tensor vector, long offset, Parameter declared)
    {
        var values = vector.narrow(0, offset, declared.Count);
        return declared.Dims is [var outputs, var inputs, var height, var width]
            ? values.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
            : values.view(declared.Dims);
    }

    /// <summary>[N, H, W, C] as written -> [N, C, H, W] as computed; a view, nothing is copied.</summary>
    public static Tensor ToMemoryOrder(Tensor x, Shape shape) =>
        shape.FeatureMovesFirst ? x.permute([0, shape.Rank - 1, .. Enumerable.Range(1, shape.Rank - 2).Select(i => (long)i)]) : x;

    /// <summary>[N, C, H, W] as computed -> [N, H, W, C] as written; a view, nothing is copied.</summary>
    public static Tensor ToWrittenOrder(Tensor x, Shape shape) =>
        shape.FeatureMovesFirst
            ? x.permute([.. Enumerable.Range(0, shape.Rank).Select(position => (long)shape.IndexOfPosition(position))])
            : x;

    private static long Padded(long count) => (count + Alignment - 1) / Alignment * Alignment;
}

/// <summary>A tensor of the model, by its key: <c>stem.weight</c>.</summary>
/// <param name="Offset">Where it starts in <see cref="TorchModel.Weights"/>; -1 for a buffer, which is a tensor of its own.</param>
public sealed record ModelParameter(string Key, Parameter Declared, Tensor Tensor, long Offset);
