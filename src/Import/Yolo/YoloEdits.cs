using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fixes;

namespace ConcatService.Import.Yolo;

/// <summary>
/// A fix of the spec as an edit of the file: another <c>from</c>, another number in a row's arguments, or a row put in, with every number
/// behind it counted anew. Comments and spacing stay. What cannot be placed exactly is no edit.
/// </summary>
/// <param name="rows">Every row, in order.</param>
/// <param name="rowOf">The row of each layer of the spec.</param>
internal sealed class YoloEdits(string[] lines, IReadOnlyList<RowText> rows, IReadOnlyDictionary<string, int> rowOf, JsonObject spec)
{
    private const int Stride = 2, Factor = 1;

    /// <summary>Null where the patch cannot be written into the file.</summary>
    public IReadOnlyList<LineEdit>? For(JsonArray patch)
    {
        var patched = spec.DeepClone().AsObject();
        JsonPatch.Apply(patched, patch);
        if (spec.Any(member => member.Key != "layers" && !JsonNode.DeepEquals(member.Value, patched[member.Key])))
            return null;
        var after = patched["layers"]!.AsArray().Select(layer => layer!.AsObject()).ToList();
        var before = spec["layers"]!.AsArray().ToDictionary(layer => Name(layer!), layer => layer!.AsObject());
        if (before.Keys.Except(after.Select(Name)).Any() || Order(after, before) is not { } order)
            return null;
        var numbers = order.Select((item, number) => (item, number)).ToDictionary(each => each.item, each => each.number);
        var texts = new Dictionary<int, string>();
        foreach (var layer in after.Where(layer => before.ContainsKey(Name(layer))))
        {
            if (!Change(before[Name(layer)], layer, texts))
                return null;
        }

        var byName = after.ToDictionary(Name);
        foreach (var row in rows)
        {
            if (!Renumber(row, byName, before, numbers, texts))
                return null;
        }

        var edits = texts
            .Where(each => each.Value != Line(rows[each.Key]))
            .Select(each => new LineEdit(rows[each.Key].Line, Line(rows[each.Key]), each.Value))
            .ToList();
        return Insert(after, before, order, numbers, edits) ? edits.OrderBy(edit => edit.Line).ToList() : null;
    }

    private static string Name(JsonNode layer) => layer["name"]!.GetValue<string>();

    private string Line(RowText row) => lines[row.Line - 1].TrimEnd('\r');

    /// <summary>Rows by number and new layers by name, in their order after the patch.</summary>
    private List<string>? Order(List<JsonObject> after, Dictionary<string, JsonObject> before)
    {
        var order = new List<string>();
        var next = 0;
        foreach (var name in after.Select(Name))
        {
            if (!before.ContainsKey(name))
            {
                order.Add(name);
                continue;
            }

            if (!rowOf.TryGetValue(name, out var row) || row < next - 1)
                return null;
            for (; next <= row; next++)
                order.Add(Key(next));
        }

        for (; next < rows.Count; next++)
            order.Add(Key(next));
        return order;
    }

    private static string Key(int row) => string.Create(CultureInfo.InvariantCulture, $"#{row}");

    /// <summary>Another value of an attribute, where it stands in the row's arguments.</summary>
    private bool Change(JsonObject was, JsonObject layer, Dictionary<int, string> texts)
    {
        var row = rows[rowOf[Name(layer)]];
        var isMain = row.Layer == Name(layer);
        if (!JsonNode.DeepEquals(was["inputs"], layer["inputs"]) && !isMain)
            return false;
        foreach (var field in was.Select(each => each.Key).Union(layer.Select(each => each.Key)).Where(field => field != "inputs"))
        {
            if (JsonNode.DeepEquals(was[field], layer[field]))
                continue;
            var position = (row.Module, field) switch
            {
                ("Conv" or "DWConv" or "GhostConv", "stride") => Stride,
                ("nn.Upsample" or "torch.nn.Upsample", "scale_factor") => Factor,
                ("Concat", "axis") => 0,
                _ => -1,
            };
            if (!isMain || position < 0 || position >= row.Arguments.Count || layer[field] is not JsonValue value)
                return false;
            if (Replace(row, row.Arguments[position], value.ToJsonString(), texts) is false)
                return false;
        }

        return true;
    }

    /// <summary>Puts a text in the place of a value that ends before the next comma or bracket.</summary>
    private bool Replace(RowText row, YamlNode value, string text, Dictionary<int, string> texts)
    {
        var line = texts.GetValueOrDefault(row.Index, Line(row));
        // What was changed before in this line stands behind: arguments are changed first, then the sources before them.
        var start = value.Column - 1;
        if (value.Line != row.Line || value is not YamlScalar || start >= line.Length)
            return false;
        var end = line.IndexOfAny([',', ']'], start);
        if (end < 0)
            return false;
        texts[row.Index] = line[..start] + text + line[end..];
        return true;
    }

