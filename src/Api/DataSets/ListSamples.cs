using System.Buffers.Binary;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Data;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace ConcatService.Api.DataSets;

/// <summary>GET /v1/datasets/{name}/samples: a few training samples of each class, as addresses of PNG files.</summary>
internal static class ListSamples
{
    /// <summary>How many training samples are looked through, from the first.</summary>
    private const int Searched = 65_536;
    private const int Most = 16;

    /// <param name="Target">The target that has the classes, the first of the data set; null where none tells classes apart, or no input
    /// is a picture.</param>
    /// <param name="Classes">In the order of the labels.</param>
    public sealed record Response(string? Target, IReadOnlyList<OfClass> Classes);

    /// <param name="Class">Its name.</param>
    /// <param name="Samples">The first of the training split; empty where none is among the first 65,536 of an uploaded data set, or the
    /// first 24 of one that every installation has.</param>
    public sealed record OfClass(string Class, IReadOnlyList<Sample> Samples);

    /// <param name="Number">In the training split, from 0.</param>
    /// <param name="Picture">Its address.</param>
    public sealed record Sample(long Number, string Picture);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        string name,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        CancellationToken cancel,
        [FromQuery(Name = "per_class")] int perClass = 4
    )
    {
        if (perClass is < 1 or > Most)
            return Problems.OfParameters(new ParameterError("per_class", "out_of_range", $"per_class is 1 to {Most}."));
        if (BuiltInDataSets.Find(name) is { } known)
            return TypedResults.Ok(Show(known, name, KnownPictures.Labels(name), perClass));
        if (await db.FindDataSetAsync(caller, name, cancel) is not { } found)
            return Problems.Of(404, "not_found", await db.UnknownDataSetAsync(caller, name, cancel));
        var content = StoredDataSet.Parse(found.Content);
        var labels = TargetOf(content.Info) is { } target ? await LabelsAsync(found, content, target, blobs, cancel) : [];
        return TypedResults.Ok(Show(content.Info, new DataSetReference(found.Name, found.Version).ToString(), labels, perClass));
    }

    private static DataTarget? TargetOf(DataSetInfo data) =>
        data.Inputs.Any(input => input.IsPicture)
            ? data.Targets.FirstOrDefault(target => target is { Task: LearningTask.Classification, Shape.Count: 0 })
            : null;

    private static Response Show(DataSetInfo data, string reference, IReadOnlyList<long> labels, int most)
    {
        if (TargetOf(data) is not { } target)
            return new(null, []);
        var samples = labels.Index().GroupBy(each => each.Item).ToDictionary(group => group.Key, group => group.Take(most).ToList());
        return new(
            target.Name,
            [.. target.Classes.Select((name, label) => new OfClass(name, [.. samples.GetValueOrDefault(label, []).Select(Shown)]))]
        );

        Sample Shown((int Index, long Item) sample) => new(sample.Index, $"/v1/datasets/{reference}/pictures/{sample.Index}");
    }

    private static async Task<IReadOnlyList<long>> LabelsAsync(
        UploadedDataSet found,
        StoredDataSet content,
        DataTarget target,
        BlobStore blobs,
        CancellationToken cancel
    )
    {
        var type = content.Fields.Single(field => field.Name == target.Name).DType;
        if (type == ElementType.Float32)
            return [];
        var size = type.Bytes();
        var count = Math.Min(content.Info.TrainSamples, Searched);
        var begin = content.OffsetInTrain(target.Name);
        var bytes = await blobs.ReadAsync(found.TeamId, found.Sha256, begin, (int)(count * size), cancel) ?? [];
        return [.. Enumerable.Range(0, (int)(bytes.Length / size)).Select(i => size == 1 ? bytes[i] : Label(bytes, i))];
    }

    private static long Label(byte[] bytes, int sample) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(sample * sizeof(long)));
}
