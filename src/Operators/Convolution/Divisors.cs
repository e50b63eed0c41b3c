using System.Numerics;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Other values for a number of parts into which features are divided: heads, groups.</summary>
internal static class Divisors
{
    /// <summary>Reports that a convolution's groups do not divide its channels. Always null.</summary>
    public static Shape? NotOf(ShapeContext context, long channels, long outChannels, long groups)
    {
        var values = Of("groups", groups, (long)BigInteger.GreatestCommonDivisor(channels, outChannels), "group").ToList();
        if (channels % groups == 0)
        {
            var below = outChannels / groups * groups;
            values.InsertRange(
                0,
                new[] { below, below + groups }
                    .Where(near => near > 0)
                    .OrderBy(near => Math.Abs(near - outChannels))
                    .Select(near => new OtherValue("out_channels", near, $"Each group gives {near / groups} channels."))
            );
        }

        return context.Error(
            Codes.NotDivisible,
            $"groups is {groups}, and both the {channels} channels that arrive and out_channels {outChannels} must be multiples of it.",
            new Wanted { MultipleOf = channels % groups == 0 ? null : groups, Values = values }
        );
    }

    /// <summary>The divisors of the features nearest to the number of parts.</summary>
    /// <param name="part">One of the parts, for people: "head".</param>
    public static IEnumerable<OtherValue> Of(string attribute, long parts, long features, string part) =>
        Wanted
            .DivisorsNear(features, parts)
            .Select(divisor => new OtherValue(
                attribute,
                divisor,
                $"Each {part} has {features / divisor} feature{(features == divisor ? "" : "s")}.",
                IsFar: features >= parts && (divisor > 2 * parts || 2 * divisor < parts)
            ));
}
