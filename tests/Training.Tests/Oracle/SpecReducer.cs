using System.Text.Json.Nodes;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>Takes from a spec what is not needed to show something.</summary>
internal static class SpecReducer
{
    /// <summary>
    /// The spec without every layer and attribute whose absence keeps <paramref name="shows"/> true; tried once each, from the end.
    /// </summary>
    public static JsonObject Of(JsonObject spec, Func<JsonObject, bool> shows)
    {
        var smallest = (JsonObject)spec.DeepClone();
        if (!shows(smallest))
            return smallest;
        Try(without => without.Remove("outputs"));
        for (var i = ((JsonArray)smallest["layers"]!).Count - 1; i >= 0; i--)
        {
            var at = i;
            Try(without => ((JsonArray)without["layers"]!).RemoveAt(at));
        }

        for (var i = ((JsonArray)smallest["layers"]!).Count - 1; i >= 0; i--)
        {
            var at = i;
            foreach (
                var name in ((JsonObject)smallest["layers"]![at]!)
                    .Select(member => member.Key)
                    .Where(name => name is not ("type" or "name"))
                    .ToList()
            )
                Try(without => ((JsonObject)without["layers"]![at]!).Remove(name));
        }

        foreach (var name in ((JsonObject)smallest["inputs"]!).Select(member => member.Key).ToList())
            Try(without => ((JsonObject)without["inputs"]!).Remove(name));
        return smallest;

        void Try(Action<JsonObject> change)
        {
            var changed = (JsonObject)smallest.DeepClone();
            change(changed);
            if (shows(changed))
                smallest = changed;
        }
    }
}
