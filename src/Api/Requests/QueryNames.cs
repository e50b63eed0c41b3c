using System.Reflection;
using System.Runtime.CompilerServices;
using ConcatService.Api.Docs;
using Microsoft.AspNetCore.Http.Metadata;

namespace ConcatService.Api.Requests;

/// <summary>
/// Which parameters a call takes in its query. The endpoint says it: by its handler's parameters, and by <see cref="TakenQuery"/> of types
/// that read several.
/// </summary>
internal static class QueryNames
{
    private static readonly ConditionalWeakTable<Endpoint, Names> Known = [];

    private sealed record Names(IReadOnlyList<string>? All);

    /// <summary>Null for an endpoint of a library, which reads what it likes.</summary>
    public static IReadOnlyList<string>? Of(Endpoint endpoint) => Known.GetValue(endpoint, each => new(Read(each))).All;

    private static List<string>? Read(Endpoint endpoint)
    {
        if (
            endpoint is not RouteEndpoint route
            || route.Metadata.GetMetadata<MethodInfo>() is not { } handler
            || handler.DeclaringType?.Assembly != typeof(QueryNames).Assembly
        )
            return null;
        var inPath = route.RoutePattern.Parameters.Select(parameter => parameter.Name).ToHashSet();
        return
        [
            .. handler
                .GetParameters()
                .Where(parameter => IsText(parameter.ParameterType))
                .Select(NameOf)
                .Where(name => !inPath.Contains(name)),
            .. route.Metadata.GetOrderedMetadata<TakenQuery>().Select(taken => taken.Name),
        ];
    }

    private static string NameOf(ParameterInfo parameter) =>
        parameter.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? parameter.Name!;

    /// <summary>What a text in the query is read into: texts, numbers, and lists of them.</summary>
    private static bool IsText(Type type)
    {
        var one = type.GetElementType() ?? Nullable.GetUnderlyingType(type) ?? type;
        return one.GetInterfaces().Any(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IParsable<>));
    }
}
