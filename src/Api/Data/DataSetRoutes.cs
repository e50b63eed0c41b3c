using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Data;

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
            .WithSummary("Data to train on: the team's own, then what every installation has")
            .Paged();
        datasets
            .MapPost("", UploadDataSet.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("upload_dataset")
            .WithSummary("Bring data: one .npz or .zip of pictures, IDX files, or CSV files")
            .TakesUpload()
            .Produces<DataSetResource>(201)
            .Produces<DataSetResource>(200)
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422);

        var dataset = datasets.MapGroup("{name}").ProducesProblem(404);
        dataset
            .MapGet("", GetDataSet.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_dataset")
            .WithSummary("One data set: its newest version, or name@version");
        dataset
            .MapDelete("", DeleteDataSet.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("delete_dataset")
            .WithSummary("Forget a data set with its bytes, all versions or name@version")
            .ProducesProblem(409);
        dataset
            .MapGet("pictures/{number:int}", GetDataSetPicture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_dataset_picture")
            .WithSummary("A sample as a picture")
            .Writes("image/png");
    }
}
