using System.Diagnostics;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Specs;
using ConcatService.Pictures.Drawing;

namespace ConcatService.Fuzz;

/// <summary>
/// What became of one input: it may be refused as no JSON object (<see cref="Malformed"/>), it may not fail in any other way.
/// </summary>
/// <param name="Elapsed">Time of the slowest of: compiling with its report, repairing, drawing.</param>
/// <param name="AllocatedBytes">Managed memory that all of it together took, whether collected or not.</param>
/// <param name="Failure">The exception that should not have been; null when there was none.</param>
public sealed record FuzzResult(bool Malformed, string Verdict, TimeSpan Elapsed, long AllocatedBytes, Exception? Failure)
{
    /// <param name="everything">Repairs and draws too.</param>
    public static FuzzResult Of(byte[] input, bool everything)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        try
        {
            var compiled = Compiler.Compile(input);
            JsonDocument.Parse(ReportWriter.Write(compiled), new JsonDocumentOptions { MaxDepth = 10_000 }).Dispose();
            Lap();
            if (everything)
            {
                NetworkSvg.Draw(compiled);
                Lap();
                using var document = JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = SpecReader.MaxJsonDepth });
                ReportWriter.Write(Repair.Of(document.RootElement));
                Lap();
            }

            return new(false, compiled.Verdict, slowest, Allocated(), null);
        }
        catch (JsonException)
        {
            Lap();
            return new(true, "malformed", slowest, Allocated(), null);
        }
        catch (Exception failure)
        {
            return new(false, "failed", watch.Elapsed, Allocated(), failure);
        }

        long Allocated() => GC.GetAllocatedBytesForCurrentThread() - before;

        void Lap()
        {
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            watch.Restart();
        }
    }
}
