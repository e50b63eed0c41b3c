using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Data;

/// <summary>
/// Gives a spec's symbols the sizes that a data set's samples have, and validates again: what a job trains has numbers only.
/// </summary>
public static class SampleSizes
{
    /// <inheritdoc cref="Compile(JsonElement, DataSetInfo)"/>
    public static Compilation Compile(ReadOnlyMemory<byte> utf8, DataSetInfo data)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = SpecReader.MaxJsonDepth });
        return Compile(document.RootElement, data);
    }

    /// <summary>
    /// The compilation to train: with numbers for symbols where there are any; with the symbols where a sample has no single size for one
    /// of them.
    /// </summary>
    /// <exception cref="JsonException">The JSON is not an object.</exception>
    public static Compilation Compile(JsonElement spec, DataSetInfo data)
    {
        var compiled = Compiler.Compile(spec);
        if (compiled.Planned.Conditions.Symbols.Count == 0 || Of(compiled, data) is not { } sizes)
            return compiled;
        var numbered = JsonPatch.Read(spec).AsObject();
        numbered.Remove("symbols");
        foreach (var input in compiled.Spec.Inputs)
        {
            var shape = (JsonArray)numbered["inputs"]![input.Name]!["shape"]!;
            for (var i = 0; i < shape.Count; i++)
            {
                if (shape[i]!.GetValueKind() == JsonValueKind.String)
                    shape[i] = sizes[(string)shape[i]!];
            }
        }

        using var document = JsonPatch.Write(numbered);
        var bound = Compiler.Compile(document.RootElement);
        foreach (var (symbol, promise) in compiled.Spec.Symbols.Where(each => SizeSet.Of(each.Value)?.Contains(sizes[each.Key]) == false))
            bound.Report.Error(
                Codes.DataInput,
                SpecPath.Root["symbols"][symbol],
                $"{symbol} is {sizes[symbol]} in {data.Name}, which its promise under 'symbols' leaves out. Widen the promise, or take "
                    + $"other data."
            );
        return bound;
    }

    /// <summary>
    /// The size of each symbol in a sample; null where an input has no counterpart of its rank, or two sizes meet one symbol.
    /// </summary>
    private static Dictionary<string, long>? Of(Compilation compiled, DataSetInfo data)
    {
        var sizes = new Dictionary<string, long>();
        var positions = DataBinding.InputsOf(compiled.Spec.Inputs.Select(input => input.Name), data);
        foreach (var (input, position) in compiled.Spec.Inputs.Zip(positions))
        {
            var sample = position < 0 ? [] : InputFit.Written(data.Inputs[position], compiled.Spec.Layout);
            if (sample.Length != input.Shape.Rank - 1)
                return null;
            for (var i = 0; i < sample.Length; i++)
            {
                foreach (var symbol in input.Shape.Dims[i + 1].Symbols)
                {
                    if (!sizes.TryAdd(symbol, sample[i]) && sizes[symbol] != sample[i])
                        return null;
                }
            }
        }

        return sizes;
    }
}
