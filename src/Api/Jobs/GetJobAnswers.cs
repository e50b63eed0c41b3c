using System.Text.Json;
using System.Text.Json.Serialization;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Images;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/answers: which classes the trained network takes for which on the test split, and the samples that it is most wrong
/// about; GET …/answers/pictures/{sample}: such a sample as PNG.
/// </summary>
internal static class GetJobAnswers
{
    /// <param name="Split">Always <c>test</c>.</param>
    /// <param name="Outputs">Those that tell classes apart.</param>
    public sealed record Response(string Split, IReadOnlyList<Output> Outputs);

    /// <param name="ConfusionMatrix">A row for each true class, a column for each answer, in the order of <paramref name="Classes"/>:
    /// samples, or pixels of a mask. Null where there are more than 100 classes.</param>
    /// <param name="ClassReport">What the matrix comes to, class by class; null without it.</param>
    /// <param name="Worst">The samples with the largest loss of those that are answered wrongly, worst first, at most 12.</param>
    public sealed record Output(
        [property: JsonPropertyName("output")] string Name,
        string[] Classes,
        long[][]? ConfusionMatrix,
        IReadOnlyList<ClassFigures>? ClassReport,
        IReadOnlyList<Wrong> Worst
    );

    /// <param name="Support">How many there are.</param>
    /// <param name="Precision">Right ones of those that were said to be of the class; null where none was.</param>
    /// <param name="Recall">Right ones of those that are of the class; null where none is.</param>
    /// <param name="F1">2 / (1 / precision + 1 / recall); null where neither is known.</param>
    public sealed record ClassFigures(
        [property: JsonPropertyName("class")] string Name,
        long Support,
        double? Precision,
        double? Recall,
        [property: JsonPropertyName("f1")] double? F1
    );

    /// <param name="Sample">Its number in the test split, from 0.</param>
    /// <param name="Probability">Of the class that was said.</param>
    /// <param name="Loss">Cross entropy.</param>
    /// <param name="Picture">Where its picture is; null where none is kept.</param>
    public sealed record Wrong(
        long Sample,
        [property: JsonPropertyName("class")] string TrueClass,
        string Predicted,
        double Probability,
        double Loss,
        string? Picture
    );

    private sealed record StoredOutput(string Output, string[] Classes, long[][]? ConfusionMatrix, StoredWrong[] Worst);

    private sealed record StoredWrong(long Sample, string Class, string Predicted, double Probability, double Loss);

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (await FindAsync(db, caller, id, cancel) is not { } found)
            return await MissingAsync(db, caller, id, cancel);
        var outputs = found.Outputs.Deserialize<StoredOutput[]>(SnakeCase)!;
        return TypedResults.Ok(new Response("test", [.. outputs.Select(output => Shown(id, output, found.PictureSamples ?? []))]));
    }

    public static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Picture(
        Guid id,
        long sample,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (await FindAsync(db, caller, id, cancel) is not { } found)
            return await MissingAsync(db, caller, id, cancel);
        var at = Array.IndexOf(found.PictureSamples ?? [], sample);
        if (at < 0)
            return Problems.NotFound("picture", $"{sample}");
        var length = found.Pictures!.Length / found.PictureSamples!.Length;
        return TypedResults.File(Png.Write(found.Pictures.AsSpan(at * length, length).ToArray(), found.PictureShape!), "image/png");
    }

    private static Task<JobAnswers?> FindAsync(ConcatDb db, Caller caller, Guid id, CancellationToken cancel) =>
        db.JobAnswers.AsNoTracking().SingleOrDefaultAsync(answers => answers.TeamId == caller.TeamId && answers.JobId == id, cancel);

    private static async Task<ProblemHttpResult> MissingAsync(ConcatDb db, Caller caller, Guid id, CancellationToken cancel) =>
        await db.Jobs.AnyAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel)
            ? Problems.Of(
                404,
                "job.no_answers",
                "There are no answers of this job: it has not succeeded, its network tells no classes apart, or an earlier release "
                    + "trained it."
            )
            : Problems.NotFound("job", id.ToString());

    private static Output Shown(Guid id, StoredOutput output, long[] kept) =>
        new(
            output.Output,
            output.Classes,
            output.ConfusionMatrix,
            output.ConfusionMatrix is { } matrix ? [.. output.Classes.Select((name, at) => FiguresOf(name, matrix, at))] : null,
            [
                .. output.Worst.Select(wrong => new Wrong(
                    wrong.Sample,
                    wrong.Class,
                    wrong.Predicted,
                    wrong.Probability,
                    wrong.Loss,
                    kept.Contains(wrong.Sample) ? $"/v1/jobs/{id}/answers/pictures/{wrong.Sample}" : null
                )),
            ]
        );

    private static ClassFigures FiguresOf(string name, long[][] matrix, int at)
    {
        var (right, there, said) = (matrix[at][at], matrix[at].Sum(), matrix.Sum(row => row[at]));
        double? Of(long whole, long part) => whole == 0 ? null : (double)part / whole;
        return new(name, there, Of(said, right), Of(there, right), Of(there + said, 2 * right));
    }
}
