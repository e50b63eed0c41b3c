using System.Text;
using ConcatService.Domain.Planning;

namespace ConcatService.Export.Python;

/// <summary>Gives each group that is no Sequential its class: groups with the same structure have one.</summary>
internal sealed class PythonClasses(Plan plan, ISet<string> taken)
{
    private readonly Dictionary<string, PythonClass> _byStructure = [];

    /// <summary>The classes, each after those that it uses.</summary>
    public List<PythonClass> All { get; } = [];

    public void Find(PythonGroup root)
    {
        foreach (var group in root.Steps.OfType<PythonGroup>())
            Structure(group);
        All.ForEach(each => each.Close());
    }

    /// <summary>What must be the same for two groups to be of one class: everything but the values of constructor arguments.</summary>
    private string Structure(PythonGroup group)
    {
        var text = new StringBuilder();
        foreach (var step in group.Steps)
            text.Append(group.IsSequential ? "" : step.Name).Append('=').Append(Structure(step)).Append('\n');
        if (group.IsSequential)
            return $"Sequential({text})";
        group.Forward = PythonForward.Of(group, plan);
        text.AppendJoin(',', group.Containers.Select(container => container.Name));
        foreach (var statement in group.Forward.Statements)
            text.Append(statement.Text).Append('\n');
        if (!_byStructure.TryGetValue(text.ToString(), out var known))
        {
            known = _byStructure[text.ToString()] = new(PythonNames.Unique(NameOf(group), taken));
            All.Add(known);
        }

        known.Instances.Add(group);
        group.Class = known;
        return known.Name;
    }

    private string Structure(PythonItem step) => step switch
    {
        PythonGroup group => Structure(group),
        PythonLayer { Uses: not null } => "",
        PythonLayer { Scope.Module: { } module } layer =>
            $"{module.Type}({string.Join(',', module.Arguments.Select(each => each.Name))}){layer.TiedTo?.Attribute}",
        PythonLayer { Scope.Tensor: { } tensor } => $"{tensor.Shape}{tensor.Declared.Trainable}",
        _ => "",
    };

    /// <summary><c>stage1/0</c> is a <c>StageBlock</c>, <c>inception3a</c> an <c>Inception3a</c>.</summary>
    private static string NameOf(PythonGroup group)
    {
        if (!group.Segment.All(char.IsAsciiDigit))
            return PythonNames.Class(group.Segment);
        var around = group.Parent!.Segment.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return PythonNames.Class(around.Length == 0 ? "" : around) + "Block";
    }
}
