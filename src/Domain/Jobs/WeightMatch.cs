using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Jobs;

/// <summary>Why weights cannot be taken.</summary>
/// <param name="Pointer">In the request.</param>
public sealed record WeightFault(string Pointer, string Code, string Message);

/// <summary>Which tensor of a file each parameter of a network begins with.</summary>
/// <param name="plan">The network.</param>
/// <param name="asked">What the job says.</param>
/// <param name="file">What is there.</param>
/// <param name="stateNames">By a parameter's key: what the PyTorch export calls it.</param>
public sealed class WeightMatch(
    Plan plan,
    InitialWeights asked,
    StoredWeights file,
    IReadOnlyDictionary<string, IReadOnlyList<string>> stateNames
)
{
    private const string Pointer = "/settings/initial_weights", BatchCounter = "num_batches_tracked";

    /// <summary>Names in a message or a report.</summary>
    private const int MostNames = 100, MostFaults = 20;

    private readonly List<AssignedTensor> _assigned = [];
    private readonly List<string> _missing = [];
    private readonly HashSet<string> _used = [];
    private readonly HashSet<string> _left = [];
    private readonly List<WeightFault> _faults = [];

    public IReadOnlyList<WeightFault> Faults => _faults;

    private bool IsWholeFile => file.IsNetwork && _missing.Count == 0 && asked.Map.Count == 0;

    /// <summary>Null where there are <see cref="Faults"/>.</summary>
    /// <param name="sha256">Of the file.</param>
    /// <param name="normalization">That came with the weights; null for none.</param>
    /// <param name="standardizes">Whether inputs without such figures are normalized by those of the training split.</param>
    /// <param name="adopts">Whether nothing is trained, so that every parameter must be there.</param>
    public WeightsPlan? Run(string sha256, IReadOnlyList<CarriedNormalization>? normalization, bool standardizes, bool adopts)
    {
        var parameters = plan
            .Layers.Where(layer => !layer.SharesWeights)
            .SelectMany(layer => layer.Parameters.Select(parameter => (Key: layer.KeyOf(parameter), Layer: layer.Name, parameter)))
            .ToList();
        CheckMap([.. parameters.Select(each => each.Key)]);
        if (file.Format == "darknet")
            Cut();
        else
            Find(parameters);

        var left = file.Tensors.Select(tensor => tensor.Name).Where(name => !_used.Contains(name) && !IsBeside(name)).ToList();
        CheckWhole(left, adopts);
        return _faults.Count > 0
            ? null
            : new(
                sha256,
                _assigned,
                normalization,
                adopts && IsWholeFile,
                new(
                    asked.Source,
                    _assigned.Count,
                    [.. left.Take(MostNames)],
                    [.. _missing.Take(MostNames)],
                    [.. _assigned.Where(each => each.Transposed).Select(each => each.Key).Take(MostNames)],
                    [.. _assigned.Where(each => each.Dtype != "F32").Select(each => each.Key).Take(MostNames)],
                    normalization is not null ? "source"
                        : standardizes ? "data"
                        : "none"
                )
            );
    }

    private void Find(List<(string Key, string Layer, Parameter Parameter)> parameters)
    {
        var names = new TensorNames(file, [.. parameters.Select(each => each.Key)], stateNames);
        var constants = plan
            .Layers.Where(layer => layer.Operator.IsConstant)
            .SelectMany(layer => layer.Parameters.Select(layer.KeyOf))
            .ToHashSet();
        foreach (var (key, _, parameter) in parameters)
        {
            if (Mapped(key, out var source))
            {
                if (source is null)
                    Miss(key, meant: true);
                else if (file.Tensors.FirstOrDefault(tensor => tensor.Name == source.Name) is { } named)
                    Assign(key, parameter, named, source.Transpose);
                else
                    Fault("weights.unknown_tensor", $"The file has no tensor '{source.Name}', from which 'map' reads {key}.");
            }
            else if (names.Find(key) is ({ } tensor, var transpose))
            {
                Assign(key, parameter, tensor, transpose);
            }
            else if (!constants.Contains(key))
            {
                Miss(key, meant: parameter.Name == BatchCounter);
            }
        }
    }

    /// <summary>
    /// In the order of the layers, each convolution as Darknet writes it: bias, or with a norm behind it its bias, weight, mean and
    /// variance; then the weight.
    /// </summary>
    private void Cut()
    {
        var numbers = file.Tensors[0];
        var at = 0L;
        var layers = plan.Layers.Where(layer => !layer.SharesWeights && layer.Parameters.Any()).ToList();
        for (var i = 0; i < layers.Count; i++)
        {
            var norm = i + 1 < layers.Count && layers[i + 1].Operator.VarianceFloor is not null ? layers[i + 1] : null;
            string[] first = norm is null ? ["bias"] : ["bias", "weight", "running_mean", "running_var"];
            foreach (var name in first)
                Take(norm ?? layers[i], name);
            Take(layers[i], "weight");
            if (norm is not null)
                i++;
        }

        if (at != numbers.Count)
            Fault("weights.length", $"The file has {numbers.Count} numbers, and the network needs {at}. Send the .cfg that belongs to it.");
        _used.Add(numbers.Name);

        void Take(PlannedLayer layer, string name)
        {
            foreach (var parameter in layer.Parameters.Where(parameter => parameter.Name == name))
            {
                if (at + parameter.Count <= numbers.Count)
                    _assigned.Add(
                        new(
                            layer.KeyOf(parameter),
                            numbers.Name,
                            numbers.Dtype,
                            numbers.Offset + (4 * at),
                            4 * parameter.Count,
                            false
                        )
                    );
                at += parameter.Count;
            }
        }
    }

    /// <summary>What the map says of a parameter: by its own key, or by the longest name of a layer that it is in.</summary>
    private bool Mapped(string key, out TensorSource? source)
    {
        if (asked.Map.TryGetValue(key, out source))
            return true;
        var entry = asked
            .Map.Where(each => IsIn(key, each.Key))
            .OrderByDescending(each => each.Key.Length)
            .Select(each => ((string Layer, TensorSource? Source)?)(each.Key, each.Value))
            .FirstOrDefault();
        if (entry is not { } mapped)
            return false;
        var rest = key[mapped.Layer.Length..].Replace('/', '.');
        source = mapped.Source is { } whole ? whole with { Name = whole.Name + rest } : null;
        return true;
    }

    private static bool IsIn(string key, string layer) =>
        key.Length > layer.Length && key.StartsWith(layer, StringComparison.Ordinal) && key[layer.Length] is '.' or '/';

    private void CheckMap(IReadOnlyList<string> keys)
    {
        foreach (var key in asked.Map.Keys.Where(key => !keys.Any(known => known == key || IsIn(known, key))))
            Fault("weights.unknown_parameter", $"'map' names '{key}', and the network has no such parameter or layer.", $"/map/{key}");
    }

    private void Assign(string key, Parameter parameter, StoredTensor tensor, bool transpose)
    {
        var isNumber = tensor.Dtype is "F32" or "F16" or "BF16" or "F64" || (!parameter.Trainable && tensor.Dtype is "I64");
        if (!isNumber)
            Fault("weights.dtype", $"The tensor '{tensor.Name}' for {key} is of {tensor.Dtype}. Write it as float32 or float16.");
        else if (!transpose && Same(parameter.Dims, tensor.Shape))
            Add(false);
        else if (parameter.Dims is [var rows, var columns] && tensor.Shape is [var first, var second] && (first, second) == (columns, rows))
            Add(true);
        else
            Fault(
                "weights.shape",
                $"The tensor '{tensor.Name}' has the shape [{string.Join(", ", tensor.Shape)}], and {key} of the network has "
                    + $"[{string.Join(", ", parameter.Dims)}]. Change the layer, or leave the parameter as it is initialized: "
                    + $"\"map\": {{ \"{key}\": null }} with \"strict\": false."
            );
        _used.Add(tensor.Name);

        void Add(bool turned) => _assigned.Add(new(key, tensor.Name, tensor.Dtype, tensor.Offset, tensor.LengthBytes, turned));
    }

    /// <summary>Sizes of 1 do not count: PRelu's slopes in ONNX are [C, 1, 1].</summary>
    private static bool Same(long[] dims, IReadOnlyList<long> shape) =>
        dims.Where(size => size != 1).SequenceEqual(shape.Where(size => size != 1));

    private void Miss(string key, bool meant)
    {
        _missing.Add(key);
        if (!meant)
            _left.Add(key);
    }

    private void CheckWhole(List<string> left, bool adopts)
    {
        var missing = adopts ? _missing.Where(key => !key.EndsWith(BatchCounter, StringComparison.Ordinal)).ToList() : [.. _left];
        if (missing.Count > 0 && (asked.Strict || adopts))
            Fault(
                "weights.missing",
                $"The file has no tensor for {Listed(missing)}. "
                    + (adopts ? "With epochs 0 every parameter must be there: train at least 1 epoch" : "Say which in 'map'")
                    + (adopts ? ", or say in 'map' which tensors they are." : ", or set strict to false.")
            );
        if (left.Count > 0 && asked.Strict && file.Format != "darknet")
            Fault(
                "weights.left_over",
                $"No parameter is read from {Listed(left)} of the file. Say in 'map' which, or set strict to false."
            );
    }

    /// <summary>
    /// What stands in a file beside weights: counters, whole numbers and single numbers of a graph, and what inputs are normalized by.
    /// </summary>
    private bool IsBeside(string name)
    {
        var tensor = file.Tensors.First(tensor => tensor.Name == name);
        return name.EndsWith(BatchCounter, StringComparison.Ordinal)
            || (
                file.Format == "onnx"
                && (
                    tensor.Count <= 1
                    || !tensor.Dtype.Contains('F', StringComparison.Ordinal)
                    || name.EndsWith("#mean", StringComparison.Ordinal)
                    || name.EndsWith("#deviation", StringComparison.Ordinal)
                )
            );
    }

    private static string Listed(List<string> names) =>
        string.Join(", ", names.Take(10)) + (names.Count > 10 ? $" and {names.Count - 10} more" : "");

    private void Fault(string code, string message, string at = "")
    {
        if (_faults.Count < MostFaults)
            _faults.Add(new(Pointer + at, code, message));
    }
}
