namespace ConcatService.Export.Python;

/// <summary>An argument of a constructor.</summary>
/// <param name="Text">The value as Python writes it.</param>
/// <param name="Default">The value that may be left out; null where there is none.</param>
/// <param name="IsPositional">Whether it is written without its name.</param>
public sealed record PythonArgument(string Name, string Text, string? Default, bool IsPositional);

/// <summary>A module that a layer declares: <c>nn.Conv2d(3, 16, 3, padding="same")</c>.</summary>
public sealed class PythonModule(string type)
{
    private readonly List<PythonArgument> _arguments = [];

    public string Type { get; } = type;

    public IReadOnlyList<PythonArgument> Arguments => _arguments;

    /// <summary>An argument that is written without its name.</summary>
    public PythonModule At(string name, object? value)
    {
        _arguments.Add(new(name, PythonText.Of(value), null, IsPositional: true));
        return this;
    }

    /// <summary>An argument that is written with its name, and left out where it has its default.</summary>
    public PythonModule With(string name, object? value, object? unless)
    {
        _arguments.Add(new(name, PythonText.Of(value), PythonText.Of(unless), IsPositional: false));
        return this;
    }

    /// <summary>An argument that is always written with its name.</summary>
    public PythonModule With(string name, object? value)
    {
        _arguments.Add(new(name, PythonText.Of(value), null, IsPositional: false));
        return this;
    }
}
