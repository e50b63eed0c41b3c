using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Specs;

/// <summary>Reads <c>inputs</c>: their shapes, element types and axes.</summary>
internal sealed class InputReader(Report report)
{
    private readonly FieldReader _fields = new(report);

    public List<InputSpec> ReadAll(JsonElement json, Layout layout)
    {
        var path = SpecPath.Root["inputs"];
        var inputs = new List<InputSpec>();
        if (!_fields.IsObject(json, path, "an object from input names to shapes"))
            return inputs;
        foreach (var member in json.EnumerateObject())
        {
            var at = path[member.Name];
            if (!_fields.IsName(member.Name, at) || !_fields.IsObject(member.Value, at, "an object with a shape"))
                continue;
            var before = report.Diagnostics.Count;
            if (inputs.Any(known => known.Name == member.Name))
                report.Error(Codes.DuplicateName, at, $"The input '{member.Name}' is there twice. Rename one.");
            else
                inputs.Add(
                    new(member.Name, Read(member.Value, at, layout) ?? new([Dim.Batch], [Axis.Batch]), at)
                    {
                        IsReadable = report.Diagnostics.Count == before,
                    }
                );
        }

        return inputs;
    }

    private Shape? Read(JsonElement json, SpecPath path, Layout layout)
    {
        var fields = _fields.Members(json, path, ["shape", "dtype", "axes"], "an input");
        var dtype = fields.TryGetValue("dtype", out var dtypeJson) ? _fields.Value(dtypeJson, path["dtype"], DType.Float32) : DType.Float32;
        if (!fields.TryGetValue("shape", out var shapeJson))
        {
            report.Error(Codes.MissingField, path, "The input needs 'shape', without the batch: [1, 28, 28].");
            return null;
        }

        if (shapeJson.ValueKind != JsonValueKind.Array || shapeJson.GetArrayLength() is < 1 or > Axes.MaxRank)
        {
            report.Error(
                Codes.WrongType,
                path["shape"],
                $"'shape' is {JsonText.Shown(shapeJson)}; expected a list of 1 to {Axes.MaxRank} sizes without the batch, such as "
                    + $"[1, 28, 28]."
            );
            return null;
        }

        var dims = ReadSizes(shapeJson, path["shape"]);
        var axes = fields.TryGetValue("axes", out var axesJson)
            ? ReadAxes(axesJson, path["axes"], dims.Count - 1)
            : Axes.Default(dims.Count - 1, layout, dtype);
        return axes is null ? null : new([.. dims], axes, dtype);
    }

    /// <summary>The batch and the sizes; 1 for each that cannot be read.</summary>
    private List<Dim> ReadSizes(JsonElement json, SpecPath path)
    {
        var dims = new List<Dim> { Dim.Batch };
        foreach (var item in json.EnumerateArray())
        {
            var at = path[dims.Count - 1];
            if (item.ValueKind == JsonValueKind.Number && AttributeTypes.TryWhole(item, out var size))
            {
                if (size is < 1 or > SpecReader.MaxSize)
                    report.Error(Codes.OutOfRange, at, $"The size is {size}; it must be from 1 to {SpecReader.MaxSize:N0}.");
                dims.Add(Math.Clamp(size, 1, SpecReader.MaxSize));
            }
            else if (item.ValueKind == JsonValueKind.String && _fields.IsName(item.GetString()!, at))
            {
                if (item.GetString() == "N")
                    report.Error(Codes.DuplicateName, at, "'N' is the batch, which a shape leaves out. Use another symbol.");
                dims.Add(Dim.Symbol(item.GetString()!));
            }
            else
            {
                if (item.ValueKind != JsonValueKind.String)
                    report.Error(
                        Codes.WrongType,
                        at,
                        $"{JsonText.Shown(item)} is no size; expected a whole number of at least 1, or a symbol such as \"H\"."
                    );
                dims.Add(1);
            }
        }

        return dims;
    }

    private Axis[]? ReadAxes(JsonElement json, SpecPath path, int rank)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != rank)
        {
            report.Error(
                Codes.WrongType,
                path,
                $"'axes' is {JsonText.Shown(json)}; expected a list with a name for each of the {rank} dimensions, such as "
                    + $"[\"time\", \"features\"]."
            );
            return null;
        }

        var axes = new List<Axis> { Axis.Batch };
        foreach (var item in json.EnumerateArray())
        {
            var at = path[axes.Count - 1];
            if (item.ValueKind != JsonValueKind.String || !Axes.TryParse(item.GetString()!, out var axis) || axis == Axis.Batch)
                report.Error(
                    Codes.WrongType,
                    at,
                    $"{JsonText.Shown(item)} is no axis; expected one of {string.Join(", ", Axes.Names.Skip(1))}."
                );
            else if (axes.Contains(axis))
                report.Error(Codes.DuplicateName, at, $"The axis {axis.Name()} is there twice. Name each axis once.");
            else
                axes.Add(axis);
        }

        return axes.Count == rank + 1 ? [.. axes] : null;
    }
}
