using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Reading numbers in another shape, in PyTorch.</summary>
internal static class ViewsPython
{
    /// <summary>
    /// Gives the numbers, in written order, the output's shape; sizes that the plan leaves open are taken from the tensor.
    /// </summary>
    public static string Reshape(PythonScope py)
    {
        var (input, output) = (py.Layer.Input, py.Layer.Output);
        var written = PythonScope.Written(py.X, input);
        if (output.Rank == 2)
            return input.Rank == 2 ? py.X : $"{written}.flatten(1)";
        var sizes = Views.Sizes(input, output);
        var open = sizes.Count(size => size.Known is null or -1);
        var texts = sizes.Select(size =>
            size.Known is { } known ? PythonText.Of(known)
            : open == 1 ? "-1"
            : $"{py.X}.shape[{input.IndexOfPosition(size.From!.Value)}]"
        );
        return PythonScope.InMemory($"{written}.reshape({string.Join(", ", texts)})", output);
    }
}
