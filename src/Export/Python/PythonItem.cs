using System.Globalization;
using ConcatService.Domain.Operators;

namespace ConcatService.Export.Python;

/// <summary>What a module consists of: a layer, or a group of them.</summary>
internal abstract class PythonItem(string segment)
{
    /// <summary>The name as the spec has it.</summary>
    public string Segment { get; } = segment;

    /// <summary>The attribute of the module that it stands in.</summary>
    public string Name { get; set; } = "";

    public PythonGroup? Parent { get; set; }

    /// <summary>What is read from outside, each once, in the order of use.</summary>
    public IReadOnlyList<Wire> Inputs { get; set; } = [];

    /// <summary>What is read outside.</summary>
    public IReadOnlyList<Wire> Outputs { get; set; } = [];

    /// <summary>Where it stands in the plan.</summary>
    public abstract int Order { get; }

    public abstract IEnumerable<PythonLayer> Layers { get; }

    /// <summary>The values of constructor arguments, in order.</summary>
    public abstract IEnumerable<PythonArgument> Slots { get; }

    /// <summary>The attribute that it is called by in the module that declares it: <c>self.stem</c>.</summary>
    public string Attribute
    {
        get
        {
            var name = Name;
            for (var group = Parent; group is { IsContainer: true }; group = group.Parent)
                name = $"{group.Name}.{name}";
            return $"self.{name}";
        }
    }

    /// <summary>The name within a state_dict: <c>stage.0.conv</c>.</summary>
    public string StatePath =>
        Parent is null ? ""
        : Parent.IsOneStep ? Parent.StatePath
        : Parent.StatePath is { Length: > 0 } before ? $"{before}.{StateName}"
        : StateName;

    private string StateName => Parent is { IsSequential: true } chain
        ? chain.Steps.IndexOf(this).ToString(CultureInfo.InvariantCulture)
        : Name;
}

/// <summary>A layer of the plan.</summary>
internal sealed class PythonLayer(string segment, PlannedLayer plan, int order, PythonScope scope, string expression) : PythonItem(segment)
{
    public PlannedLayer Plan { get; } = plan;

    public PythonScope Scope { get; } = scope;

    /// <summary>What gives its output, with marks for the module and the inputs.</summary>
    public string Expression { get; } = expression;

    /// <summary>The layer whose module or tensor it uses; null where it has its own, or none.</summary>
    public PythonLayer? Uses { get; set; }

    /// <summary>The layer whose weights its own module is tied to.</summary>
    public PythonLayer? TiedTo { get; set; }

    public override int Order => order;

    public override IEnumerable<PythonLayer> Layers => [this];

    public override IEnumerable<PythonArgument> Slots => Uses is null && Scope.Module is { } module ? module.Arguments : [];

    /// <summary>Whether it is a module that is called with its one input, so that a Sequential can hold it.</summary>
    public bool IsCall => Uses is null && Scope.Module is not null && Expression == $"{PythonScope.Self}({PythonScope.Input(0)})";
}

/// <summary>Layers under one name: a module of its own, unless it cannot be called at once.</summary>
internal sealed class PythonGroup(string segment) : PythonItem(segment)
{
    public List<PythonItem> Children { get; } = [];

    /// <summary>Whether it only holds modules that the one around it calls.</summary>
    public bool IsContainer { get; set; }

    /// <summary>Whether it is one module after the other.</summary>
    public bool IsSequential { get; set; }

    /// <summary>Whether it is a Sequential of one module, which then stands for it.</summary>
    public bool IsOneStep => IsSequential && Steps.Count == 1;

    /// <summary>What it calls, in order: containers are opened.</summary>
    public List<PythonItem> Steps { get; set; } = [];

    /// <summary>Its class; null for a Sequential and a container.</summary>
    public PythonClass? Class { get; set; }

    /// <summary>What its forward does.</summary>
    public PythonForward? Forward { get; set; }

    public override int Order => Children.Min(child => child.Order);

    public override IEnumerable<PythonLayer> Layers => Children.SelectMany(child => child.Layers);

    public override IEnumerable<PythonArgument> Slots => Steps.SelectMany(step => step.Slots);

    /// <summary>The groups that are opened into this one, outer ones first.</summary>
    public IEnumerable<PythonGroup> Containers =>
        Children.OfType<PythonGroup>().Where(child => child.IsContainer).SelectMany(child => child.Containers.Prepend(child));

    public IEnumerable<PythonItem> Opened =>
        Children.SelectMany(child => child is PythonGroup { IsContainer: true } container ? container.Opened : [child]);
}