    /// <summary>The row's sources by the new numbers, written as they were where that still says the same.</summary>
    private bool Renumber(
        RowText row,
        Dictionary<string, JsonObject> after,
        Dictionary<string, JsonObject> before,
        Dictionary<string, int> numbers,
        Dictionary<int, string> texts
    )
    {
        var own = numbers[Key(row.Index)];
        List<int?> targets =
        [
            .. row.From.Select(from => from < 0 ? row.Index + from : from)
                .Select(read => read >= 0 && read < rows.Count ? numbers[Key((int)read)] : (int?)null),
        ];
        if (row.Layer is { } main && !JsonNode.DeepEquals(before[main]["inputs"], after[main]["inputs"]))
        {
            var inputs = after[main]["inputs"]!.AsArray().Select(input => input!.GetValue<string>()).ToList();
            if (inputs.Count != targets.Count)
                return false;
            for (var i = 0; i < inputs.Count; i++)
            {
                if (before[main]["inputs"]![i]!.GetValue<string>() != inputs[i])
                    targets[i] = numbers.TryGetValue(inputs[i], out var added) ? added
                        : rowOf.TryGetValue(inputs[i], out var read) && rows[read].Layer == inputs[i] ? numbers[Key(read)]
                        : null;
                if (targets[i] is null)
                    return false;
            }
        }

        var sources = new List<string>();
        for (var i = 0; i < targets.Count; i++)
        {
            var from = row.From[i];
            if (targets[i] is not { } target)
            {
                // The input of the network, or a row that there is not: as it was, where nothing was put before.
                if (own != row.Index)
                    return false;
                sources.Add(from.ToString(CultureInfo.InvariantCulture));
                continue;
            }

            var same = (from < 0 ? own + from : from) == target;
            var number = same ? from : from < 0 && target == own - 1 ? -1 : target;
            sources.Add(number.ToString(CultureInfo.InvariantCulture));
        }

        var written = row.From.Select(from => from.ToString(CultureInfo.InvariantCulture));
        return sources.SequenceEqual(written) || Write(row, sources, texts);
    }

    private bool Write(RowText row, List<string> sources, Dictionary<int, string> texts)
    {
        if (row.Reading(sources, texts.GetValueOrDefault(row.Index, Line(row))) is not { } line)
            return false;
        texts[row.Index] = line;
        return true;
    }

    /// <summary>A row for each new layer, before the row that follows it.</summary>
    private bool Insert(
        List<JsonObject> after,
        Dictionary<string, JsonObject> before,
        List<string> order,
        Dictionary<string, int> numbers,
        List<LineEdit> edits
    )
    {
        foreach (var layer in after.Where(layer => !before.ContainsKey(Name(layer))))
        {
            var number = numbers[Name(layer)];
            var follower = order.Skip(number + 1).FirstOrDefault(item => item[0] == '#');
            if (follower is null || layer["inputs"] is not JsonArray { Count: 1 } inputs || ModuleOf(layer) is not { } module)
                return false;
            var input = inputs[0]!.GetValue<string>();
            int? read = numbers.TryGetValue(input, out var added) ? added
                : rowOf.TryGetValue(input, out var source) && rows[source].Layer == input ? numbers[Key(source)]
                : null;
            var next = rows[int.Parse(follower[1..], CultureInfo.InvariantCulture)];
            if (read is not { } target || next.Column - 1 > Line(next).Length)
                return false;
            var text = Line(next);
            var comma = text[..(text.IndexOf('#') is >= 0 and var comment ? comment : text.Length)].TrimEnd().EndsWith(',') ? "," : "";
            var from = target == number - 1 ? -1 : target;
            var row = string.Create(CultureInfo.InvariantCulture, $"[{from}, 1, {module}]{comma}");
            edits.Add(new(next.Line, null, text[..(next.Column - 1)] + row));
        }

        return true;
    }

    /// <summary>The module and arguments that say a layer; null where there are none.</summary>
    private static string? ModuleOf(JsonObject layer)
    {
        var type = layer["type"]!.GetValue<string>();
        var fields = layer.Select(field => field.Key).Except(["name", "type", "inputs"]).ToHashSet();
        if (type == "upsample" && fields.IsSubsetOf(["scale_factor", "mode"]) && layer["scale_factor"] is JsonValue factor)
            return $"nn.Upsample, [None, {factor.ToJsonString()}, {layer["mode"]?.GetValue<string>() ?? "nearest"}]";
        if (type is not ("max_pool2d" or "avg_pool2d") || !fields.IsSubsetOf(["kernel_size", "stride", "padding"]))
            return null;
        if (layer["kernel_size"] is not JsonValue kernel || layer["stride"] is not (null or JsonValue))
            return null;
        if (layer["padding"] is not (null or JsonValue) || layer["padding"]?.ToJsonString() is { } pad && !char.IsAsciiDigit(pad[0]))
            return null;
        var stride = layer["stride"]?.ToJsonString() ?? kernel.ToJsonString();
        var name = type == "max_pool2d" ? "nn.MaxPool2d" : "nn.AvgPool2d";
        return $"{name}, [{kernel.ToJsonString()}, {stride}, {layer["padding"]?.ToJsonString() ?? "0"}]";
    }
}

/// <summary>A row as it stands in the file.</summary>
/// <param name="Layer">Its layer in the spec, where it is one and reads what the row reads, in that order; otherwise null.</param>
/// <param name="IsList">Whether <c>from</c> is written as a list.</param>
internal sealed record RowText(int Index, string? Layer, string Module, IReadOnlyList<long> From, bool IsList, YamlList Node)
{
    public int Line => Node.Line;

    public int Column => Node.Column;

    public int FromLine => Node.Items[0].Line;

    public int FromColumn => Node.Items[0].Column;

    public int RepeatsLine => Node.Items[1].Line;

    public int RepeatsColumn => Node.Items[1].Column;

    /// <summary>Its line with other numbers as <c>from</c>; null where they do not stand in one line.</summary>
    public string? Reading(IReadOnlyList<string> sources, string line)
    {
        var (start, next) = (FromColumn - 1, RepeatsColumn - 1);
        if (FromLine != Line || RepeatsLine != Line || next > line.Length)
            return null;
        var comma = line.LastIndexOf(',', next - 1);
        return comma <= start ? null : line[..start] + (IsList ? $"[{string.Join(", ", sources)}]" : sources[0]) + line[comma..];
    }

    public IReadOnlyList<YamlNode> Arguments => ((YamlList)Node.Items[3]).Items;
}
