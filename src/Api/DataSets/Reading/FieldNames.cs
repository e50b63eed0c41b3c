using System.Text.RegularExpressions;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>Names of fields are names of inputs and outputs of specs.</summary>
internal static partial class FieldNames
{
    private static readonly string[] Targets = ["y", "label", "labels", "target", "targets", "class", "classes", "mask", "masks"];
    private static readonly string[] Inputs = ["x", "image", "images", "input", "inputs"];

    /// <summary>Whether a field of this name is always a target.</summary>
    public static bool IsTarget(string name) => Targets.Contains(name);

    /// <summary>Whether a field of this name is always an input.</summary>
    public static bool IsInput(string name) => Inputs.Contains(name);

    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}\\z")]
    private static partial Regex Pattern();
}
