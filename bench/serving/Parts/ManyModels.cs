using System.Diagnostics;
using static ConcatService.Serving.Parts.Setting;

namespace ConcatService.Serving.Parts;

/// <summary>
/// 200 models in turn, in a budget of 20. The aims: no more threads, and memory within 2 % after 1,000 loads and unloads.
/// </summary>
public static class ManyModels
{
    private const int Models = 200, Loads = 1000;

    public static async Task RunAsync(Setting setting)
    {
        var names = new List<string>();
        for (var i = 0; i < Models; i++)
            names.Add(await setting.Models.PublishAsync($"many-{i}", BenchModel.Small, BenchModel.Onnx(BenchModel.Small)));
        await using var server = await setting.StartAsync($"Inference__CacheBytes={setting.Small.Length * 20}", "DOTNET_gcServer=0");
        using var http = new RawHttp(server.Port);
        async Task LoadAllAsync()
        {
            for (var i = 0; i < Loads; i++)
                Require(
                    http.Send(
                        RawHttp.Post(
                            $"/v2/models/{names[i % Models]}/infer",
                            setting.Key,
                            setting.Raw,
                            "Inference-Header-Content-Length: 0\r\n"
                        )
                    ).Status == 200
                );
            await Task.Delay(1000);
        }

        // these warm the server itself: code, the pool's threads, heaps, of which the youngest generation alone may have 128 MB
        for (var thousand = 0; thousand < 2; thousand++)
            await LoadAllAsync();
        var (memory, threads) = (server.Status("VmRSS"), server.Status("Threads"));
        for (var thousand = 1; thousand <= 3; thousand++)
        {
            var watch = Stopwatch.StartNew();
            await LoadAllAsync();
            var (after, threadsAfter) = (server.Status("VmRSS"), server.Status("Threads"));
            Console.WriteLine(
                $"{Models} models in a budget of 20, {thousand * Loads:N0} loads and unloads, "
                    + $"{(watch.Elapsed.TotalMilliseconds - 1000) / Loads:F2} ms each: resident {memory / 1024.0:F0} -> "
                    + $"{after / 1024.0:F0} MB ({100.0 * (after - memory) / memory:+0.0;-0.0} %), threads {threads} -> {threadsAfter}"
            );
        }
    }
}
