using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <content>The two kinds of attributes: of a record's property, and checked but not kept.</content>
public sealed partial class Attributes
{
    /// <summary>An attribute that is checked and not kept.</summary>
    private sealed class Unkept : Entry
    {
        private readonly Entry _checked;

        [SetsRequiredMembers]
        public Unkept(Entry entry)
        {
            _checked = entry;
            (Name, Utf8Name, Required) = (entry.Name, entry.Utf8Name, false);
            (Range, Property) = (entry.Range, entry.Property);
        }

        public override string Expected => _checked.Expected;

        public override JsonObject Schema => _checked.Schema;

        public override bool IsOpen => false;

        public override JsonNode? Default => null;

        public override bool Read(object target, JsonElement json, SpecPath owner, Report report) =>
            _checked.Read(new Accepted(), json, owner, report);

        public override void Write(Utf8JsonWriter writer, object source) { }

        public override bool IsDefault(object source) => true;

        public override void WriteAlways(Utf8JsonWriter writer, object source) { }
    }

    private sealed class Typed<TOwner, TProperty, TValue> : Entry
        where TOwner : class
    {
        private readonly AttributeType<TValue> _type = AttributeTypes.Of<TValue>();
        private readonly Action<TOwner, TProperty> _set;
        private readonly Func<TOwner, TProperty> _get;
        private readonly TProperty _default;
        private readonly bool _nullable;

        public Typed(PropertyInfo property, TOwner fresh, bool nullable)
        {
            _set = property.SetMethod!.CreateDelegate<Action<TOwner, TProperty>>();
            _get = property.GetMethod!.CreateDelegate<Func<TOwner, TProperty>>();
            _default = _get(fresh);
            _nullable = nullable;
        }

        public override string Expected => _type.Expected + (_nullable ? ", or null" : "") + Bounds;

        private string Bounds => (double.IsNegativeInfinity(Range.Min), double.IsPositiveInfinity(Range.Max)) switch
        {
            (true, true) => "",
            (false, true) => $", at least {Range.Min}",
            (true, false) => $", at most {Range.Max}",
            _ => $", from {Range.Min} to {Range.Max}",
        };

        public override JsonObject Schema =>
            _nullable
                ? new() { ["oneOf"] = new JsonArray(_type.Schema(Range), new JsonObject { ["type"] = "null" }) }
                : _type.Schema(Range);

        public override bool IsOpen => _default is null;

        public override JsonNode? Default =>
            Required || _default is null ? null : Spell(writer => _type.Write(writer, (TValue)(object)_default));

        public override bool Read(object target, JsonElement json, SpecPath owner, Report report)
        {
            if (_nullable && json.ValueKind == JsonValueKind.Null)
            {
                _set((TOwner)target, default!);
                return true;
            }

            if (_type.ReadNested is { } readNested)
            {
                if (readNested(json, owner[Name], Name, report) is not { } nested)
                    return false;
                _set((TOwner)target, (TProperty)nested);
                return true;
            }

            if (!_type.Read(json, out var value))
            {
                report.Error(Codes.WrongType, owner[Name], $"'{Name}' is {Describe(json)}; expected {Expected}.");
                return false;
            }

            if (_type.IsWithin?.Invoke(value, Range) == false)
            {
                report.Error(Codes.OutOfRange, owner[Name], $"'{Name}' is {json.GetRawText()}; expected {Expected}.");
                return false;
            }

            _set((TOwner)target, (TProperty)(object)value!);
            return true;
        }

        public override void Write(Utf8JsonWriter writer, object source)
        {
            if (!IsDefault(source))
                WriteAlways(writer, source);
        }

        public override bool IsDefault(object source) =>
            !Required && EqualityComparer<TProperty>.Default.Equals(_get((TOwner)source), _default);

        public override void WriteAlways(Utf8JsonWriter writer, object source)
        {
            writer.WritePropertyName(Name);
            if (_get((TOwner)source) is { } value)
                _type.Write(writer, (TValue)(object)value);
            else
                writer.WriteNullValue();
        }

        private static JsonNode? Spell(Action<Utf8JsonWriter> write)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
                write(writer);
            return JsonNode.Parse(stream.ToArray());
        }

        private static string Describe(JsonElement json) => json.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list"
                + (json.GetArrayLength() <= 4 && json.GetRawText() is { Length: <= 40 } text ? $", {text}" : ""),
            JsonValueKind.String => $"the string {Shorten(json.GetRawText())}",
            JsonValueKind.Number => $"the number {Shorten(json.GetRawText())}",
            _ => json.GetRawText(),
        };

        private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
    }
}
