using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Export.Python;

/// <summary>Plan -> the modules that its names make, in the order in which they are called.</summary>
internal static class PythonTree
{
    public static PythonGroup Of(Plan plan, Dictionary<string, string> helpers)
    {
        var root = new PythonGroup("") { Inputs = [.. plan.Inputs.Select(input => new Wire(input.Name))] };
        var layers = Fill(root, plan, helpers);
        Share(layers);
        foreach (var layer in layers.Values)
            layer.Inputs = layer.Plan.Inputs;
        var readers = plan
            .Layers.SelectMany(layer => layer.Inputs.Select(wire => (wire, layer.Name)))
            .ToLookup(each => each.wire, each => each.Name);
        root.Outputs = [.. plan.Outputs.Select(output => output.Wire)];
        Settle(root, readers, root.Outputs.ToHashSet());
        Name(root);
        return root;
    }

    private static Dictionary<string, PythonLayer> Fill(PythonGroup root, Plan plan, Dictionary<string, string> helpers)
    {
        var paths = PythonNames.Paths(plan);
        var groups = paths
            .SelectMany(path => Enumerable.Range(1, path.Length - 1).Select(depth => string.Join('/', path[..depth])))
            .ToHashSet();
        var made = new Dictionary<string, PythonGroup> { [""] = root };
        var layers = new Dictionary<string, PythonLayer>();
        for (var i = 0; i < paths.Count; i++)
        {
            var layer = plan.Layers[i];
            // A layer with others under its name is one of them: the convolution of "stem" beside "stem/norm".
            var isGroup = groups.Contains(string.Join('/', paths[i]));
            var group = Group(isGroup ? paths[i] : paths[i][..^1]);
            var scope = new PythonScope(layer, helpers);
            var expression = PythonForm.For(layer.Operator).Write(scope);
            var item = new PythonLayer(isGroup ? Twin(layer.Operator.Kind) : paths[i][^1], layer, i, scope, expression) { Parent = group };
            layers.Add(layer.Name, item);
            group.Children.Add(item);
        }

        return layers;

        PythonGroup Group(string[] path)
        {
            var key = string.Join('/', path);
            if (made.TryGetValue(key, out var known))
                return known;
            var parent = Group(path[..^1]);
            var group = made[key] = new(path[^1]) { Parent = parent };
            parent.Children.Add(group);
            return group;
        }
    }

    /// <summary><c>conv2d</c> -> <c>conv</c>.</summary>
    private static string Twin(string kind) => kind is [.., '1' or '2' or '3', 'd'] ? kind[..^2] : kind;

    /// <summary>Layers with one module between them are called from the module that holds both.</summary>
    private static void Share(Dictionary<string, PythonLayer> layers)
    {
        foreach (var layer in layers.Values.Where(layer => layer.Plan.SharesWeights && layers.ContainsKey(layer.Plan.Owner)))
        {
            var owner = layers[layer.Plan.Owner];
            if (layer.Scope.Tensor is not null || IsSame(layer.Scope.Module, owner.Scope.Module))
                layer.Uses = owner;
            else
                layer.TiedTo = owner;
            var around = Around(owner).ToList();
            var common = Around(layer).First(around.Contains);
            foreach (var group in Around(layer).TakeWhile(group => group != common).Concat(around.TakeWhile(group => group != common)))
                group.IsContainer = true;
        }
    }

    private static bool IsSame(PythonModule? a, PythonModule? b) =>
        a is not null && b is not null && a.Type == b.Type && a.Arguments.SequenceEqual(b.Arguments);

    private static IEnumerable<PythonGroup> Around(PythonItem item)
    {
        for (var group = item.Parent; group is not null; group = group.Parent)
            yield return group;
    }

    /// <summary>Orders a group's steps, opens the groups in it that cannot be called at once, and goes on within the others.</summary>
    private static void Settle(PythonGroup group, ILookup<Wire, string> readers, HashSet<Wire> wanted)
    {
        while (true)
        {
            var steps = group.Opened.ToList();
            foreach (var inner in steps.OfType<PythonGroup>())
                Connect(inner, readers, wanted);
            if (steps.OfType<PythonGroup>().FirstOrDefault(inner => inner.Inputs.Count == 0 || inner.Outputs.Count == 0) is { } open)
                open.IsContainer = true;
            else if (PythonOrder.Of(steps) is var (order, knot) && knot is null)
            {
                group.Steps = order;
                break;
            }
            else
                knot!.IsContainer = true;
        }

        foreach (var inner in group.Steps.OfType<PythonGroup>())
            Settle(inner, readers, wanted);
        foreach (var layer in group.Steps.OfType<PythonLayer>())
            layer.Outputs = [.. layer.Plan.Outputs.Select((_, port) => new Wire(layer.Plan.Name, port))];
        group.IsSequential = group.Parent is not null && PythonOrder.IsChain(group);
    }

    private static void Connect(PythonGroup group, ILookup<Wire, string> readers, HashSet<Wire> wanted)
    {
        var layers = group.Layers.OrderBy(layer => layer.Order).ToList();
        var names = layers.Select(layer => layer.Plan.Name).ToHashSet();
        group.Inputs = [.. layers.SelectMany(layer => layer.Inputs).Where(wire => !names.Contains(wire.Source)).Distinct()];
        group.Outputs =
        [
            .. layers
                .SelectMany(layer => layer.Plan.Outputs.Select((_, port) => new Wire(layer.Plan.Name, port)))
                .Where(wire => wanted.Contains(wire) || readers[wire].Any(reader => !names.Contains(reader))),
        ];
    }

    private static void Name(PythonGroup group)
    {
        var taken = new HashSet<string>();
        foreach (var child in group.Children)
        {
            child.Name = PythonNames.Unique(PythonNames.Identifier(child.Segment), taken);
            if (child is PythonGroup inner)
                Name(inner);
        }
    }
}
