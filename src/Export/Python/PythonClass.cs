namespace ConcatService.Export.Python;

/// <summary>A class of the source: groups that do the same, and the constructor arguments in which they differ.</summary>
internal sealed class PythonClass(string name)
{
    private int[] _parameterOf = [];

    public string Name { get; } = name;

    public List<PythonGroup> Instances { get; } = [];

    /// <summary>The arguments of the constructor, and the first value that each stands for.</summary>
    public IReadOnlyList<(string Name, int Slot)> Parameters { get; private set; } = [];

    public PythonGroup First => Instances[0];

    /// <summary>The parameter that stands for a value; null where it is the same for all.</summary>
    public string? ParameterOf(int slot) => _parameterOf[slot] < 0 ? null : Parameters[_parameterOf[slot]].Name;

    /// <summary>Finds the parameters: values that are the same in every instance are one.</summary>
    public void Close()
    {
        var slots = Instances.ConvertAll(instance => instance.Slots.ToArray());
        var known = new Dictionary<string, int>();
        var parameters = new List<(string, int)>();
        var taken = new HashSet<string> { "self" };
        _parameterOf = new int[slots[0].Length];
        for (var i = 0; i < _parameterOf.Length; i++)
        {
            var values = slots.ConvertAll(each => each[i].Text);
            _parameterOf[i] = -1;
            if (values.TrueForAll(value => value == values[0]))
                continue;
            if (!known.TryGetValue(string.Join('\n', values), out var parameter))
            {
                parameter = known[string.Join('\n', values)] = parameters.Count;
                parameters.Add((PythonNames.Unique(slots[0][i].Name, taken), i));
            }

            _parameterOf[i] = parameter;
        }

        Parameters = parameters;
    }
}
