using System.Globalization;
using System.Text;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Export.Python;

/// <summary>A network as PyTorch source: a class for each block, loops for repetitions, the shapes as comments.</summary>
/// <param name="Text">The module's source. It needs torch alone, from 1.13 on.</param>
/// <param name="ClassName">The network's class, whose constructor takes nothing.</param>
/// <param name="Keys">For each parameter and buffer of the plan, by key (<c>stem/norm.weight</c>), its names in the state_dict.</param>
/// <param name="BatchCounters">Names in the state_dict that count batches, whole numbers that a plan does not have.</param>
public sealed record PythonSource(
    string Text,
    string ClassName,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Keys,
    IReadOnlyList<string> BatchCounters
)
{
    /// <summary>The names in the state_dict of tensors that have a batch of 1 before their own shape.</summary>
    internal IReadOnlySet<string> Stretched { get; init; } = new HashSet<string>();

    /// <summary>The shape that a parameter has in the state_dict under this name.</summary>
    public long[] ShapeOf(string stateName, IReadOnlyList<long> dims) => Stretched.Contains(stateName) ? [1, .. dims] : [.. dims];

    /// <param name="name">The network's name; null where it has none.</param>
    /// <param name="normalization">Per input name: what is subtracted and what divides before all else; nothing for other inputs.</param>
    public static PythonSource Write(Plan plan, string? name, IReadOnlyDictionary<string, Normalization>? normalization = null) =>
        new PythonSourceWriter(plan, name, normalization ?? new Dictionary<string, Normalization>()).Run();
}

/// <summary>Plan -> <see cref="PythonSource"/>.</summary>
internal sealed class PythonSourceWriter(Plan plan, string? name, IReadOnlyDictionary<string, Normalization> normalization)
{
    /// <summary>What PyTorch counts in every case, as a whole number.</summary>
    private const string BatchCounter = "num_batches_tracked";

    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _helpers = [];

    public PythonSource Run()
    {
        var root = PythonTree.Of(plan, _helpers);
        var taken = new HashSet<string>(_helpers.Keys) { "F", "None", "True", "False" };
        var own = PythonNames.Unique(PythonNames.Class(name ?? ""), taken);
        var classes = new PythonClasses(plan, taken);
        classes.Find(root);
        root.Forward = PythonForward.Of(root, plan, Entered);
        var body = new StringBuilder();
        foreach (var helper in _helpers.OrderBy(each => each.Key, StringComparer.Ordinal))
            body.Append('\n').Append('\n').Append(helper.Value).Append('\n');
        foreach (var made in classes.All)
            WriteClass(made);
        WriteNetwork(root, own);
        body.Append(_text);
        return new(Head(body.ToString()) + body, own, Keys(root), Counters(root))
        {
            Stretched = root
                .Layers.Where(layer => layer.Uses is null && layer.Scope.Tensor is not null)
                .Select(layer => layer.StatePath)
                .ToHashSet(),
        };
    }

    private string Head(string body)
    {
        var parameters = plan.Layers.Sum(layer => layer.ParameterCount).ToString("N0", CultureInfo.InvariantCulture);
        var head = new StringBuilder($"\"\"\"{Plain(name)}: {parameters} parameters. PyTorch 1.13 or later.\"\"\"\n\nimport torch\n");
        if (body.Contains("F.", StringComparison.Ordinal))
            head.Append("import torch.nn.functional as F\n");
        return head.Append("from torch import nn\n").ToString();
    }

    /// <summary>The name without what would end the text that it stands in.</summary>
    private static string Plain(string? name) =>
        (name ?? "A network").Replace('\\', '/').Replace('"', '\'').ReplaceLineEndings(" ").Replace('\0', ' ');

    private void WriteClass(PythonClass made)
    {
        var group = made.First;
        var arguments = string.Concat(made.Parameters.Select(parameter => $", {parameter.Name}"));
        Begin(made.Name, arguments);
        WriteModules(
            group,
            new((slot, argument) => made.ParameterOf(slot) is { } parameter ? (parameter, true) : (argument.Text, false))
        );
        var all = made.Instances.ConvertAll(instance => instance.Forward!.Statements);
        WriteForward(group.Forward!, i => all.TrueForAll(each => each[i].Shapes == all[0][i].Shapes));
    }

