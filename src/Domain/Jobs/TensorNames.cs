namespace ConcatService.Domain.Jobs;

/// <summary>The tensors of a file by the parameters that they are named after, with and without what all names begin with.</summary>
internal sealed class TensorNames
{
    private readonly Dictionary<string, StoredTensor> _exact;
    private readonly StoredWeights _file;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _stateNames;
    private readonly Dictionary<string, StoredTensor> _byName = [];
    private readonly int _skipped;

    public TensorNames(StoredWeights file, IReadOnlyList<string> keys, IReadOnlyDictionary<string, IReadOnlyList<string>> stateNames)
    {
        (_file, _stateNames) = (file, stateNames);
        _exact = file.Tensors.ToDictionary(tensor => tensor.Name);
        var inFile = CommonPrefix([.. file.Tensors.Select(tensor => tensor.Name)]);
        var inKeys = CommonPrefix([.. keys.Select(Dotted)]);
        var most = -1;
        foreach (var (ofFile, ofKeys) in new[] { (0, 0), (inFile, 0), (0, inKeys), (inFile, inKeys) })
        {
            var names = file.Tensors.ToDictionary(tensor => tensor.Name[ofFile..]);
            var found = keys.Count(key => Candidates(key, ofKeys).Any(names.ContainsKey));
            if (found > most)
                (most, _byName, _skipped) = (found, names, ofKeys);
        }
    }

    /// <summary>The tensor of a parameter, and whether the file has it the other way round; null where there is none.</summary>
    public (StoredTensor? Tensor, bool Transpose) Find(string key) =>
        _file.Keys.TryGetValue(key, out var source) && _exact.TryGetValue(source.Name, out var known)
            ? (known, source.Transpose)
            : (Candidates(key, _skipped).Select(name => _byName.GetValueOrDefault(name)).FirstOrDefault(each => each is not null), false);

    private IEnumerable<string> Candidates(string key, int skipped)
    {
        yield return key[Math.Min(skipped, key.Length)..];
        yield return Dotted(key)[Math.Min(skipped, key.Length)..];
        if (_stateNames.TryGetValue(key, out var names))
        {
            foreach (var name in names)
                yield return name[Math.Min(skipped, name.Length)..];
        }
    }

    private static string Dotted(string key) => key.Replace('/', '.');

    /// <summary>The length of what all names begin with, up to a dot: 0 where they have nothing in common.</summary>
    private static int CommonPrefix(IReadOnlyList<string> names)
    {
        if (names.Count < 2)
            return 0;
        var length = names.Min(name => name.Length);
        for (var i = 0; i < length; i++)
        {
            if (names.Any(name => name[i] != names[0][i]))
                length = i;
        }

        return names[0][..length].LastIndexOf('.') + 1;
    }
}
