using System.Runtime.InteropServices;
using System.Text.Json;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// How much may still be spent on the search for causes and fixes: a large spec full of mismatches is answered soon, with fixes for the
/// first ones.
/// </summary>
/// <remarks>Counted in layers that are compiled again, and not in time, so that the same spec always gets the same answer.</remarks>
/// <param name="layers">The sum over all proposed fixes. Default: 100 fixes of a network as large as DenseNet-121, some 0.2 s.</param>
internal sealed class Effort(long layers = 40_000)
{
    private long _left = layers;

    /// <summary>
    /// What one more compilation costs: by its layers, its text and what it decides about symbols. 100 bytes are about a layer, and so are
    /// 10 sizes that are tried.
    /// </summary>
    public static long Of(Compilation compiled, JsonElement json) =>
        compiled.Planned.Rows.Count + (JsonMarshal.GetRawUtf8Value(json).Length / 100) + (compiled.Planned.Conditions.Work / 10);

    /// <summary>False when nothing is left. What is begun with something left is finished.</summary>
    public bool Spend(long cost)
    {
        var some = _left > 0;
        _left -= cost;
        return some;
    }
}
