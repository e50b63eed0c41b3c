using System.Text.Json;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <summary>
/// Fills a record from a JSON object: unknown members, members that are there twice, wrong values and missing ones are all reported.
/// </summary>
public static class AttributeObject
{
    /// <param name="what">The object's name in messages: "conv2d".</param>
    /// <param name="isOther">Members that the caller reads itself.</param>
    /// <param name="others">Their names, for spelling help.</param>
    /// <param name="partial">Whether required members may be left out, because the record has them already.</param>
    /// <returns>Whether every required member is set, so that the record can be worked with.</returns>
    public static bool Read(
        JsonElement json,
        object target,
        SpecPath path,
        string what,
        Report report,
        Func<JsonProperty, bool>? isOther = null,
        IEnumerable<string>? others = null,
        bool partial = false
    )
    {
        var attributes = Attributes.Of(target.GetType());
        var (seen, set, isReadable) = (0UL, 0UL, true);
        foreach (var member in json.EnumerateObject())
        {
            var entry = attributes.Find(member);
            if (entry < 0)
            {
                if (isOther?.Invoke(member) == true)
                    continue;
                UnknownNames.Field(
                    report,
                    path,
                    member.Name,
                    $"{what} has no attribute '{JsonText.Shortened(member.Name)}'.",
                    [.. attributes.Names, .. others ?? []]
                );
                continue;
            }

            if ((seen & (1UL << entry)) != 0)
                report.Error(Codes.DuplicateName, path[member.Name], $"The attribute '{member.Name}' is there twice. Keep one.");
            seen |= 1UL << entry;
            if (attributes.Read(entry, target, member.Value, path, report))
                set |= 1UL << entry;
            else
                isReadable &= !attributes.IsOpen(entry); // nothing stands for it, and what it is left at may mean something else
        }

        if (partial)
            return isReadable;
        attributes.RequireAll(seen, path, what, report);
        return attributes.HasRequired(set) && isReadable;
    }
}
