using System.Runtime.InteropServices;
using System.Text.Json;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Rest;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;

namespace ConcatService.Api.Inference.Prediction;

/// <summary>The body of a predict request -> the one tensor of the model.</summary>
internal static class Instances
{
    private const int MaxPictures = 256;

    /// <exception cref="InferenceException">Neither pictures nor rows that the model takes.</exception>
    public static async Task<InferenceCall> ReadAsync(HttpRequest request, ServedModel model, CancellationToken cancel)
    {
        var memory = MemoryShare.Of(request.HttpContext);
        if (request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true)
            return Pictures([await JsonBody.BytesAsync(request, cancel)], model, memory);
        if (request.HasFormContentType)
            return Pictures(await FilesAsync(request, memory, cancel), model, memory);
        var body = await JsonBody.BindAsync(request.HttpContext);
        if (
            !body.Root.TryGetProperty("instances", out var instances)
            || instances.ValueKind != JsonValueKind.Array
            || instances.GetArrayLength() == 0
        )
            throw new InferenceException(
                "predict.instances",
                "/instances must be a list of at least one tensor. A picture is sent as the body, with Content-Type image/png or "
                    + "image/jpeg."
            );
        return instances[0].ValueKind == JsonValueKind.Object
            ? Pictures(Encoded(instances), model, memory)
            : Rows(instances, model, memory);
    }

    private static InferenceCall Rows(JsonElement instances, ServedModel model, MemoryShare memory)
    {
        if (model.Signature.Inputs is not [var input])
            throw new InferenceException("predict.many_inputs", "The model has more than one input: use /v2/models/{name}/infer.");
        if (input.Shape.Skip(1).Any(size => size < 0))
            throw new InferenceException(
                "predict.open_sizes",
                "The model takes inputs of any size, which rows do not tell: use /v2/models/{name}/infer, or send a picture."
            );
        var json = JsonMarshal.GetRawUtf8Value(instances);
        long[] shape = [instances.GetArrayLength(), .. input.Shape.Skip(1)];
        var call = new InferenceCall(model.Signature);
        var (info, bytes) = call.Expect(input.Name, input.Datatype, shape, "/instances");
        call.Put(info, shape, JsonElements.Read(json, info.Type, shape, bytes, memory, "/instances"), "/instances");
        return call.Complete();
    }

    private static InferenceCall Pictures(IReadOnlyList<ReadOnlyMemory<byte>> files, ServedModel model, MemoryShare memory)
    {
        var pictures = files.Select(file => Prediction.Pictures.Read(file, model, memory)).ToList();
        if (pictures.Find(picture => !picture.Sizes.AsSpan().SequenceEqual(pictures[0].Sizes)) is { Sizes: { } other })
            throw new InferenceException(
                "predict.picture_sizes",
                $"The model takes pictures of any size, but those of one request must be alike; [{string.Join(", ", pictures[0].Sizes)}] "
                    + $"and [{string.Join(", ", other)}] are there."
            );
        var input = model.Signature.Inputs[0];
        var call = new InferenceCall(model.Signature);
        call.Put(
            input,
            [pictures.Count, .. pictures[0].Sizes],
            MemoryMarshal.AsBytes(pictures.SelectMany(picture => picture.Values).ToArray().AsSpan()).ToArray(),
            ""
        );
        return call.Complete();
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> FilesAsync(
        HttpRequest request,
        MemoryShare memory,
        CancellationToken cancel
    )
    {
        var form = await Forms.ReadAsync(request, cancel);
        if (form.Files.Count is 0 or > MaxPictures)
            throw new InferenceException("predict.files", $"The form has {form.Files.Count} files; expected 1 to {MaxPictures} pictures.");
        List<ReadOnlyMemory<byte>> files = [];
        foreach (var file in form.Files)
        {
            memory.Take(2 * file.Length);
            using var copy = new MemoryStream((int)file.Length);
            await file.CopyToAsync(copy, cancel);
            files.Add(copy.ToArray());
        }

        return files;
    }

    private static List<ReadOnlyMemory<byte>> Encoded(JsonElement instances)
    {
        List<ReadOnlyMemory<byte>> files = [];
        foreach (var (index, instance) in instances.EnumerateArray().Index())
        {
            if (index == MaxPictures)
                throw new InferenceException("predict.files", $"/instances has more than {MaxPictures} pictures.");
            files.Add(
                instance.ValueKind == JsonValueKind.Object
                && instance.TryGetProperty("b64", out var text)
                && text.ValueKind == JsonValueKind.String
                && text.TryGetBytesFromBase64(out var file)
                ? file
                    : throw new InferenceException(
                        "predict.instances",
                        $"/instances/{index} must be a picture like the first: {{ \"b64\": \"…\" }} with a PNG or JPEG file in base64."
                    )
            );
        }

        return files;
    }
}
