using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.DataSets;

/// <summary>/v1/datasets: what there is to train on, and how to bring one's own.</summary>
internal static class DataSetRoutes
{
    public static void MapDataSets(this IEndpointRouteBuilder app)
    {
        var datasets = app.MapGroup("/v1/datasets").WithTags("Data sets");
        datasets
            .MapGet("", ListDataSets.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_datasets")
            .WithSummary("List data sets: your team's own, then the built-in ones");
        datasets
            .MapPost("", UploadDataSet.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("upload_dataset")
            .WithSummary("Upload a data set")
            .WithDescription(
                "One .npz archive, one .zip of picture folders, IDX files, or CSV files. The same content again returns the same "
                    + "version (200)."
            )
            .TakesUpload()
            .Produces<DataSetResource>(201)
            .Produces<DataSetResource>(200)
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422);

        var dataset = datasets
            .MapGroup("{name}")
            .ProducesProblem(404)
            .Parameter("name", "A data set's name for its newest version, or name@version.");
        dataset
            .MapGet("", GetDataSet.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_dataset")
            .WithSummary("Get a data set");
        dataset
            .MapDelete("", DeleteDataSet.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("delete_dataset")
            .WithSummary("Delete a data set with its data")
            .ProducesProblem(409);
        dataset
            .MapGet("samples", ListSamples.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_dataset_samples")
            .WithSummary("List a few training samples of each class, with their pictures")
            .Parameter("per_class", "At most so many of each class, 1 to 16. Default: 4.")
            .ProducesProblem(400);
        dataset
            .MapGet("pictures/{number:int}", GetDataSetPicture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_dataset_picture")
            .WithSummary("Get a training sample as a PNG")
            .Writes("image/png");
    }
}
