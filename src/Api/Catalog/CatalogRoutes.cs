using ConcatService.Api.Errors;
using ConcatService.Domain.Data;
using ConcatService.Domain.Planning;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Catalog;

/// <summary>What there is to choose from: the same for every team, open to every key.</summary>
internal static class CatalogRoutes
{
    /// <summary>A code of a diagnostic.</summary>
    public sealed record DiagnosticCode(string Code, string Meaning);

    /// <summary>Data to train on.</summary>
    /// <param name="SampleShape">Channels-first, without the batch.</param>
    public sealed record DataSet(string Name, string Description, IReadOnlyList<long> SampleShape, string Dtype, IReadOnlyList<string> Classes, long TrainSamples, long TestSamples)
    {
        public static DataSet Of(DataSetInfo data) => new(data.Name, data.Description, data.SampleShape, data.DType, data.Classes, data.TrainSamples, data.TestSamples);
    }

    /// <summary>A whole list; it has no pages.</summary>
    public sealed record WholeList<T>(IReadOnlyList<T> Data);

    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        var catalog = app.MapGroup("/v1").WithTags("Catalog");
        catalog.MapGet("diagnostics", ListDiagnostics).WithName("list_diagnostics").WithSummary("Every code that validation can answer with");
        catalog.MapGet("datasets", ListDataSets).WithName("list_datasets").WithSummary("Data to train on");
        catalog.MapGet("datasets/{name}", GetDataSet).WithName("get_dataset").WithSummary("One data set").ProducesProblem(404);
    }

    private static Ok<WholeList<DiagnosticCode>> ListDiagnostics() => TypedResults.Ok(new WholeList<DiagnosticCode>([.. Codes.All.Select(code => new DiagnosticCode(code.Name, code.Meaning))]));

    private static Ok<WholeList<DataSet>> ListDataSets() => TypedResults.Ok(new WholeList<DataSet>([.. DataSets.All.Select(DataSet.Of)]));

    private static Results<Ok<DataSet>, ProblemHttpResult> GetDataSet(string name) =>
        DataSets.Find(name) is { } found ? TypedResults.Ok(DataSet.Of(found)) : Problems.Of(404, "not_found", DataSets.Unknown(name));
}
