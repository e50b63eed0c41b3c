using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>Without rounding the sizes would agree: an odd size was halved on one branch and does not come back.</summary>
internal sealed class OddSizeRounding : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return null;
        foreach (var axis in merge.DifferingAxes)
        {
            var exact = merge.Branches.Select(branch => branch.Exact(axis)).ToList();
            if (exact.Any(size => size is null || size != exact[0]))
                return null;
        }

        foreach (var axis in merge.DifferingAxes)
        {
            foreach (var branch in merge.Branches)
            {
                if (branch.Steps(axis).FirstOrDefault(each => each.Rounds) is not { } step)
                    continue;
                return Blame("odd_size_rounding", step.Layer,
                    $"{step.Layer.Name} ({step.Layer.Operator.Kind}) divides {axis.ToString().ToLowerInvariant()} {step.Before} by {step.Scale.Denominator} and rounds to {step.After}; without rounding both branches would be {branch.Exact(axis)}.");
            }
        }

        return null;
    }
}
