using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>The numbers of one sample. They stay on the device until they are read, all at once: each reading waits for it.</summary>
internal sealed class Readings : IDisposable
{
    private readonly List<string> _names = [];
    private readonly List<Tensor> _values = [];

    /// <param name="value">A number; the caller's scope may end before it is read.</param>
    public void Add(string name, Tensor value) => Add([name], value.reshape(1));

    /// <param name="values">As many as names, in one dimension.</param>
    public void Add(IEnumerable<string> names, Tensor values)
    {
        _names.AddRange(names);
        _values.Add(values.detach().to(ScalarType.Float64).DetachFromDisposeScope());
    }

    public Dictionary<string, double> Read()
    {
        if (_values.Count == 0)
            return [];
        using var scope = NewDisposeScope();
        var values = cat(_values).cpu().data<double>().ToArray();
        return _names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    public void Dispose() => _values.ForEach(value => value.Dispose());
}
