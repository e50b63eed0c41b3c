using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Jobs;

/// <summary>What a training begins with, and which layers learn how fast.</summary>
public sealed partial record TrainingSettings
{
    private static string[] Transfer => ["initial_weights", "freeze", "learning_rates"];

    /// <summary>
    /// The weights to begin with: <c>{ "id": … }</c> of uploaded ones, or <c>{ "model": …, "version": … }</c>. Default: null, random ones.
    /// </summary>
    [SpecIgnore]
    public InitialWeights? InitialWeights { get; init; }

    /// <summary>
    /// Layers that keep their weights: names, each with all that is inside of it (<c>stem</c> is also <c>stem/conv</c>); one that ends in
    /// <c>*</c> is every layer whose name begins so. They run as in evaluation: the statistics of their norms stay, and their dropout is
    /// off. Default: [].
    /// </summary>
    [SpecIgnore]
    public IReadOnlyList<string> Freeze { get; init; } = [];

    /// <summary>
    /// Factors of the learning rate, and with it of a decoupled weight decay, by layers named as in <c>freeze</c>; of several that fit a
    /// layer the longest name counts. From 0 to 1000. Default: {}, 1 for every layer.
    /// </summary>
    [SpecIgnore]
    public IReadOnlyDictionary<string, double> LearningRates { get; init; } = new Dictionary<string, double>();

    /// <summary>The factor of a layer's learning rate: 0 for one that is frozen.</summary>
    public double RateOf(string layer) =>
        IsFrozen(layer)
            ? 0
            : LearningRates
                .Where(each => Names(each.Key, layer))
                .OrderByDescending(each => each.Key.Length)
                .Select(each => (double?)each.Value)
                .FirstOrDefault() ?? 1;

    /// <summary>Whether <see cref="Freeze"/> names the layer.</summary>
    public bool IsFrozen(string layer) => Freeze.Any(name => Names(name, layer));

    /// <summary>Reports names that no layer has, and a network of which nothing is left to train.</summary>
    public void CheckLayers(Plan plan, Report report)
    {
        foreach (var (index, name) in Freeze.Index())
            CheckName(plan, name, Path["freeze"][index], report);
        foreach (var name in LearningRates.Keys)
            CheckName(plan, name, Path["learning_rates"][name], report);
        if (Epochs > 0 && !plan.Layers.Any(layer => layer.ParameterCount > 0 && RateOf(layer.Name) > 0) && Freeze.Count > 0)
            report.Error(
                Codes.OutOfRange,
                Path["freeze"],
                "Every layer with weights is frozen: nothing is left to train. Free one, or set epochs to 0."
            );
    }

    private static void CheckName(Plan plan, string name, SpecPath path, Report report)
    {
        if (!plan.Layers.Any(layer => Names(name, layer.Name)))
            report.Error(Codes.UnknownInput, path, $"No layer of the network is called '{JsonText.Shortened(name)}'.");
    }

    private static bool Names(string name, string layer) =>
        name.EndsWith('*')
            ? layer.StartsWith(name[..^1], StringComparison.Ordinal)
            : layer == name || layer.StartsWith($"{name}/", StringComparison.Ordinal);

    private TrainingSettings WithTransfer(JsonElement given, Report report) =>
        this with
        {
            InitialWeights = given.TryGetProperty("initial_weights", out var weights)
                ? InitialWeights.Read(weights, Path["initial_weights"], report)
                : null,
            Freeze = given.TryGetProperty("freeze", out var freeze) ? ReadFreeze(freeze, report) : [],
            LearningRates = given.TryGetProperty("learning_rates", out var rates) ? ReadRates(rates, report) : LearningRates,
        };

    private static List<string> ReadFreeze(JsonElement json, Report report)
    {
        if (json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(IsName))
            return [.. json.EnumerateArray().Select(name => name.GetString()!)];
        report.Error(Codes.WrongType, Path["freeze"], $"'freeze' is {JsonText.Shown(json)}; expected a list of layers' names.");
        return [];

        static bool IsName(JsonElement name) => name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 };
    }

    private static Dictionary<string, double> ReadRates(JsonElement json, Report report)
    {
        var rates = new Dictionary<string, double>();
        if (json.ValueKind != JsonValueKind.Object)
        {
            report.Error(
                Codes.WrongType,
                Path["learning_rates"],
                $"'learning_rates' is {JsonText.Shown(json)}; expected an object of factors by layers' names."
            );
            return rates;
        }

        foreach (var member in json.EnumerateObject())
        {
            var path = Path["learning_rates"][member.Name];
            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetDouble(out var factor))
                report.Error(
                    Codes.WrongType,
                    path,
                    $"'{JsonText.Shortened(member.Name)}' is {JsonText.Shown(member.Value)}; expected a factor."
                );
            else if (factor is not (>= 0 and <= 1000))
                report.Error(Codes.OutOfRange, path, $"'{JsonText.Shortened(member.Name)}' must be from 0 to 1000.");
            else if (!rates.TryAdd(member.Name, factor))
                report.Error(Codes.DuplicateName, path, $"'{JsonText.Shortened(member.Name)}' is there twice. Keep one.");
        }

        return rates;
    }

    private void WriteTransfer(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("initial_weights");
        if (InitialWeights is null)
            writer.WriteNullValue();
        else
            InitialWeights.Write(writer);
        writer.WriteStartArray("freeze");
        foreach (var name in Freeze)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteStartObject("learning_rates");
        foreach (var (name, factor) in LearningRates)
            writer.WriteNumber(name, factor);
        writer.WriteEndObject();
    }

    private void CheckTransfer(Report report)
    {
        if (Epochs == 0 && InitialWeights is null)
            report.Error(
                Codes.OutOfRange,
                Path["epochs"],
                "epochs is 0, which makes a version of the weights as they are: say which in initial_weights, or train at least 1 epoch."
            );
    }
}
