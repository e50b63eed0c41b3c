using Xunit;

namespace ConcatService.Training.Tests.Oracle;

[Collection("libtorch")]
public sealed class OracleTests
{
    [Fact]
    public void Libtorch_and_ONNX_Runtime_agree_with_the_verdict_on_two_thousand_random_graphs()
    {
        var run = new OracleRun().Until(graphs: 2000, seed: 1);
        Assert.True(run.Disagreements.Count == 0, string.Join('\n', run.Disagreements.Take(20)));
    }
}
