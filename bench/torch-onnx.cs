// ONNX files that torch writes of torchvision's networks: read, counted, computed beside the file in ONNX Runtime. Arguments: names.
// needs: nothing

#:property PublishAot=false
#:project ../src/Import/Import.csproj
#:project ../src/Export/Export.csproj
#:project ../src/Training/Training.csproj
#:project torch/TorchBench.csproj

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Export.Python;
using ConcatService.Import;
using ConcatService.Import.Weights;
using ConcatService.TorchBench;
using ConcatService.Training;
using ConcatService.Training.Onnx;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
set_num_threads(Environment.ProcessorCount);

var python = TorchPython.Find("torchvision, onnx");
if (python is null)
{
    Console.WriteLine(
        "torchvision is not there to export: apt install python3-torch python3-torchvision python3-onnx (Debian), or pip install "
            + "torchvision onnx."
    );
    return 1;
}

var folder = Directory.CreateTempSubdirectory("torch-onnx-").FullName;
try
{
    List<Row> rows = [];
    using var exporter = TorchPython.Start(python, ["bench/torch_onnx.py", folder, .. args], errors: true);
    exporter.ErrorDataReceived += (_, _) => { };
    exporter.BeginErrorReadLine();
    while (await exporter.StandardOutput.ReadLineAsync() is { } line)
    {
        if (!line.StartsWith('{'))                                                      // what the exporter says beside
            continue;
        using var told = JsonDocument.Parse(line);
        rows.Add(Row.Of(told.RootElement));
        Console.WriteLine(rows[^1].Text);
        File.Delete(told.RootElement.GetProperty("path").GetString()!);
    }

    await exporter.WaitForExitAsync();
    if (exporter.ExitCode != 0)
        return exporter.ExitCode;
    Console.WriteLine();
    foreach (var mode in rows.GroupBy(row => row.Mode))
        Console.WriteLine(
            $"norms {mode.Key}: {mode.Count()} networks, {mode.Count(row => row.Gaps == 0)} read whole, {mode.Count(row => row.IsExact)} "
                + $"with torch's count of parameters to the digit, {mode.Count(row => row.IsEqual)} with the file's own answers"
        );
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

/// <summary>One file: what torch says of it, what was read, and how far the answers are apart.</summary>
internal sealed record Row(string Mode, string Text, int Gaps, bool IsExact, bool IsEqual)
{
    private const int Samples = 4;

    public static Row Of(JsonElement told)
    {
        var (name, mode) = (told.GetProperty("name").GetString()!, told.GetProperty("mode").GetString()!);
        var (path, parameters) = (told.GetProperty("path").GetString()!, told.GetProperty("parameters").GetInt64());
        var watch = Stopwatch.StartNew();
        using var file = File.OpenRead(path);
        var network = Importer.Read(file, new());
        using var spec = JsonDocument.Parse(network.Spec.ToJsonString());
        var compiled = Compiler.Compile(spec.RootElement);
        var milliseconds = watch.ElapsedMilliseconds;
        long? counted = compiled.Plan is { } plan ? Totals.Of(plan).Parameters : null;
        var isExact = network.Gaps.Count == 0 && counted == parameters;
        var (apart, isEqual) = isExact ? Compared(compiled.Plan!, file) : ("not compared", false);
        return new(
            mode,
            $"{name,-26} {mode,-6} {network.Gaps.Count,5} gaps {counted,12:N0} parameters "
                + $"{(counted == parameters ? "equal" : $"torch {parameters:N0}")} {milliseconds,5} ms  {apart}",
            network.Gaps.Count,
            isExact,
            isEqual
        );
    }

    private static (string Text, bool IsEqual) Compared(Plan plan, FileStream file)
    {
        file.Position = 0;
        var match = new WeightMatch(plan, new() { Id = "file" }, WeightsFile.Read(file), PythonSource.Write(plan, null).Keys);
        if (match.Run("", null, standardizes: false, adopts: true) is not { } weights)
            return (match.Faults[0].Message, false);
        using var scope = NewDisposeScope();
        using var model = new TorchModel(plan);
        Initializers.Fill(model, Initialization.Auto);                                  // constants of the spec are in no file
        new StartWeights(weights, file.Name).Fill(model);
        model.Training = false;
        long[] sizes = [Samples, .. plan.Inputs[0].Shape.Dims.Skip(1).Select(dim => dim.Known!.Value)];
        random.manual_seed(0);
        var parity = FileParity.Compare(model, File.ReadAllBytes(file.Name), Samples, [rand(sizes)]);
        return ($"{parity.MaxRelativeToPeak:0.0e+0} of the peak, {parity.ChangedClasses} classes changed", parity.Holds);
    }
}
