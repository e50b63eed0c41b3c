using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ConcatService.Serving.Parts;

/// <summary>
/// The aims: at least 1.5 times unbatched at 32 clients where the model profits, never worse than 0.95 at 1 client, equal within 1e-5 of
/// the peak.
/// </summary>
public static class Batching
{
    public static async Task RunAsync(Setting setting)
    {
        await using var auto = await setting.StartAsync("Inference__Batching=auto");
        await using var off = await setting.StartAsync("Inference__Batching=off");
        Console.WriteLine("batching, auto beside off, binary tensors: one client by the time of its calls, 32 by wrk, 1 s each, in turn");
        foreach (var (kind, spec) in new[] { ("small", BenchModel.Small), ("wide", BenchModel.Wide) })
        {
            var name = await setting.Models.PublishAsync($"batch-{kind}", spec, kind == "small" ? setting.Small : BenchModel.Onnx(spec));
            var script = Wrk.Script(
                setting.Scratch,
                "batching",
                setting.Raw,
                $"Authorization: Bearer {setting.Key}",
                "Inference-Header-Content-Length: 0"
            );
            string Url(ApiProcess server) => $"http://127.0.0.1:{server.Port}/v2/models/{name}/infer";
            foreach (var server in new[] { auto, off })
                await Wrk.PerSecondAsync(Url(server), script, 32, 3);           // the first that wait bring the measurement about
            var (with, without) = OneClient(setting, auto.Port, off.Port, $"/v2/models/{name}/infer");
            Console.WriteLine($"  {kind,-5}  1 client    auto p50 {with,8:F1} µs  off {without,8:F1} µs   {without / with:F2} times");
            List<(double Auto, double Off)> rates = [];
            for (var round = 0; round < 7; round++)
                rates.Add((await Wrk.PerSecondAsync(Url(auto), script, 32, 1), await Wrk.PerSecondAsync(Url(off), script, 32, 1)));
            Console.WriteLine(
                $"  {kind,-5} 32 clients   auto {Median(rate => rate.Auto),8:N0}/s  off {Median(rate => rate.Off),8:N0}/s   "
                    + $"{Median(rate => rate.Auto / rate.Off):F2} times (medians of {rates.Count} rounds)"
            );
            var runs = (await setting.StatisticsAsync(auto.Port, name))["batch_stats"]!.AsArray();
            Console.WriteLine(
                $"  {kind,-5} runs by samples: "
                    + $"{string.Join(", ", runs.Select(run => $"{run!["batch_size"]}: {run["compute_infer"]!["count"]}"))}"
            );
            Console.WriteLine(
                $"  {kind,-5} largest difference between answers of 32 clients and of one: "
                    + $"{await DifferenceAsync(setting, auto.Port, name):E1} of the peak"
            );

            double Median(Func<(double Auto, double Off), double> value) => Figures.Percentile([.. rates.Select(value)], 50);
        }
    }

    /// <summary>The medians of single calls, in microseconds, in turn.</summary>
    private static (double Auto, double Off) OneClient(Setting setting, int auto, int off, string path)
    {
        var request = RawHttp.Post(path, setting.Key, setting.Raw, "Inference-Header-Content-Length: 0\r\n");
        using RawHttp first = new(auto), second = new(off);
        (List<double> With, List<double> Without) times = ([], []);
        for (var call = 0; call < 6000; call++)
        {
            foreach (var (http, list) in new[] { (first, times.With), (second, times.Without) })
            {
                var began = Stopwatch.GetTimestamp();
                Setting.Require(http.Send(request).Status == 200);
                list.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }
        }

        return (Figures.Percentile(times.With, 50), Figures.Percentile(times.Without, 50));
    }

    /// <summary>Each client its own picture; the same pictures one by one, and all at once until they must have met in batches.</summary>
    private static async Task<double> DifferenceAsync(Setting setting, int port, string name)
    {
        using var http = setting.Client(port);
        async Task<float[]> AskAsync(int client)
        {
            using var body = Setting.RawBody(
                MemoryMarshal.AsBytes(Array.ConvertAll(setting.Pixels, pixel => pixel * client / 32).AsSpan()).ToArray()
            );
            using var answer = await http.PostAsync($"/v2/models/{name}/infer", body);
            var bytes = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
            return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(^40..)).ToArray();
        }

        List<float[]> alone = [];
        for (var client = 0; client < 32; client++)
            alone.Add(await AskAsync(client));
        var (peak, difference) = (alone.SelectMany(scores => scores).Max(Math.Abs), 0f);
        for (var round = 0; round < 20; round++)
        {
            var together = await Task.WhenAll(Enumerable.Range(0, 32).Select(AskAsync));
            difference = Math.Max(difference, together.Zip(alone, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max());
        }

        return difference / peak;
    }
}
