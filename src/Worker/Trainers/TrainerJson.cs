using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Worker.Trainers;

/// <summary>The JSON that a trainer stores.</summary>
internal static class TrainerJson
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A record under snake_case names.</summary>
    public static JsonElement Element<T>(T record) => JsonSerializer.SerializeToElement(record, SnakeCase);

    /// <summary>Tensors as the Open Inference Protocol describes them: name, datatype, shape with -1 for what may vary.</summary>
    public static string Tensors(IEnumerable<(string Name, Shape Shape)> tensors) =>
        new JsonArray([
            .. tensors.Select(tensor =>
                (JsonNode)
                    new JsonObject
    {
        ["name"] = tensor.Name,
        ["datatype"] = tensor.Shape.DType == DType.Int64 ? "INT64" : "FP32",
        ["shape"] = new JsonArray([.. tensor.Shape.Dims.Select(dim => (JsonNode)(dim.Known ?? -1))]),
    })]).ToJsonString();
}
