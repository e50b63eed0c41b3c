using System.Globalization;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Export.Python;

/// <summary>
/// What a layer is written with: the names of its inputs, the module that it declares, and functions that the source brings.
/// </summary>
public sealed class PythonScope
{
    /// <summary>Stands for the layer's module until it is known where that stands: <c>self.stem</c>.</summary>
    internal const string Self = "\u0001";

    /// <summary>Stands for the number of samples until a tensor that has it is known.</summary>
    internal const string BatchMark = "\u0002";

    private readonly Dictionary<string, string> _helpers;

    internal PythonScope(PlannedLayer layer, Dictionary<string, string> helpers)
    {
        Layer = layer;
        _helpers = helpers;
        Inputs = [.. layer.Inputs.Select((_, i) => Input(i))];
    }

    public PlannedLayer Layer { get; }

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The name of the first input.</summary>
    public string X => Inputs[0];

    /// <summary>The number of samples.</summary>
    public static string Batch => BatchMark;

    /// <summary>The module that the layer declares; null where it has none.</summary>
    internal PythonModule? Module { get; private set; }

    /// <summary>The tensor that the layer declares as an attribute of its own, without a module; null where there is none.</summary>
    internal (Parameter Declared, string Shape)? Tensor { get; private set; }

    /// <summary>The module's call on the input: <c>self.stem(x)</c>.</summary>
    public string Call(PythonModule module) => Call(module, X);

    /// <summary>The module's call on an expression.</summary>
    public string Call(PythonModule module, string arguments) => $"{Declare(module)}({arguments})";

    /// <summary>Declares the layer's module; returns what stands for it.</summary>
    public string Declare(PythonModule module)
    {
        Module = module;
        return Self;
    }

    /// <summary>Declares a parameter without a module, with a batch of 1 in front; returns what stands for it.</summary>
    public string DeclareTensor(Parameter declared)
    {
        Tensor = (declared, PythonText.Tuple([1, .. declared.Dims]));
        return Self;
    }

    /// <summary>A function or class that the source brings with it, once; returns its name.</summary>
    public string Helper(string name, string source)
    {
        _helpers[name] = source.ReplaceLineEndings("\n").TrimEnd();
        return name;
    }

    /// <summary>A tensor in memory order as the spec writes it.</summary>
    public static string Written(string x, Shape shape) =>
        shape.FeatureMovesFirst ? Permuted(x, [.. Enumerable.Range(0, shape.Rank).Select(i => (long)shape.IndexOfPosition(i))]) : x;

    /// <summary>A tensor as the spec writes it in memory order.</summary>
    public static string InMemory(string x, Shape shape) =>
        shape.FeatureMovesFirst ? Permuted(x, [0, shape.Rank - 1, .. Enumerable.Range(1, shape.Rank - 2).Select(i => (long)i)]) : x;

    /// <summary><c>x.permute(0, 2, 3, 1)</c>; itself where nothing moves.</summary>
    public static string Permuted(string x, long[] order)
    {
        if (order.Index().All(each => each.Item == each.Index))
            return x;
        return order is [0, 2, 1] ? $"{x}.transpose(1, 2)" : $"{x}.permute({string.Join(", ", order)})";
    }

    /// <summary>An input swapped so that its features come last, given to <paramref name="call"/>, and swapped back.</summary>
    public string FeaturesLast(Func<string, string> call)
    {
        var index = Layer.Input.Index(Axis.Channels);
        return index == Layer.Input.Rank - 1 ? call(X) : $"{call($"{X}.transpose({index}, -1)")}.transpose({index}, -1)";
    }

    internal static string Input(int number) => string.Create(CultureInfo.InvariantCulture, $"\u0003{number}\u0003");
}
