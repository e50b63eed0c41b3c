using System.Globalization;
using System.Text.RegularExpressions;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Export.Python;

/// <summary>A line of a forward, and the shapes that it gives.</summary>
internal readonly record struct PythonStatement(string Text, string Shapes);

/// <summary>What a module does when it is called: statements over names that are used again as soon as nothing reads them.</summary>
internal sealed partial class PythonForward
{
    private static readonly string[] Short = ["x", "y", "z"];

    private readonly PythonGroup _group;
    private readonly Plan _plan;
    private readonly Dictionary<Wire, string> _names = [];
    private readonly Dictionary<Wire, int> _lastRead = [];
    private readonly List<PythonStatement> _statements = [];

    private PythonForward(PythonGroup group, Plan plan)
    {
        _group = group;
        _plan = plan;
        for (var i = 0; i < group.Steps.Count; i++)
        {
            foreach (var wire in group.Steps[i].Inputs)
                _lastRead[wire] = i;
        }

        foreach (var wire in group.Outputs)
            _lastRead[wire] = int.MaxValue;
    }

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyList<string> Arguments { get; private set; } = [];

    public IReadOnlyList<PythonStatement> Statements => _statements;

    /// <param name="enter">For the network itself: what is done to an input before all else, by name.</param>
    public static PythonForward Of(PythonGroup group, Plan plan, Func<string, string, IEnumerable<string>>? enter = null)
    {
        var forward = new PythonForward(group, plan);
        forward.Enter(enter);
        for (var i = 0; i < group.Steps.Count; i++)
            forward.Add(group.Steps[i], i);
        forward.Leave(isNetwork: enter is not null);
        return forward;
    }

    private void Enter(Func<string, string, IEnumerable<string>>? enter)
    {
        var taken = new HashSet<string>();
        var arguments = new List<string>();
        foreach (var wire in _group.Inputs)
        {
            var like = enter is not null ? PythonNames.Identifier(wire.Source)
                : _group.Inputs.Count <= Short.Length ? Short[arguments.Count]
                : $"x{arguments.Count}";
            arguments.Add(_names[wire] = PythonNames.Unique(like, taken));
            _lastRead.TryAdd(wire, -1);
        }

        foreach (var wire in enter is null ? [] : _group.Inputs)
        {
            foreach (var line in enter!(wire.Source, _names[wire]))
                _statements.Add(new(line, Shapes([wire])));
        }

        Arguments = arguments;
    }

    private void Add(PythonItem step, int at)
    {
        var expression = step is PythonLayer layer
            ? Expression(layer)
            : $"{step.Attribute}({string.Join(", ", step.Inputs.Select(wire => _names[wire]))})";
        var held = _names.Where(each => _lastRead.GetValueOrDefault(each.Key, -1) > at).Select(each => each.Value).ToHashSet();
        var names = new List<string>();
        foreach (var wire in step.Outputs)
        {
            _lastRead.TryAdd(wire, at);
            var name = (step.Outputs.Count == 1 && _lastRead[wire] <= at + 1 ? Array.Find(Short, free => !held.Contains(free)) : null)
                ?? Fresh(step, wire, held);
            held.Add(_names[wire] = name);
            names.Add(name);
        }

        _statements.Add(new($"{string.Join(", ", names)} = {expression}", Shapes(step.Outputs)));
    }

    private static string Fresh(PythonItem step, Wire wire, HashSet<string> held)
    {
        var like = PythonNames.Identifier(step.Name + (step.Outputs.Count > 1 ? $"_{step.Outputs.ToList().IndexOf(wire)}" : ""));
        return PythonNames.Unique(Array.Exists(Short, name => name == like) ? like + "_" : like, new HashSet<string>(held));
    }

    private void Leave(bool isNetwork)
    {
        var written = _group.Outputs.Select(wire => isNetwork ? PythonScope.Written(_names[wire], _plan.Shapes[wire]) : _names[wire]);
        var value = string.Join(", ", written);
        var isLast = _group.Outputs.Count == 1 && _group.Steps is [.., var step] && step.Outputs.Contains(_group.Outputs[0]);
        if (isLast && _statements is [.., var last] && last.Text.StartsWith($"{value} = ", StringComparison.Ordinal))
            _statements[^1] = new($"return {last.Text[(value.Length + 3)..]}", last.Shapes);
        else
            _statements.Add(new($"return {value}", ""));
    }

    private string Expression(PythonLayer layer) =>
        Marked()
            .Replace(layer.Expression, mark => _names[layer.Inputs[int.Parse(mark.Groups[1].ValueSpan, CultureInfo.InvariantCulture)]])
            .Replace(PythonScope.Self, (layer.Uses ?? layer).Attribute, StringComparison.Ordinal)
            .Replace(PythonScope.BatchMark, $"{_names.First().Value}.shape[0]", StringComparison.Ordinal);

    private string Shapes(IReadOnlyList<Wire> wires) => string.Join(", ", wires.Select(wire => Shown(_plan.Shapes[wire])));

    /// <summary>The shape in memory order.</summary>
    private static string Shown(Shape shape)
    {
        var dims = new string[shape.Rank];
        for (var position = 0; position < dims.Length; position++)
            dims[shape.IndexOfPosition(position)] = shape.Dims[position].ToString();
        return $"[{string.Join(", ", dims)}]";
    }

    [GeneratedRegex("\u0003([0-9]+)\u0003")]
    private static partial Regex Marked();
}