    private void WriteNetwork(PythonGroup root, string own)
    {
        Begin(own, "");
        foreach (var (input, by) in normalization.Where(each => plan.Inputs.Any(known => known.Name == each.Key)))
        {
            var shape = plan.Inputs.Single(known => known.Name == input).Shape;
            long[] dims = [-1, .. Enumerable.Repeat(1L, shape.Rank - 1 - shape.Position(Axis.Channels))];
            Buffer(Names(input).Mean, by.Mean, dims);
            Buffer(Names(input).Deviation, by.Deviation, dims);
        }

        WriteModules(root, new((_, argument) => (argument.Text, false)));
        WriteForward(root.Forward!, _ => true);

        void Buffer(string buffer, float[] values, long[] dims)
        {
            var numbers = string.Join(", ", values.Select(value => PythonText.Of((double)value)));
            Line(8, $"self.register_buffer(\"{buffer}\", torch.tensor([{numbers}]).reshape{PythonText.Tuple(dims)}, persistent=False)");
        }
    }

    private void Begin(string type, string arguments)
    {
        _text.Append(CultureInfo.InvariantCulture, $"\n\nclass {type}(nn.Module):\n");
        Line(4, $"def __init__(self{arguments}):");
        Line(8, "super().__init__()");
    }

    private void WriteModules(PythonGroup group, PythonConstructors constructors)
    {
        foreach (var container in group.Containers)
            Line(8, $"{container.Attribute} = nn.Module()");
        var slot = 0;
        foreach (var step in group.Steps)
        {
            if (step is PythonGroup)
                Line(8, $"{step.Attribute} = {constructors.Of(step, slot, 8)}");
            else if (step is PythonLayer { Uses: null } layer)
                WriteLayer(layer, slot, constructors);
            slot += step.Slots.Count();
        }

        foreach (var layer in group.Steps.OfType<PythonLayer>().Where(layer => layer.TiedTo is not null))
        {
            foreach (var parameter in layer.Plan.Parameters)
                Line(8, $"{layer.Attribute}.{parameter.Name} = {layer.TiedTo!.Attribute}.{parameter.Name}");
        }
    }

    private void WriteLayer(PythonLayer layer, int slot, PythonConstructors constructors)
    {
        if (layer.Scope.Module is not null)
            Line(8, $"{layer.Attribute} = {constructors.Of(layer, slot, 8)}");
        if (layer.Scope.Tensor is not var (declared, shape))
            return;
        var zeros = $"torch.zeros{shape}";
        if (declared.Trainable)
            Line(8, $"{layer.Attribute} = nn.Parameter({zeros})");
        else
            Line(8, $"{layer.Attribute[..layer.Attribute.LastIndexOf('.')]}.register_buffer(\"{layer.Name}\", {zeros})");
    }

    private void WriteForward(PythonForward forward, Func<int, bool> hasShapes)
    {
        _text.Append('\n');
        Line(4, $"def forward(self, {string.Join(", ", forward.Arguments)}):");
        for (var i = 0; i < forward.Statements.Count; i++)
        {
            var (text, shapes) = forward.Statements[i];
            Line(8, shapes.Length > 0 && hasShapes(i) ? $"{text}  # {shapes}" : text);
        }
    }

    /// <summary>What is done to an input first: numbers to a known scale, then the dimensions to memory order.</summary>
    private IEnumerable<string> Entered(string input, string variable)
    {
        if (normalization.ContainsKey(input))
            yield return $"{variable} = ({variable} - self.{Names(input).Mean}) / self.{Names(input).Deviation}";
        var shape = plan.Inputs.Single(known => known.Name == input).Shape;
        if (PythonScope.InMemory(variable, shape) is var moved && moved != variable)
            yield return $"{variable} = {moved}";
    }

    private static (string Mean, string Deviation) Names(string input) =>
        ($"{PythonNames.Identifier(input)}__mean", $"{PythonNames.Identifier(input)}__deviation");

    private void Line(int indent, string text) => _text.Append(' ', indent).Append(text).Append('\n');

    private static Dictionary<string, IReadOnlyList<string>> Keys(PythonGroup root)
    {
        var keys = new Dictionary<string, List<string>>();
        foreach (var layer in root.Layers.Where(layer => layer.Uses is null))
        {
            foreach (var parameter in layer.Plan.Parameters.Where(parameter => parameter.Name != BatchCounter))
            {
                var key = layer.Plan.KeyOf(parameter);
                if (!keys.TryGetValue(key, out var names))
                    names = keys[key] = [];
                names.Add(layer.Scope.Tensor is null ? $"{layer.StatePath}.{parameter.Name}" : layer.StatePath);
            }
        }

        return keys.ToDictionary(each => each.Key, each => (IReadOnlyList<string>)each.Value);
    }

    private static List<string> Counters(PythonGroup root) =>
        [
            .. root.Layers
                .Where(layer => layer.Uses is null && layer.Plan.Parameters.Any(parameter => parameter.Name == "running_mean"))
                .Select(layer => $"{layer.StatePath}.{BatchCounter}"),
        ];
}
