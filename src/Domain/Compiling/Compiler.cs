using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Graphs;
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

    /// <summary>
    /// What is nested deeper is refused as malformed. Layers may be nested 64 deep (spec-format), at most three levels of JSON each; a
    /// document's parser is
    /// slower the deeper what it reads.
    /// </summary>
    public const int MaxJsonDepth = 256;

    internal static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxJsonDepth };

    /// <summary>Compiles a spec and explains what does not fit, with proven fixes.</summary>
    /// <exception cref="JsonException">The bytes are not JSON, not Unicode text, or not an object.</exception>
    public static Compilation Compile(ReadOnlyMemory<byte> utf8)
    {
        Unicode.Require(utf8.Span, MaxJsonDepth);
        using var document = JsonDocument.Parse(utf8, Strict);
        return Compile(document.RootElement);
    }

    /// <inheritdoc cref="Compile(ReadOnlyMemory{byte})"/>
    public static Compilation Compile(JsonElement json) => Compile(json, new Effort());

    internal static Compilation Compile(JsonElement json, Effort effort)
    {
        var compiled = CompileOnly(json);
        if (compiled.Report.Diagnostics.Any(diagnostic => diagnostic.Mismatch is not null || diagnostic.Severity == Severity.Condition))
            Explanation.Add(compiled, json, effort);
        if (compiled.Plan is not null)
            WarningCheck.Add(compiled, json, effort);
        compiled.Report.Close();
        return compiled;
    }

    /// <summary>Compiles without looking for causes and fixes: what a proposed fix is proven with.</summary>
    public static Compilation CompileOnly(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new JsonException($"A spec is a JSON object; this is {SpecReader.Shown(json)}.");
        var report = new Report();
        var spec = SpecReader.Read(json, report);
        var graph = Expander.Expand(spec, report);
        var planned = Planner.Plan(graph, report);
        return new(spec, graph, planned, report);
    }
}
