using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;
using ConcatService.Import;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/import?format=auto&amp;scale=&amp;input=: a file of another tool is the body, or the file of a form. Answers 200
/// with the spec that it stands for, whatever is wrong with the network.
/// </summary>
internal static class ImportArchitecture
{
    /// <summary>As many fixes as are told as edits of the file: each is worked out on a copy of the spec.</summary>
    private const int MostEdits = 100;

    public static async Task<IResult> Handle(
        HttpContext http,
        CompilerTurns turns,
        CancellationToken cancel,
        string format = "auto",
        string? scale = null,
        string? input = null
    )
    {
        var size = input is null
            ? null
            : InputSize.Parse(input)
                ?? throw new ProblemException(
                    Problems.Of(400, "request.input", "input is no size. Write it as 3x640x640 or image:3xHxW, without the batch.")
                );
        var options = new ImportOptions(format, scale, size);
        using var file = await ImportBody.ReadAsync(http, cancel);
        using var turn = await turns.TakeAsync(cancel);
        try
        {
            return TypedResults.Bytes(Answer(Importer.Read(file.Content, options)), "application/json");
        }
        catch (ImportException refused)
        {
            throw new ProblemException(Problem(refused));
        }
    }

    private static ProblemHttpResult Problem(ImportException refused)
    {
        var status = refused.Code switch
        {
            "import.unsupported_format" or "import.format" => 415,
            "import.too_large" => 413,
            "import.scale" or "import.unknown_format" => 400,
            _ => 422,
        };
        var problem = Problems.Of(status, refused.Code, refused.Message);
        if (refused.Line is { } line)
        {
            problem.ProblemDetails.Extensions["line"] = line;
            problem.ProblemDetails.Extensions["column"] = refused.Column;
        }

        return problem;
    }

    private static byte[] Answer(ImportedNetwork network)
    {
        using var spec = JsonDocument.Parse(network.Spec.ToJsonString());
        var compiled = Compiler.Compile(spec.RootElement);
        var answer = new JsonObject
        {
            ["format"] = network.Format,
            ["dialect"] = network.Dialect,
            ["spec"] = network.Spec.DeepClone(),
            ["sources"] = new JsonObject(network.Sources.Select(each => new KeyValuePair<string, JsonNode?>(each.Key, Source(each.Value)))),
            ["gaps"] = new JsonArray([.. network.Gaps.Select(Gap)]),
            ["assumptions"] = new JsonArray([.. network.Assumptions.Select(each => (JsonNode)each)]),
            ["count"] = Count(network, compiled),
            ["report"] = Report(network, compiled),
        };
        return JsonSerializer.SerializeToUtf8Bytes(answer, Readable);
    }

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static JsonObject? Source(Place? place) =>
        place is { } known ? new JsonObject { ["line"] = known.Line, ["column"] = known.Column, ["text"] = known.Text } : null;

    private static JsonObject Gap(Gap gap) =>
        new JsonObject
        {
            ["code"] = "import.unsupported",
            ["what"] = gap.What,
            ["message"] = gap.Message,
            ["layer"] = gap.Layer,
            ["source"] = Source(gap.Source),
            ["parameters"] = gap.Parameters,
        };

    /// <summary>What the file says about its own size, and what the spec has.</summary>
    private static JsonObject Count(ImportedNetwork network, Compilation compiled)
    {
        var totals = compiled.Plan is { } plan ? Totals.Of(plan) : null;
        var numbers = totals is null ? null : (long?)totals.Parameters + totals.Buffers;
        var file = network.Count?.WeightBytes is { } bytes ? (bytes - ImportedNetwork.WeightHeaderBytes) / 4 : network.Count?.Numbers;
        return new()
        {
            ["spec"] = numbers,
            ["file"] = file,
            ["from"] = network.Count?.From,
            ["weight_bytes"] = network.Count?.WeightBytes,
            ["code"] = numbers is not null && file is not null && numbers != file ? "import.count_differs" : null,
        };
    }

    /// <summary>The report of validation; its findings and causes say where in the file their layer stands.</summary>
    private static JsonNode Report(ImportedNetwork network, Compilation compiled)
    {
        var report = JsonNode.Parse(ReportWriter.Write(compiled))!;
        var fixes = report["diagnostics"]!.AsArray().SelectMany(diagnostic => diagnostic!["fixes"]!.AsArray());
        foreach (var fix in fixes.Take(MostEdits))
        {
            if (network.Edits?.Invoke(fix!["patch"]!.AsArray()) is { } edits)
                fix["edits"] = new JsonArray([.. edits.Select(Edit)]);
        }

        AddRenumbering(report["diagnostics"]!.AsArray(), network);
        foreach (var diagnostic in report["diagnostics"]!.AsArray())
        {
            AddSource(diagnostic!.AsObject(), network);
            if (diagnostic["cause"] is JsonObject cause)
                AddSource(cause, network);
        }

        return report;
    }

    /// <summary>
    /// Where a row reads one that there is not: the file's numbers without the row that is gone. It has no patch of the spec.
    /// </summary>
    private static void AddRenumbering(JsonArray diagnostics, ImportedNetwork network)
    {
        var found = diagnostics.FirstOrDefault(each => each!["code"]!.GetValue<string>() == Codes.UnknownInput.Name);
        if (found is null || found["fixes"]!.AsArray().Count > 0 || network.Renumber?.Invoke() is not { } renumbered)
            return;
        found["fixes"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["id"] = "renumber_rows",
            ["kind"] = "rewire",
            ["title"] = $"Count the rows anew, as if one before line {renumbered.Line} had been taken out",
            ["effect"] = "Rows that read the one that is gone read the one before it.",
            ["patch"] = new JsonArray(),
            ["edits"] = new JsonArray([.. renumbered.Edits.Select(Edit)]),
        });
    }

    private static JsonObject Edit(LineEdit edit) => new() { ["line"] = edit.Line, ["old"] = edit.Old, ["new"] = edit.New };

    private static void AddSource(JsonObject finding, ImportedNetwork network) =>
        finding["source"] ??= Source(network.PlaceOf(finding["layer"]?.GetValue<string>(), finding["path"]?.GetValue<string>()));
}
