using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Weights;

/// <summary>/v1/weights: tensors to start trainings from.</summary>
internal static class WeightsRoutes
{
    public static void MapWeights(this IEndpointRouteBuilder app)
    {
        var weights = app.MapGroup("/v1/weights").WithTags("Weights");
        weights
            .MapGet("", ListWeights.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_weights")
            .WithSummary("List uploaded weights, newest first");
        weights
            .MapPost("", UploadWeights.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("upload_weights")
            .WithSummary("Upload weights to start from")
            .WithDescription(
                "A safetensors file, an ONNX model (its initializers) or Darknet's .weights, as the body or as the file of a form; the "
                    + "format is found by the content. Nothing is unpickled: .pt, .pth and HDF5 are a 415 that says what to write instead. "
                    + "The same bytes again return the same id (200). A job names it in `settings.initial_weights`."
            )
            .Parameter("name", "Your own word for it, 1 to 200 printable characters. Default: weights.")
            .TakesFile()
            .Produces<WeightsResource>(201)
            .Produces<WeightsResource>(200)
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422);
        weights
            .MapGet("{id:guid}", GetWeights.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_weights")
            .WithSummary("Get uploaded weights with their tensors")
            .ProducesProblem(404);
        weights
            .MapDelete("{id:guid}", DeleteWeights.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("delete_weights")
            .WithSummary("Delete uploaded weights; jobs that wait for them keep the bytes until they end")
            .ProducesProblem(404);
    }
}
