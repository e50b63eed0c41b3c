using System.Runtime.InteropServices;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Prediction;

/// <summary>Scores, a row for each sample -> probabilities by label.</summary>
internal static class Labels
{
    /// <exception cref="InferenceException">The model does not give one number for each class, or one that is no number.</exception>
    public static List<Predict.Prediction> Of(InferenceResult result, ServedModel model)
    {
        if (result.Shapes[0] is not [var rows, var width] || result.Info(0).Datatype != "FP32")
            throw new InferenceException(
                "predict.no_classes",
                "The model does not give one number for each class: use /v2/models/{name}/infer."
            );
        var scores = MemoryMarshal.Cast<byte, float>(result.Data(0));
        var classes = (int)width;
        var labels = model.Classes.Length == classes ? model.Classes : [.. Enumerable.Range(0, classes).Select(index => index.ToString())];
        var predictions = new List<Predict.Prediction>();
        for (var row = 0; row < rows; row++)
            predictions.Add(Of(Probabilities(scores.Slice(row * classes, classes), model.LastLayer), labels));
        return predictions;
    }

    private static Predict.Prediction Of(double[] probabilities, string[] labels)
    {
        var best = Array.IndexOf(probabilities, probabilities.Max());
        return new(labels[best], probabilities[best], labels.Zip(probabilities).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <summary>
    /// The softmax of scores, unless the network has taken it already (<c>softmax</c>) or its logarithm (<c>log_softmax</c>).
    /// </summary>
    private static double[] Probabilities(ReadOnlySpan<float> scores, string? lastLayer)
    {
        var values = new double[scores.Length];
        for (var i = 0; i < scores.Length; i++)
            values[i] = float.IsFinite(scores[i])
                ? scores[i]
                : throw new InferenceException("predict.not_a_number", "The model gave a score that is no number for this input.");
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
