// Serving: overhead above a bare session over REST and gRPC, throughput beside onnxruntime-node, batching, many models, versions replaced
// under load. Parts by name: overhead, throughput, batching, models, replace.

#:property PublishAot=false
#:project serving/Serving.csproj

using System.Globalization;
using ConcatService.Serving;
using ConcatService.Serving.Parts;
using ConcatService.Training.Onnx;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["bare", var port, var model])                                      // how the bench starts the floor that it compares with
{
    await BareServer.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), model);
    return;
}

string[] parts = args.Length > 0 ? args : ["overhead", "throughput", "batching", "models", "replace"];
var scratch = Directory.CreateDirectory(Path.Combine(Variable("CONCAT_HOME"), "bench-inference")).FullName;
await using var setting = new Setting(
    Path.Combine(Variable("CONCAT_APP"), "api"),
    Variable("ConnectionStrings__Postgres"),
    Variable("CONCAT_KEY"),
    scratch
);
Console.WriteLine(
    $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, ONNX Runtime {OnnxSession.Version}; clients on the same machine"
);
foreach (var part in parts)
{
    Console.WriteLine();
    await (part switch
    {
        "overhead" => Overhead.RunAsync(setting),
        "throughput" => Throughput.RunAsync(setting),
        "batching" => Batching.RunAsync(setting),
        "models" => ManyModels.RunAsync(setting),
        "replace" => Replacement.RunAsync(setting),
        _ => throw new ArgumentException($"There is no part '{part}'."),
    });
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set; ./concat bench inference sets it.");
