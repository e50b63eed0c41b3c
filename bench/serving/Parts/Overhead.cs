using System.Diagnostics;
using System.Text;
using ConcatService.Training.Onnx;
using Microsoft.ML.OnnxRuntime;
using static ConcatService.Serving.Parts.Setting;

namespace ConcatService.Serving.Parts;

/// <summary>
/// One client, a 4 KB tensor as bytes: the service over REST and gRPC, beside the session in a bare loop and a bare Kestrel around it. The
/// aims: p50 at most 60 µs and p99 at most 1 ms above the bare loop.
/// </summary>
public static class Overhead
{
    private const int FirstCalls = 3000;

    /// <summary>
    /// The runtime compiles what is called often a second and a third time, in the background. After some 30,000 calls nothing changes any
    /// more.
    /// </summary>
    private const int WarmingCalls = 40_000;

    private sealed record Way(string Name, Action Run, ApiProcess? Server)
    {
        public List<double> Microseconds { get; } = [];

        public TimeSpan ProcessorTime { get; set; }

        public double FirstP50 { get; set; }

        public void Forget()
        {
            Microseconds.Clear();
            ProcessorTime = default;
        }

        public double Percentile(double percent) => Figures.Percentile(Microseconds, percent);
    }

    public static async Task RunAsync(Setting setting)
    {
        var name = await setting.Models.PublishAsync("overhead", BenchModel.Small, setting.Small);
        var file = Path.Combine(setting.Scratch, "small.onnx");
        await File.WriteAllBytesAsync(file, setting.Small);
        await using var server = await setting.StartAsync();
        await using var bare = await ApiProcess.StartBareAsync(file);
        using var session = OnnxSession.Open(setting.Small);
        using var input = OrtValue.CreateTensorValueFromMemory(setting.Pixels, [1, 1, 32, 32]);
        using var options = new RunOptions();
        using RawHttp http = new(server.Port), bareHttp = new(bare.Port);
        const string Method = "/inference.GRPCInferenceService/ModelInfer";
        using RawGrpc grpc = new(server.Port + 1, Method, setting.Key),
            bareGrpc = new(bare.Port + 1, Method, setting.Key);
        var header = Encoding.UTF8.GetBytes(
            """{"inputs":[{"name":"image","shape":[1,1,32,32],"datatype":"FP32","parameters":{"binary_data_size":4096}}],"parameters":"""
                + """{"binary_data_output":true}}"""
        );
        var message = InferMessage.Of(name, "image", [1, 1, 32, 32], setting.Raw);
        var request = RawHttp.Post(
            $"/v2/models/{name}/infer",
            setting.Key,
            [.. header, .. setting.Raw],
            $"Inference-Header-Content-Length: {header.Length}\r\n"
        );
        var empty = Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        Way[] ways =
        [
            new("bare session", () => session.Run(options, ["image"], [input], ["scores"]).Dispose(), null),
            new("empty call", () => Require(http.Send(empty).Status == 200), server),
            new("bare HTTP/1.1", () => Require(bareHttp.Send(request).Status == 200), bare),
            new("REST", () => Require(http.Send(request).Status == 200), server),
            new("bare HTTP/2", () => Require(bareGrpc.Call(message) is { Length: 40 }), bare),
            new("gRPC", () => Require(grpc.Call(message) is { Length: > 40 }), server),
        ];
        foreach (var way in ways)
        {
            Repeat(way, FirstCalls);
            way.FirstP50 = way.Percentile(50);
            Repeat(way, WarmingCalls - FirstCalls);
            way.Forget();
        }

        for (var round = 0; round < 40; round++) // in turn, so that whatever else the machine does falls on all
        {
            foreach (var way in ways)
                Repeat(way, 250);
        }

        Console.WriteLine($"overhead, one client, 4 KB binary tensor, {ways[0].Microseconds.Count:N0} calls each");
        foreach (var way in ways)
        {
            Console.Write(
                $"  {way.Name,-13} p50 {way.Percentile(50),7:F1} µs  p99 {way.Percentile(99),8:F1} µs  p50 of the first {FirstCalls:N0} "
                    + $"calls {way.FirstP50,6:F1} µs"
            );
            Console.WriteLine(
                way.Server is null
                    ? ""
                    : $"   above the bare session: p50 {way.Percentile(50) - ways[0].Percentile(50):F1} µs, p99 "
                        + $"{way.Percentile(99) - ways[0].Percentile(99):F1} µs; processor time in the server "
                        + $"{way.ProcessorTime.TotalMicroseconds / way.Microseconds.Count:F1} µs a call"
            );
        }

        var stages = (await setting.StatisticsAsync(server.Port, name))["inference_stats"]!
            .AsObject()
            .Where(stage => (long)stage.Value!["count"]! > 0);
        Console.WriteLine(
            $"  in the server, mean µs of all calls: "
                + string.Join(
                    ", ",
                    stages.Select(stage => $"{stage.Key} {(double)stage.Value!["ns"]! / 1000 / (long)stage.Value["count"]!:F1}")
                )
        );
    }

    private static void Repeat(Way way, int times)
    {
        var before = way.Server?.ProcessorTime ?? default;
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            way.Run();
            way.Microseconds.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }

        way.ProcessorTime += (way.Server?.ProcessorTime ?? default) - before;
    }
}
