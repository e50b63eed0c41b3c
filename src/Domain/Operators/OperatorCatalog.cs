using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Operators;

/// <summary>A layer type: its name, its record, and the record's attributes.</summary>
public sealed class OperatorType(string kind, Type record)
{
    public string Kind => kind;

    public Type Record => record;

    public Attributes Attributes { get; } = Attributes.Of(record);

    /// <summary>Whether it has, or its layers have, weights that another layer can compute with.</summary>
    public bool HasWeights { get; } =
        record.GetMethod(nameof(Operator.Parameters))!.DeclaringType != typeof(Operator)
        || record.GetMethod(nameof(Operator.Expand))!.DeclaringType != typeof(Operator);

    /// <summary>Makes an operator with every attribute at its default.</summary>
    public Func<Operator> Create { get; } =
        Expression
            .Lambda<Func<Operator>>(
                Expression.MemberInit(
                    Expression.New(record),
                    Expression.Bind(record.GetProperty(nameof(Operator.Kind))!, Expression.Constant(kind))
                )
            )
            .Compile();

    /// <summary>The operator with every attribute at its default, the same each time; null where an attribute is required.</summary>
    public Operator? Default => field ??= Attributes.HasDefaults ? Create() : null;
}

/// <summary>Every layer type, found by scanning this assembly: an operator is there by existing.</summary>
public static class OperatorCatalog
{
    private static readonly Dictionary<string, OperatorType> ByKind = typeof(Operator).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Operator)) && !type.IsAbstract)
        .SelectMany(type => type.GetCustomAttributes<KindAttribute>().Select(kind => new OperatorType(kind.Name, type)))
        .ToDictionary(type => type.Kind);

    private static readonly Dictionary<Type, string> OnlyKind = ByKind
        .Values.GroupBy(type => type.Record)
        .Where(kinds => kinds.Count() == 1)
        .ToDictionary(kinds => kinds.Key, kinds => kinds.Single().Kind);

    public static IEnumerable<OperatorType> All => ByKind.Values;

    private static readonly Dictionary<string, OperatorType>.AlternateLookup<ReadOnlySpan<char>> BySpan = ByKind.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    /// <summary>The type that a JSON string names.</summary>
    public static OperatorType? Find(JsonElement name)
    {
        Span<char> letters = stackalloc char[NameTable.MaxNameLength];
        return NameTable.TryDecode(name, letters, out var length)
            ? BySpan.TryGetValue(letters[..length], out var type)
                ? type
                : null
            : ByKind.GetValueOrDefault(name.GetString()!);
    }

    public static OperatorType? Find(string kind) => ByKind.GetValueOrDefault(kind);

    /// <summary>
    /// An operator made in code, as the composite operators do; <see cref="Operator.Kind"/> is filled in where the record has one kind.
    /// </summary>
    public static Operator Named(this Operator made) => made.Kind.Length > 0 ? made : made with { Kind = OnlyKind[made.GetType()] };
}
