using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.DataSets.Reading;
using ConcatService.Api.Errors;
using ConcatService.Api.Quotas;
using ConcatService.Domain.Data;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.DataSets;

/// <summary>
/// POST /v1/datasets: reads files into typed tensors and keeps them as the next version of their name. 201, or 200 where the newest version
/// with this content is there already. Whatever is wrong, nothing is kept.
/// </summary>
internal static class UploadDataSet
{
    public static async Task<IResult> Handle(
        HttpContext http,
        Caller caller,
        ConcatDb db,
        DataSetStore store,
        UploadLimits limits,
        TeamQuotas quotas,
        CancellationToken cancel
    )
    {
        await quotas.AdmitDataSetAsync(caller.TeamId, 0, cancel);
        // The limit is Upload's, which answers with the figures.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrels)
            kestrels.MaxRequestBodySize = null;
        using var upload = await Upload.ReadAsync(http.Request, limits, cancel);
        using var assembly = await Task.Run(() => Convert(upload, limits, cancel), cancel);
        await quotas.AdmitDataSetAsync(caller.TeamId, assembly.Data.Length, cancel);
        var statistics = JsonSerializer.SerializeToElement(assembly.Statistics);
        var (version, isNew) = await store.AddAsync(
            caller.TeamId,
            upload.Form.Name,
            assembly.Content.ToJson(),
            statistics,
            assembly.Data,
            cancel
        );
        var kept = await db
            .DataSets.AsNoTracking()
            .SingleOrDefaultAsync(data => data.TeamId == caller.TeamId && data.Name == upload.Form.Name && data.Version == version, cancel);
        if (kept is null)
            return Problems.Of(409, "dataset.deleted", $"'{upload.Form.Name}' was deleted while it was uploaded.");
        var shown = DataSetResource.Of(kept);
        return isNew ? TypedResults.Created($"/v1/datasets/{shown.Reference}", shown) : TypedResults.Ok(shown);
    }

    private static AssembledDataSet Convert(Upload upload, UploadLimits limits, CancellationToken cancel)
    {
        var columns = new List<Column>();
        try
        {
            var budget = new Budget(limits, upload.Files.Sum(file => file.Content.Length), cancel);
            Read(upload, budget, columns);
            return AssembledDataSet.Of(columns, upload.Form, budget);
        }
        finally
        {
            columns.ForEach(column => column.Dispose());
        }
    }

    private static void Read(Upload upload, Budget budget, List<Column> columns)
    {
        if (upload.Files.FirstOrDefault(file => file.Start is [(byte)'P', (byte)'K', ..]) is { } archive)
        {
            if (upload.Files.Count > 1)
                throw new UploadException("dataset.form", "An archive is sent alone: one .npz or .zip file with everything in it.");
            using var zip = new SafeZip(archive.Content, budget);
            if (Npz.Is(zip))
                Npz.Read(zip, budget, columns);
            else
                new PictureFolders(zip, upload.Form, budget).Read(columns);
        }
        else if (upload.Files.All(file => IdxReader.IsIdx(file.Start)))
        {
            foreach (var file in upload.Files)
                IdxUpload.Read(file, budget, columns);
        }
        else if (upload.Files.All(file => !IdxReader.IsIdx(file.Start)))
        {
            new CsvTable(upload.Form, budget).Read(upload.Files, columns);
        }
        else
        {
            throw new UploadException(
                "dataset.form",
                "The files are of different kinds. Send one .npz, one .zip of pictures, IDX files alone, or CSV files alone."
            );
        }
    }
}
