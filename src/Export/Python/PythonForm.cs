using ConcatService.Domain.Operators;

namespace ConcatService.Export.Python;

/// <summary>How PyTorch source writes an operator. Found by scanning: one for every primitive operator.</summary>
public abstract class PythonForm
{
    private static readonly Dictionary<Type, PythonForm> ByOperator = typeof(PythonForm).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(PythonForm)) && !type.IsAbstract)
        .Select(type => (PythonForm)Activator.CreateInstance(type)!)
        .ToDictionary(form => form.Operator);

    /// <summary>The records that have a form.</summary>
    public static IEnumerable<Type> Operators => ByOperator.Keys;

    public abstract Type Operator { get; }

    public static PythonForm For(Operator op) => ByOperator.TryGetValue(op.GetType(), out var form)
        ? form
        : throw new InvalidOperationException(
            $"The operator {op.Kind} has no PyTorch source: add {op.GetType().Name}.Python.cs beside it."
        );

    /// <summary>The layer as source: what it declares in the scope, and the expression that gives its output.</summary>
    public abstract string Write(PythonScope py);
}

/// <summary>How PyTorch source writes <typeparamref name="T"/>.</summary>
public abstract class PythonForm<T> : PythonForm
    where T : Operator
{
    public override Type Operator => typeof(T);

    public override string Write(PythonScope py) => Forward((T)py.Layer.Operator, py);

    /// <summary>
    /// The expression that gives the output, or a tuple of them for a layer with several. Tensors are in memory order: maps are
    /// channels-first whatever the spec's layout is.
    /// </summary>
    protected abstract string Forward(T op, PythonScope py);
}
