using ConcatService.Domain.Compiling;
using Xunit;

namespace ConcatService.Pictures.Tests.Drawing;

public sealed class PlaceholderTests
{
    [Fact]
    public void What_could_not_be_read_is_drawn_apart_and_says_what_it_was()
    {
        var drawn = Drawn.Of(
            Compiler.Compile(
                """
                { "inputs": { "x": { "shape": [4] } }, "layers": [
                  { "name": "gap", "type": "opaque", "of": "Lambda", "output_shape": [8] },
                  { "name": "out", "type": "linear", "out_features": 2 } ] }
                """u8.ToArray()
            )
        );
        var gap = Assert.Single(drawn.Boxes, box => box.Is("opaque"));
        Assert.Equal("gap", gap.Name);
        Assert.Contains("opaque: Lambda", string.Join(' ', gap.Lines.Select(line => line.Value)), StringComparison.Ordinal);
    }
}
