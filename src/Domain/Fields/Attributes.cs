using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <summary>Limits an attribute's numbers; both ends are allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BetweenAttribute(double min, double max = double.PositiveInfinity) : Attribute
{
    public double Min { get; } = min;

    public double Max { get; } = max;
}

/// <summary>
/// The JSON attributes of a record: its public <c>init</c> properties, under their snake_case names, with the record's own defaults.
/// </summary>
/// <remarks>One walk reports every fault of the object, each with its path, and never throws.</remarks>
public sealed partial class Attributes
{
    private static readonly ConcurrentDictionary<Type, Attributes> Cache = [];
    private readonly Entry[] _entries;

    private Attributes(Type type)
    {
        var fresh = RuntimeHelpers.GetUninitializedObject(type);
        fresh = Activator.CreateInstance(type) ?? fresh;
        _entries = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetCustomAttribute<SpecIgnoreAttribute>() is null)
            .OrderBy(property => property.MetadataToken)
            .Select(property => Entry.Of(type, property, fresh))
            .Concat(
                type.GetCustomAttributes<AcceptsAttribute>()
                    .OrderBy(accepts => accepts.Name, StringComparer.Ordinal)
                    .Select(accepts => typeof(Accepted).GetProperty(accepts.Name)!)
                    .Select(property => new Unkept(Entry.Of(typeof(Accepted), property, new Accepted())))
            )];
    }

    public static Attributes Of(Type type) => Cache.GetOrAdd(type, static type => new(type));

    public IEnumerable<string> Names => _entries.Select(entry => entry.Name);

    /// <summary>The attributes with name, schema, default (null when required) and documentation key.</summary>
    public IEnumerable<Entry> Entries => _entries;

    /// <summary>The entry that this member of a JSON object names, or -1.</summary>
    public int Find(JsonProperty member)
    {
        var name = new MemberName(member);
        for (var i = 0; i < _entries.Length; i++)
        {
            if (name.Is(_entries[i].Utf8Name))
                return i;
        }

        return -1;
    }

    /// <summary>Whether no attribute is required.</summary>
    public bool HasDefaults => HasRequired(0);

    /// <summary>The entry of this name, or -1.</summary>
    public int Find(string name) => Array.FindIndex(_entries, entry => entry.Name == name);

    /// <summary>Reads one member into the target. False after reporting a fault: the default stays.</summary>
    public bool Read(int entry, object target, JsonElement json, SpecPath owner, Report report) =>
        _entries[entry].Read(target, json, owner, report);

    /// <summary>Reports every required attribute that is missing; <paramref name="seen"/> has one bit for each entry.</summary>
    public void RequireAll(ulong seen, SpecPath owner, string what, Report report)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Required && (seen & (1UL << i)) == 0)
                report.Error(Codes.MissingField, owner, $"{what} needs '{_entries[i].Name}': {_entries[i].Expected}.");
        }
    }

    /// <summary>Whether an attribute has no default.</summary>
    public bool IsOpen(int entry) => !_entries[entry].Required && _entries[entry].IsOpen;

    /// <summary>Whether every required attribute has its bit in <paramref name="set"/>.</summary>
    public bool HasRequired(ulong set)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Required && (set & (1UL << i)) == 0)
                return false;
        }

        return true;
    }

    /// <summary>Writes the attributes that differ from their defaults.</summary>
    public void Write(Utf8JsonWriter writer, object source)
    {
        foreach (var entry in _entries)
            entry.Write(writer, source);
    }

    /// <summary>Whether every attribute has its default, so that nothing would be written.</summary>
    public bool AreDefault(object source) => Array.TrueForAll(_entries, entry => entry.IsDefault(source));

    /// <summary>Writes every attribute, null where it is left open: a record of what was used.</summary>
    public void WriteAll(Utf8JsonWriter writer, object source)
    {
        foreach (var entry in _entries)
            entry.WriteAlways(writer, source);
    }

    /// <summary>One attribute.</summary>
    public abstract class Entry
    {
        public required string Name { get; init; }

        public required byte[] Utf8Name { get; init; }

        public required bool Required { get; init; }

        public required Numbers Range { get; init; }

        public required PropertyInfo Property { get; init; }

        public abstract string Expected { get; }

        public abstract JsonObject Schema { get; }

        /// <summary>Whether it is null where nothing is given.</summary>
        public abstract bool IsOpen { get; }

        /// <summary>The default as JSON; null for a required attribute and for one that may be left open.</summary>
        public abstract JsonNode? Default { get; }

        public abstract bool Read(object target, JsonElement json, SpecPath owner, Report report);

        public abstract void Write(Utf8JsonWriter writer, object source);

        /// <summary>Whether <see cref="Write"/> would write nothing.</summary>
        public abstract bool IsDefault(object source);

        public abstract void WriteAlways(Utf8JsonWriter writer, object source);

        internal static Entry Of(Type owner, PropertyInfo property, object fresh)
        {
            var value = Nullable.GetUnderlyingType(property.PropertyType);
            var make = typeof(Entry).GetMethod(nameof(Make), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(owner, property.PropertyType, value ?? property.PropertyType);
            return (Entry)make.Invoke(null, [property, fresh, value is not null || IsNullableReference(property)])!;
        }

        private static bool IsNullableReference(PropertyInfo property) =>
            !property.PropertyType.IsValueType && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

        private static Typed<TOwner, TProperty, TValue> Make<TOwner, TProperty, TValue>(PropertyInfo property, object fresh, bool nullable)
            where TOwner : class
        {
            var between = property.GetCustomAttribute<BetweenAttribute>();
            var name = property.GetCustomAttribute<SpecNameAttribute>()?.Name
                ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            return new(property, (TOwner)fresh, nullable)
            {
                Name = name,
                Utf8Name = System.Text.Encoding.UTF8.GetBytes(name),
                Required = property.GetCustomAttribute<RequiredMemberAttribute>() is not null,
                Range = between is null ? Numbers.Any : new(between.Min, between.Max),
                Property = property,
            };
        }
    }
}

/// <summary>A property that the JSON cannot set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SpecIgnoreAttribute : Attribute;

/// <summary>The name of a property in JSON where it is not its own, because a member of its base has that.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SpecNameAttribute(string name) : Attribute
{
    public string Name => name;
}
