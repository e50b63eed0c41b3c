using ConcatService.Import.Tests.Mutants;
using Xunit;

namespace ConcatService.Import.Tests;

/// <summary>Files with random changes: each is read or refused, none is an exception of another kind, and none takes long.</summary>
public sealed class FuzzTests
{
    private const int MostMilliseconds = 500;

    private const long MostBytes = 200_000_000;

    /// <summary>How many files of each format; IMPORT_FUZZ says another number.</summary>
    private static readonly int Files = int.Parse(Environment.GetEnvironmentVariable("IMPORT_FUZZ") ?? "400");

    [Theory]
    [InlineData("yolo")]
    [InlineData("darknet")]
    [InlineData("keras")]
    [InlineData("onnx")]
    public void A_changed_file_is_read_or_refused_and_soon(string format)
    {
        var files = HostileFiles.Of(format);
        files.Try(0); // what is made once is not counted
        var read = 0;
        for (var seed = 0; seed < Files; seed++)
        {
            var outcome = files.Try(seed);
            if (outcome.Elapsed.TotalMilliseconds >= MostMilliseconds)
                outcome = files.Try(seed); // once more: a collection, or another program, is not the file's fault
            Assert.True(outcome.Fault is null, $"seed {seed}: {outcome.Fault}");
            Assert.True(outcome.Elapsed.TotalMilliseconds < MostMilliseconds, $"seed {seed}: {outcome.Elapsed.TotalMilliseconds} ms");
            Assert.True(outcome.AllocatedBytes < MostBytes, $"seed {seed}: {outcome.AllocatedBytes:N0} bytes");
            read += outcome.IsRead ? 1 : 0;
        }

        Assert.True(read > 0);
    }
}
