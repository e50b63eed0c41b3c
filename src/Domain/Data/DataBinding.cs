using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Data;

/// <summary>
/// Which tensors of a data set a network takes and gives: those of the same names; where there is one on each side, whatever they are
/// called. Fields of a data set that may be either count as that one only where there is no other.
/// </summary>
/// <param name="Inputs">For each input of the network, the position in <see cref="DataSetInfo.Inputs"/>; -1 where there is none.</param>
/// <param name="Targets">For each output of the network, the position in <see cref="DataSetInfo.Targets"/>; -1 where there is none.</param>
public sealed record DataBinding(IReadOnlyList<int> Inputs, IReadOnlyList<int> Targets)
{
    public static DataBinding Of(Plan plan, DataSetInfo data) => new(
        InputsOf(plan.Inputs.Select(input => input.Name), data),
            Bind(
                [.. plan.Outputs.Select(output => output.Name)],
                [.. data.Targets.Select(target => target.Name)],
                [.. data.Inputs.Select(input => input.Name)]
            )
        );

    /// <summary>For each input of these names, the position in <see cref="DataSetInfo.Inputs"/>; -1 where there is none.</summary>
    public static IReadOnlyList<int> InputsOf(IEnumerable<string> names, DataSetInfo data) =>
        Bind([.. names], [.. data.Inputs.Select(input => input.Name)], [.. data.Targets.Select(target => target.Name)]);

    /// <summary>The network's outputs, each with its target. Only where every one has one.</summary>
    public IReadOnlyList<(string Output, DataTarget Target)> Outputs(Plan plan, DataSetInfo data) =>
        [.. plan.Outputs.Zip(Targets, (output, position) => (output.Name, data.Targets[position]))];

    /// <summary>The names of what the network tells apart, where it has one output that does; otherwise none.</summary>
    public IReadOnlyList<string> Classes(DataSetInfo data) => Targets is [var only] ? data.Targets[only].Classes : [];

    /// <param name="elsewhere">The fields of the other side.</param>
    private static int[] Bind(string[] wanted, string[] there, string[] elsewhere)
    {
        if (wanted.Length != 1 || there.Contains(wanted[0]))
            return Array.ConvertAll(wanted, name => Array.IndexOf(there, name));
        string[] candidates = there.Length > 1 ? [.. there.Except(elsewhere)] : there;
        return [candidates.Length == 1 ? Array.IndexOf(there, candidates[0]) : -1];
    }
}
