using System.Globalization;
using System.Security.Cryptography;
using ConcatService.Domain.Data;
using ConcatService.Domain.Planning;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>What a data set shows before the first step: inputs and columns that cannot help, or help too much.</summary>
internal static class InputLint
{
    /// <summary>Training samples that are looked at.</summary>
    private const long Rows = 4096;

    /// <summary>Columns of an input that are looked at one by one; of a picture none are.</summary>
    private const long MostColumns = 4096;

    /// <summary>Deviations that are this much apart are told where nothing brings them together.</summary>
    private const double Unequal = 10;

    /// <summary>A column that follows the target this closely is the target.</summary>
    private const double Given = 0.9999;

    /// <summary>A single value beyond so many deviations of the others stands for "missing".</summary>
    private const double Far = 10;

    /// <summary>And is in this part of the samples at least, or it is an outlier.</summary>
    private const double LeastOften = 0.005;

    /// <param name="normalizes">Whether each input is normalized in the network.</param>
    public static List<TrainingReport.Finding> Of(DataSet data, Plan plan, bool normalizes)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var binding = DataBinding.Of(plan, data.Info);
        var inputs = plan.Inputs.Zip(binding.Inputs, (input, at) => new Input(input.Name, data.Train.Inputs[at])).ToList();
        var target = binding.Targets is [var only] ? First(data.Train.Targets[only]) : null;
        var found = new List<TrainingReport.Finding>();
        foreach (var input in inputs.Where(input => input.IsNumeric))
            Look(input, target, data.Info.Targets[binding.Targets[0]].Task, found);
        AddEqual(inputs, found);
        if (!normalizes)
            AddUnequal([.. inputs.Where(input => input.IsNumeric)], found);
        return found;
    }

    private static void Look(Input input, Tensor? target, LearningTask task, List<TrainingReport.Finding> found)
    {
        using var scope = NewDisposeScope();
        var x = Columns(input.Stored);                                                          // [rows, columns]
        var (deviation, size) = ((x - x.mean([0], keepdim: true)).square().mean([0]).sqrt(), x.abs().amax([0]));
        var constant = deviation.le(size * 1e-6);
        var columns = x.shape[1];
        var equal = constant.sum().item<long>();
        if (equal == columns)
        {
            found.Add(Lint("constant_input", input.Name,
                $"{input.Name}: all of its {columns:N0} numbers are equal in every sample. Remove it from the spec, or fill it with data.",
                ("columns", columns)));
            return;
        }

        if (input.IsPicture || columns > MostColumns)
            return;
        if (equal > 0)
            found.Add(Lint("constant_columns", input.Name,
                $"{input.Name}: {equal:N0} of its {columns:N0} columns ({Listed(constant)}) are the same in every sample. Remove them.",
                ("columns", equal)));
        AddSentinels(input.Name, x, found);
        if (target is not null)
            AddLeak(input.Name, x, constant, target, task, found);
    }

    /// <summary>A smallest or largest value that is often there, and far from all others: -999 in a column of ages.</summary>
    private static void AddSentinels(string name, Tensor x, List<TrainingReport.Finding> found)
    {
        foreach (var isLow in new[] { true, false })
        {
            using var scope = NewDisposeScope();
            var extreme = isLow ? x.amin([0], keepdim: true) : x.amax([0], keepdim: true);
            var there = x.eq(extreme);
            var others = there.logical_not().to(ScalarType.Float64);
            var count = others.sum([0]).clamp_min(1);
            var mean = (x * others).sum([0]) / count;
            var deviation = ((x - mean).square() * others).sum([0]).div(count).sqrt();
            var often = there.to(ScalarType.Float64).mean([0]);
            var apart = (extreme.squeeze(0) - mean).abs();
            var marks = often.ge(LeastOften).logical_and(often.le(0.5)).logical_and(apart.gt(deviation * Far)).logical_and(deviation.gt(0))
                .logical_and(count.ge(20));
            if (!marks.any().item<bool>())
                continue;
            var first = marks.to(ScalarType.Int64).argmax().item<long>();
            var (value, share) = (extreme[0, first].item<double>(), often[first].item<double>());
            found.Add(Lint("sentinel", name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: column {first} is {value:g6} in {share:0.0%} of the samples and {mean[first].item<double>():g3} ± "
                        + $"{deviation[first].item<double>():g3} in all others, so this value seems to stand for what is missing")
                    + (marks.sum().item<long>() is > 1 and var all ? $"; {all} columns are like that" : "")
                    + ". Replace it by the mean of the others, and add a column that says where it was.",
                ("column", first), ("value", value), ("share", share)));
            return;
        }
    }

    /// <summary>A column that is a class, or the number that should be told.</summary>
    private static void AddLeak(
        string name, Tensor x, Tensor constant, Tensor target, LearningTask task, List<TrainingReport.Finding> found
    )
    {
        if (target.dim() != 1 && !(target.dim() == 2 && task == LearningTask.Regression))
            return;
        if (task is not (LearningTask.Classification or LearningTask.Regression))
            return;
        var y = target.reshape(target.shape[0], -1).to(ScalarType.Float64);
        if (task == LearningTask.Classification && target.max().to(ScalarType.Int64).item<long>() is > 1 and < 64 and var last)
            y = cat([y, arange(last + 1, ScalarType.Float64).unsqueeze(0).eq(y).to(ScalarType.Float64)], 1);
        var correlation = Standard(x).t().mm(Standard(y)).abs() / x.shape[0];                   // [columns, targets]
        var giving = correlation.amax([1]).ge(Given).logical_and(constant.logical_not());
        if (!giving.any().item<bool>())
            return;
        var (columns, most) = (giving.sum().item<long>(), correlation.max().item<double>());
        found.Add(Lint("target_leak", name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: the target can be read off its column{(columns == 1 ? "" : "s")} {Listed(giving)} (correlation {most:0.0000}). "
                    + $"If it is not known when the model is used, remove it: the network learns nothing else."),
            ("columns", columns)));
    }

    private static void AddEqual(List<Input> inputs, List<TrainingReport.Finding> found)
    {
        var first = new Dictionary<string, string>();
        foreach (var input in inputs)
        {
            var hash = Convert.ToHexString(SHA256.HashData(First(input.Stored).cpu().contiguous().bytes)) + input.Stored.dtype;
            if (first.TryGetValue(hash, out var other))
                found.Add(Lint("equal_inputs", input.Name,
                    $"{input.Name}: it has the same values as {other}. Upload the data that was meant, or feed both branches by one input.",
                    ("other", other)));
            else
                first[hash] = input.Name;
        }
    }

    private static void AddUnequal(List<Input> inputs, List<TrainingReport.Finding> found)
    {
        var sizes = inputs.Select(input => (input.Name, Deviation: Deviation(input.Stored))).Where(each => each.Deviation > 0).ToList();
        if (sizes.Count < 2)
            return;
        var (large, small) = (sizes.MaxBy(each => each.Deviation), sizes.MinBy(each => each.Deviation));
        if (large.Deviation < Unequal * small.Deviation)
            return;
        found.Add(Lint("unequal_inputs", large.Name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"settings.normalize is false, and the numbers of {large.Name} deviate by {large.Deviation:g3}, those of {small.Name} by "
                    + $"{small.Deviation:g3}: the larger ones outweigh the others. Leave normalize at true, or scale the data."),
            ("deviation", large.Deviation), ("other", small.Name), ("other_deviation", small.Deviation)));
    }

    private static double Deviation(Tensor stored)
    {
        using var scope = NewDisposeScope();
        var x = First(stored).to(ScalarType.Float64);
        return (x - x.mean([0], keepdim: true)).square().mean().sqrt().item<double>() / (stored.dtype == ScalarType.Byte ? 255 : 1);
    }

    private static Tensor Standard(Tensor x)
    {
        var centered = x - x.mean([0], keepdim: true);
        return centered / centered.square().mean([0], keepdim: true).sqrt().clamp_min(1e-30);
    }

    private static Tensor First(Tensor stored) => stored.narrow(0, 0, Math.Min(Rows, stored.shape[0]));

    private static Tensor Columns(Tensor stored) => First(stored).reshape(Math.Min(Rows, stored.shape[0]), -1).cpu().to(ScalarType.Float64);

    private static string Listed(Tensor marked)
    {
        var columns = marked.nonzero().reshape(-1).data<long>().ToArray();
        return string.Join(", ", columns.Take(8)) + (columns.Length > 8 ? ", …" : "");
    }

    private static TrainingReport.Finding Lint(string code, string input, string message, params (string Name, object? Value)[] figures) =>
        new("lint", code, input, message, figures.ToDictionary(each => each.Name, each => each.Value));

    private sealed record Input(string Name, Tensor Stored)
    {
        public bool IsPicture => Stored.dtype == ScalarType.Byte && Stored.dim() == 4;

        /// <summary>Whether its numbers are quantities and not indices.</summary>
        public bool IsNumeric => Stored.dtype != ScalarType.Int64;
    }
}
