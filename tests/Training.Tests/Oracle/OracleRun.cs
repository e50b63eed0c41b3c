using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>
/// Many random graphs against libtorch: each layer that is refused on the way counts as an invalid graph of its own, each finished one as a
/// valid graph.
/// </summary>
public sealed class OracleRun
{
    /// <summary>Every so manyth valid graph is also trained a step, counted by torch.nn and run by ONNX Runtime.</summary>
    public const int DeepEvery = 4;

    /// <summary>Every so manyth valid graph is also tried with symbols for its spatial sizes.</summary>
    public const int SymbolicEvery = 2;

    private const long MaxElements = 4096;
    private const long MaxParameters = 20_000;
    private const int MaxLayers = 80;

    /// <summary>Every so manyth seed's valid graph is run in PyTorch, until there are as many as are wanted.</summary>
    public const int TorchEvery = 4;

    public int Valid { get; private set; }

    /// <summary>How many valid graphs PyTorch is to run. Default: none.</summary>
    public int WantedInTorch { get; init; }

    /// <summary>How many PyTorch ran.</summary>
    public int InTorch { get; private set; }

    /// <summary>By who agrees: libtorch, or the name of a rule.</summary>
    public SortedDictionary<string, int> Refused { get; } = [];

    public int Graphs => Valid + Refused.Values.Sum() + Disagreements.Count;

    /// <summary>
    /// Valid graphs whose spatial sizes were then symbols, by what was said of them: valid, conditional, never (no size fits), or
    /// undecided.
    /// </summary>
    public SortedDictionary<string, int> Symbolic { get; } = [];

    /// <summary>How often each layer type ran in a valid graph.</summary>
    public SortedDictionary<string, int> Ran { get; } = new(StringComparer.Ordinal);

    /// <summary>Each with its seed and the smallest spec that shows it.</summary>
    public List<string> Disagreements { get; } = [];

    /// <summary>Called with each seed before it runs, so that a crash of libtorch can be traced.</summary>
    public Action<int> OnSeed { get; init; } = _ => { };

    /// <summary>Runs seeds from <paramref name="seed"/> on until there are so many graphs.</summary>
    public OracleRun Until(int graphs, int seed)
    {
        using var torch = WantedInTorch > 0 ? new TorchCheck() : null;
        for (; Graphs < graphs; seed++)
        {
            OnSeed(seed);
            One(seed, torch);
        }

        return this;
    }

    private void One(int seed, TorchCheck? torch)
    {
        var graph = new RandomGraph(seed);
        graph.Start(OracleCheck.Compile(graph.Spec));
        for (var tries = 0; graph.Count < graph.Target && tries < 3 * graph.Target; tries++)
        {
            graph.Propose();
            Compilation compiled;
            try
            {
                compiled = OracleCheck.Compile(graph.Spec);
            }
            catch (Exception fault)
                when (fault
                        is InvalidOperationException
                            or ArgumentException
                            or IndexOutOfRangeException
                            or NullReferenceException
                            or OverflowException
                            or KeyNotFoundException
                )
            {
                Disagree(seed, graph.Spec, new("disagreement", $"the compiler fails: {fault.Message}"), Shallow);
                graph.Drop();
                continue;
            }

            if (compiled.Plan is { } plan)
            {
                if (IsSmall(plan))
                    graph.Keep(compiled);
                else
                    graph.Drop();
                continue;
            }

            Count(seed, graph.Spec, Shallow(graph.Spec), Shallow);
            graph.Drop();
        }

        if (graph.Count == 0)
            return;
        graph.Finish();
        var answer = Whole(graph.Spec);
        Count(seed, graph.Spec, answer, Whole);
        if (answer.Kind == "valid")
        {
            if (seed % SymbolicEvery == 0)
                CountSymbolic(seed, graph.Spec);
            if (seed % TorchEvery == 1 && InTorch < WantedInTorch)
                CountTorch(seed, graph.Spec, torch!);
            foreach (var layer in OracleCheck.Compile(graph.Spec).Graph.Layers)
                Ran[layer.Operator.Kind] = Ran.GetValueOrDefault(layer.Operator.Kind) + 1;
        }

        OracleAnswer Whole(JsonObject spec) => OracleCheck.Of(spec, deep: seed % DeepEvery == 0);
    }

    private static OracleAnswer Shallow(JsonObject spec) => OracleCheck.Of(spec, deep: false);

    private void CountTorch(int seed, JsonObject spec, TorchCheck torch)
    {
        var answer = torch.Of(spec);
        if (answer.IsDisagreement)
            Disagree(seed, spec, answer, torch.Of);
        if (answer.Kind != "form")
            InTorch++;
    }

    private void CountSymbolic(int seed, JsonObject spec)
    {
        var answer = Symbolic(spec);
        if (answer.IsDisagreement)
            Disagreements.Add($"seed {seed}: {Symbolic(SpecReducer.Of(spec, each => Symbolic(each).IsDisagreement)).Detail}");
        else if (answer.Kind != "form")
            this.Symbolic[answer.Kind] = this.Symbolic.GetValueOrDefault(answer.Kind) + 1;

        OracleAnswer Symbolic(JsonObject each) => OracleCheck.Compile(each).Plan is null ? new("form") : SymbolicCheck.Of(each, seed);
    }

    private void Count(int seed, JsonObject spec, OracleAnswer answer, Func<JsonObject, OracleAnswer> check)
    {
        if (answer.IsDisagreement)
            Disagree(seed, spec, answer, check);
        else if (answer.Kind == "valid")
            Valid++;
        else if (answer.Kind == "refused")
            Refused[answer.Detail] = Refused.GetValueOrDefault(answer.Detail) + 1;
    }

    private void Disagree(int seed, JsonObject spec, OracleAnswer answer, Func<JsonObject, OracleAnswer> check)
    {
        var smallest = SpecReducer.Of(
            spec,
            each =>
                check(each) is { IsDisagreement: true } same
                && same.Detail[..Math.Min(12, same.Detail.Length)] == answer.Detail[..Math.Min(12, answer.Detail.Length)]
        );
        Disagreements.Add($"seed {seed}: {answer.Detail}\n    {smallest.ToJsonString()}");
    }

    internal static bool IsSmall(Plan plan) =>
        plan.Layers.Count <= MaxLayers
        && plan.Inputs.All(input => input.Shape.ElementsPerSample <= MaxElements)
        && plan.Layers.All(layer => layer.Outputs.All(shape => shape.ElementsPerSample <= MaxElements))
        && plan.Layers.Sum(layer => layer.ParameterCount) <= MaxParameters;
}
