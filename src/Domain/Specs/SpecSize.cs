using System.Runtime.InteropServices;
using System.Text.Json;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Specs;

/// <summary>
/// About how many layers a spec comes to, told from its JSON alone: what compiling it will cost is known before it costs.
/// </summary>
public static class SpecSize
{
    /// <summary>Of a written layer, its name and inputs with it: a rough and low figure.</summary>
    private const int LayerBytes = 40;

    private const int FewLayers = 3_000;

    /// <summary>
    /// Layers and structures as they are unrolled, from 0 up; at most <see cref="long.MaxValue"/>. Norms and activations that a layer names
    /// do not count, nor does what <c>with</c> sets in a block.
    /// </summary>
    public static long Of(JsonElement spec)
    {
        if (spec.ValueKind != JsonValueKind.Object || !spec.TryGetProperty("layers", out var layers))
            return 0;
        var text = JsonMarshal.GetRawUtf8Value(spec);
        if (text.Length / LayerBytes < FewLayers && !MayRepeat(text))
            return text.Length / LayerBytes;
        var blocks = spec.TryGetProperty("blocks", out var written) && written.ValueKind == JsonValueKind.Object ? written : default;
        return new Count(blocks).OfList(layers, 0);
    }

    /// <summary>Whether a layer may stand for more than itself. What is escaped may say anything.</summary>
    private static bool MayRepeat(ReadOnlySpan<byte> text) =>
        text.IndexOf("\"times\""u8) >= 0 || text.IndexOf("\"blocks\""u8) >= 0 || text.Contains((byte)'\\');

    private sealed class Count(JsonElement blocks)
    {
        private readonly Dictionary<string, long> _known = [];

        /// <param name="depth">Deeper than a spec may be, nothing counts: it is refused.</param>
        public long OfList(JsonElement list, int depth)
        {
            if (list.ValueKind != JsonValueKind.Array || depth > LayerReader.MaxDepth)
                return 0;
            var sum = 0L;
            foreach (var layer in list.EnumerateArray())
                sum = Saturating.Add(sum, Of(layer, depth + 1));
            return sum;
        }

        private long Of(JsonElement layer, int depth)
        {
            if (layer.ValueKind != JsonValueKind.Object)
                return 1;
            var (inside, times) = (0L, 1L);
            foreach (var member in layer.EnumerateObject())
            {
                if (member.NameEquals("layers"u8))
                    inside = Saturating.Add(inside, OfList(member.Value, depth));
                else if (member.NameEquals("branches"u8) && member.Value.ValueKind == JsonValueKind.Array)
                    inside = member.Value.EnumerateArray().Aggregate(inside, (sum, branch) => Saturating.Add(sum, OfList(branch, depth)));
                else if (member.NameEquals("block"u8) && member.Value.ValueKind == JsonValueKind.String)
                    inside = Saturating.Add(inside, OfBlock(member.Value.GetString()!, depth));
                else if (member.NameEquals("times"u8) && member.Value.ValueKind == JsonValueKind.Number)
                    times = member.Value.TryGetInt64(out var given) ? Math.Max(0, given) : 1;
            }

            return Saturating.Add(1, Saturating.Multiply(times, inside));
        }

        private long OfBlock(string name, int depth)
        {
            if (_known.TryGetValue(name, out var known) || blocks.ValueKind == JsonValueKind.Undefined)
                return known;
            _known[name] = 0;                                                                   // a block that contains itself is refused
            return _known[name] = blocks.TryGetProperty(name, out var list) ? OfList(list, depth) : 0;
        }
    }
}
