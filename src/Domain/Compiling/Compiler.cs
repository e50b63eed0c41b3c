using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Fixes.Plain;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Warnings;

namespace ConcatService.Domain.Compiling;

/// <summary>Bytes -> spec -> graph -> plan, with everything that was found on the way.</summary>
public static class Compiler
{
    /// <summary>The largest spec that is read, in bytes.</summary>
    public const int MaxBytes = 10_000_000;

    /// <summary>Every code that validation can answer with: those of errors and conditions, then those of warnings.</summary>
    public static IReadOnlyList<Code> Codes { get; } =
        [.. Diagnostics.Codes.All, .. WarningRule.All.Select(rule => rule.Code).Except(Diagnostics.Codes.All)];

    /// <summary>Compiles a spec and explains what does not fit, with proven fixes.</summary>
    /// <exception cref="JsonException">The bytes are not JSON, not Unicode text, or not an object.</exception>
    public static Compilation Compile(ReadOnlyMemory<byte> utf8)
    {
        Unicode.Require(utf8.Span, SpecReader.MaxJsonDepth);
        using var document = JsonDocument.Parse(utf8, SpecReader.JsonOptions);
        return Compile(document.RootElement);
    }

    /// <inheritdoc cref="Compile(ReadOnlyMemory{byte})"/>
    public static Compilation Compile(JsonElement json) => Compile(json, new Effort());

    internal static Compilation Compile(JsonElement json, Effort effort)
    {
        var compiled = Compilation.Of(json);
        if ((compiled.Report.HasErrors || compiled.Report.HasConditions) && !IsTooLarge(compiled))
            AddFixes(compiled, StableNames.Of(json, compiled.Spec), effort);
        if (compiled.Plan is not null)
            WarningCheck.Add(compiled, json, effort);
        Sources.Add(compiled);
        compiled.Report.Close();
        return compiled;
    }

    // Its patches would be compiled too, each as large.
    private static bool IsTooLarge(Compilation compiled) =>
        compiled.Report.Diagnostics.Any(found => found.Code == Diagnostics.Codes.TooLarge);

    private static void AddFixes(Compilation compiled, JsonElement named, Effort effort)
    {
        if (compiled.Report.Diagnostics.Any(diagnostic => diagnostic.Mismatch is not null || diagnostic.Severity == Severity.Condition))
            Explanation.Add(compiled, named, effort);
        if (!compiled.Report.HasErrors)
            return;
        PlainFixes.Add(compiled, named, effort);
        WordFixes.Add(compiled, named, effort);
    }
}
