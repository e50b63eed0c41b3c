using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A document as text with a patch applied to it: what <see cref="JsonPatch"/> gives, but only what the patch touches is taken apart, all
/// else is copied.
/// </summary>
/// <remarks>A proof patches a spec of a thousand layers a dozen times, at one or two of them each time.</remarks>
internal sealed class PatchedText
{
    private static readonly JsonWriterOptions AsDeep = new() { MaxDepth = SpecReader.MaxJsonDepth };

    private readonly ArrayBufferWriter<byte> _text;

    private PatchedText(int length) => _text = new(length);

    /// <summary>UTF-8.</summary>
    /// <exception cref="ArgumentException">An object on the way has a field twice, so that the pointer is ambiguous; or there is no such
    /// place in a list.</exception>
    /// <exception cref="InvalidOperationException">A pointer leads nowhere, or the operation is another one.</exception>
    public static ReadOnlyMemory<byte> Of(JsonElement document, JsonArray patch)
    {
        var root = new Part(document);
        foreach (var operation in patch)
            Apply(root, (string)operation!["op"]!, (string)operation["path"]!, operation["value"]);
        var patched = new PatchedText(JsonMarshal.GetRawUtf8Value(document).Length + 1024);
        patched.Write(root);
        return patched._text.WrittenMemory;
    }

    private static void Apply(Part root, string kind, string pointer, JsonNode? value)
    {
        var steps = JsonPatch.Steps(pointer);
        var parent = root;
        foreach (var step in steps.AsSpan(..^1))
            parent = parent.Child(step);
        parent.Open();
        var last = steps[^1];
        switch (parent, kind)
        {
            case ({ Fields: { } fields }, "add" or "replace"):
                var known = fields.FindIndex(field => field.Name == last);
                if (known >= 0)
                    fields[known] = (last, new(value));
                else
                    fields.Add((last, new(value)));
                break;
            case ({ Fields: { } fields }, "remove"):
                fields.RemoveAll(field => field.Name == last);
                break;
            case ({ Items: { } items }, "add"):
                items.Insert(last == "-" ? items.Count : JsonPatch.Index(last), new(value));
                break;
            case ({ Items: { } items }, "replace"):
                items[JsonPatch.Index(last)] = new(value);
                break;
            case ({ Items: { } items }, "remove"):
                items.RemoveAt(JsonPatch.Index(last));
                break;
            default:
                throw new InvalidOperationException($"The patch operation '{kind}' at '{pointer}' cannot be applied.");
        }
    }

    private void Write(Part part)
    {
        if (part.Fields is { } fields)
        {
            var separator = (byte)'{';
            foreach (var (name, value) in fields)
            {
                Write(separator);
                _text.Write(JsonSerializer.SerializeToUtf8Bytes(name));
                Write((byte)':');
                Write(value);
                separator = (byte)',';
            }

            _text.Write(fields.Count == 0 ? "{}"u8 : "}"u8);
        }
        else if (part.Items is { } items)
        {
            var separator = (byte)'[';
            foreach (var item in items)
            {
                Write(separator);
                Write(item);
                separator = (byte)',';
            }

            _text.Write(items.Count == 0 ? "[]"u8 : "]"u8);
        }
        else if (part.Element is { } element)
        {
            _text.Write(JsonMarshal.GetRawUtf8Value(element));
        }
        else
        {
            using var writer = new Utf8JsonWriter(_text, AsDeep);
            if (part.Value is { } value)
                value.WriteTo(writer);
            else
                writer.WriteNullValue();
        }
    }

    private void Write(byte one)
    {
        _text.GetSpan(1)[0] = one;
        _text.Advance(1);
    }

    /// <summary>A value of the document: as it was read, put there by the patch, or taken apart because the patch leads into it.</summary>
    private sealed class Part
    {
        public Part(JsonElement element) => Element = element;

        public Part(JsonNode? value) => Value = value;

        public JsonElement? Element { get; private set; }

        public JsonNode? Value { get; }

        public List<(string Name, Part Value)>? Fields { get; private set; }

        public List<Part>? Items { get; private set; }

        public Part Child(string step)
        {
            Open();
            if (Items is not null)
                return Items[JsonPatch.Index(step)];
            var at = Fields?.FindIndex(field => field.Name == step) ?? -1;
            return at >= 0 ? Fields![at].Value : throw new InvalidOperationException($"There is no '{step}'.");
        }

        public void Open()
        {
            // What the patch itself put there is as small as a layer, and is read like the rest.
            Element ??= Fields is null && Items is null ? JsonSerializer.SerializeToElement(Value) : null;
            if (Element?.ValueKind == JsonValueKind.Object)
            {
                Fields = [.. Element.Value.EnumerateObject().Select(member => (member.Name, new Part(member.Value)))];
                if (Fields.DistinctBy(field => field.Name).Count() < Fields.Count)
                    throw new ArgumentException("An object has a field twice.");
            }
            else if (Element?.ValueKind == JsonValueKind.Array)
            {
                Items = new(Element.Value.GetArrayLength() + 4);
                foreach (var item in Element.Value.EnumerateArray())
                    Items.Add(new(item));
            }

            Element = Fields is null && Items is null ? Element : null;
        }
    }
}
