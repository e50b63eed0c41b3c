using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Operators;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

public sealed class StochasticDepthTests
{
    // Huang et al. 2016: p_l = 1 - l/L (1 - p_L) survives, so l/L of the last one's probability drops.
    [Fact]
    public void By_the_linear_rule_the_probability_rises_with_the_depth_through_all_repetitions()
    {
        var plan = Compiler
            .Compile(
                Encoding.UTF8.GetBytes(
                    """
                    { "inputs": { "x": { "shape": [8] } },
                      "blocks": { "unit": [ { "name": "sum", "type": "parallel", "merge": "add", "branches": [ [],
                        [ { "type": "linear", "out_features": 8 }, { "type": "drop_path", "p": 0.5, "rule": "linear" } ] ] } ] },
                      "layers": [
                        { "name": "a", "type": "repeat", "times": 3, "layers": [ { "type": "block", "block": "unit" } ] },
                        { "name": "own", "type": "drop_path", "p": 0.9 },
                        { "name": "b", "type": "repeat", "times": 2, "layers": [ { "type": "block", "block": "unit" } ] } ] }
                    """
                )
            )
            .Plan!;

        var given = plan.Layers.Select(layer => layer.Operator).OfType<DropPath>().Select(drop => Math.Round(drop.P, 12));
        Assert.Equal([0.1, 0.2, 0.3, 0.9, 0.4, 0.5], given);
    }
}
