using System.Globalization;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Layer types that come for one, two and three spatial dimensions: <c>conv1d</c>, <c>conv2d</c>, <c>conv3d</c>.</summary>
internal static class Twins
{
    /// <summary>How many spatial dimensions the type is for: the number before the <c>d</c> that ends it.</summary>
    public static int RankOf(string kind) => kind[^2] - '0';

    /// <summary>How many spatial dimensions a sequence, map or volume has; 2 for everything else, which is refused as no map.</summary>
    public static int RankOf(Shape shape) => shape.Rank is 3 or 5 ? shape.Rank - 2 : 2;

    /// <summary>The type of a family for as many spatial dimensions.</summary>
    public static string Of(string family, int rank) => string.Create(CultureInfo.InvariantCulture, $"{family}{rank}d");
}
