using System.Runtime.InteropServices;
using ConcatService.Domain.Jobs;
using ConcatService.Export.Python;
using ConcatService.Import.Tests.Onnx;
using ConcatService.Import.Weights;
using ConcatService.Training.Onnx;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Onnx;

/// <summary>Layers that stand for constants of a file compute what ONNX Runtime does with the file.</summary>
[Collection("libtorch")]
public sealed class ImportedWindowTests
{
    [Fact]
    public void Shifted_windows_give_the_answers_of_their_file()
    {
        var graph = ShiftedWindows.Graph();
        var draw = new Random(3);
        var bytes = graph.Write((_, dims) =>
        {
            var numbers = Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => draw.NextSingle()).ToArray();
            return MemoryMarshal.AsBytes<float>(numbers).ToArray();
        });
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            var plan = graph.Read();
            var file = WeightsFile.Read(new MemoryStream(bytes));
            var match = new WeightMatch(plan, new() { Id = "file" }, file, PythonSource.Write(plan, null).Keys);
            var weights = match.Run("", null, standardizes: false, adopts: true);
            Assert.Empty(match.Faults);
            using var scope = NewDisposeScope();
            using var model = new TorchModel(plan);
            Initializers.Fill(model, Initialization.Auto);
            new StartWeights(weights!, path).Fill(model);
            model.Training = false;

            var parity = FileParity.Compare(model, bytes, 3, [randn([3, 4, 2, 9, 9])]);

            Assert.True(parity.Holds, $"{parity.MaxRelativeToPeak:g3} of the peak");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
