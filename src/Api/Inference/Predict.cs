using System.Diagnostics;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Models;
using ConcatService.Persistence;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference;

/// <summary>POST /v1/models/{name}/predict: a picture as the body, or <c>{ "instances": [ … ] }</c> with one tensor each, nested or flat.</summary>
internal static class Predict
{
    /// <summary>For a model of 28x28 grey pictures.</summary>
    public static string Example { get; } = $$"""{ "instances": [ [{{string.Join(", ", Enumerable.Repeat("0", 784))}}] ] }""";

    /// <param name="Probabilities">By label.</param>
    public sealed record Prediction(string Label, double Probability, IReadOnlyDictionary<string, double> Probabilities);

    /// <param name="Milliseconds">In the model alone.</param>
    public sealed record Response(IReadOnlyList<Prediction> Predictions, string ModelVersion, double Milliseconds);

    public static async Task<IResult> Handle(string name, int? version, HttpContext http, Caller caller, ConcatDb db, ModelCache cache, CancellationToken cancel)
    {
        if (await db.FindVersionAsync(caller.TeamId, name, version, cancel) is not { } found)
            return Problems.NotFound("model", version is null ? name : $"{name}/{version}");
        using var lease = await cache.UseAsync(found, cancel);
        try
        {
            using var input = await ReadAsync(http, lease.Model);
            var began = Stopwatch.GetTimestamp();
            using var outputs = lease.Model.Run([lease.Model.Inputs[0].Name], [input], [lease.Model.Outputs[0].Name]);
            var elapsed = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return TypedResults.Ok(new Response(Labelled(outputs[0], lease.Model), found.Version.ToString(), Math.Round(elapsed, 3)));
        }
        catch (InferenceException refused)
        {
            return refused.Problem;
        }
    }

    private static async Task<OrtValue> ReadAsync(HttpContext http, ServedModel model)
    {
        if (http.Request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true)
            return Pictures.Read(await JsonBody.BytesAsync(http.Request, http.RequestAborted), model);
        var body = await JsonBody.BindAsync(http);
        if (model.Inputs.Count != 1)
            throw new InferenceException("predict.many_inputs", "The model has more than one input: use /v2/models/{name}/infer.");
        if (!body.Root.TryGetProperty("instances", out var instances) || instances.ValueKind != JsonValueKind.Array || instances.GetArrayLength() == 0)
            throw new InferenceException("predict.instances", "/instances must be a list of at least one tensor. A picture is sent as the body, with Content-Type image/png or image/jpeg.");
        var (input, count) = (model.Inputs[0], instances.GetArrayLength());
        if (input.Shape.Skip(1).Any(size => size < 0))
            throw new InferenceException("predict.open_sizes", "The model takes inputs of any size, which rows do not tell: use /v2/models/{name}/infer, or send a picture.");
        return Tensors.Read(instances, input.Datatype, [count, .. input.Shape.Skip(1)], "/instances");
    }

    private static List<Prediction> Labelled(OrtValue output, ServedModel model)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        if (shape.Length != 2)
            throw new InferenceException("predict.no_classes", "The model does not give one number for each class: use /v2/models/{name}/infer.");
        var scores = output.GetTensorDataAsSpan<float>();
        var classes = (int)shape[1];
        var labels = model.Classes.Length == classes ? model.Classes : [.. Enumerable.Range(0, classes).Select(index => index.ToString())];
        var predictions = new List<Prediction>();
        for (var row = 0; row < shape[0]; row++)
            predictions.Add(Of(Probabilities(scores.Slice(row * classes, classes), model.LastLayer), labels));
        return predictions;
    }

    private static Prediction Of(double[] probabilities, string[] labels)
    {
        var best = Array.IndexOf(probabilities, probabilities.Max());
        return new(labels[best], probabilities[best], labels.Zip(probabilities).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <summary>The softmax of scores, unless the network has taken it already (<c>softmax</c>) or its logarithm (<c>log_softmax</c>).</summary>
    private static double[] Probabilities(ReadOnlySpan<float> scores, string? lastLayer)
    {
        var values = new double[scores.Length];
        for (var i = 0; i < scores.Length; i++)
            values[i] = float.IsFinite(scores[i]) ? scores[i] : throw new InferenceException("predict.not_a_number", "The model gave a score that is no number for this input.");
        if (lastLayer == "softmax")
            return values;
        if (lastLayer == "log_softmax")
            return Array.ConvertAll(values, Math.Exp);
        var peak = values.Max();                                // taken off so that no exponential overflows
        var exponentials = Array.ConvertAll(values, value => Math.Exp(value - peak));
        var sum = exponentials.Sum();
        return Array.ConvertAll(exponentials, value => value / sum);
    }
}
