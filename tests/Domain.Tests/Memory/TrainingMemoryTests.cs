using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Memory;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Memory;

public sealed class TrainingMemoryTests
{
    private const int Map = 8 * 16 * 16;                                                // numbers of a map of 8 channels

    // Held: what norms and silu read (their inputs), what relu reads (its output). Passing: a gradient on either side of the activation.
    [Theory]
    [InlineData("""{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same", "activation": "relu" }""", 1, 2)]
    [InlineData(
        """{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same", "norm": "batch_norm", "activation": "relu" }""",
        2,
        2
    )]
    [InlineData("""{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same", "activation": "silu" }""", 1, 2)]
    public void A_step_holds_what_the_backward_pass_reads(string layer, int held, int passing)
    {
        var peak = StepMemory.PeakOf(PlanOf(layer), Precision.Float32)!.Value;

        Assert.InRange(peak, 4 * Map * (held + passing), 4 * ((Map * (held + passing)) + (2 * 16 * 16) + 200));
    }

    [Fact]
    public void Bfloat16_needs_less_for_each_sample_and_more_for_the_weights()
    {
        var plan = PlanOf("""{ "type": "conv2d", "out_channels": 8, "kernel_size": 3, "norm": "batch_norm", "activation": "relu" }""");
        var (full, half) = (TrainingMemory.Of(plan), TrainingMemory.Of(plan, Precision.Bfloat16));

        Assert.True(half.BytesPerSample < full.BytesPerSample && half.FixedBytes > full.FixedBytes);
    }

    [Fact]
    public void A_symbolic_size_has_a_fixed_part_alone()
    {
        var plan = Compiler
            .Compile(
                """
                { "inputs": { "x": { "shape": [3, "H", 8] } }, "layers": [ { "type": "conv2d", "out_channels": 4, "kernel_size": 1 } ] }
                """u8.ToArray()
            )
            .Plan!;
        var memory = TrainingMemory.Of(plan);

        Assert.Null(memory.BytesPerSample);
        Assert.Null(memory.Bytes(8));
        Assert.True(memory.FixedBytes > 0);
    }

    private static Plan PlanOf(string layer) =>
        Compiler
            .Compile(
                Encoding.UTF8.GetBytes(
                    $$"""
                    { "inputs": { "x": { "shape": [1, 16, 16] } },
                      "layers": [ {{layer}}, { "type": "global_avg_pool" }, { "type": "linear", "out_features": 2 } ] }
                    """
                )
            )
            .Plan!;
}
