using System.Runtime.InteropServices;

namespace ConcatService.Serving.Parts;

/// <summary>The aims: at least 1.5 times unbatched at 32 clients where the model profits, never worse than 0.95 at 1 client, equal within 1e-5 of the peak.</summary>
public static class Batching
{
    public static async Task RunAsync(Setting setting)
    {
        await using var auto = await setting.StartAsync("Inference__Batching=auto");
        await using var off = await setting.StartAsync("Inference__Batching=off");
        Console.WriteLine("batching, requests/s by wrk, 3 s each, in turn, binary tensors");
        foreach (var (kind, spec) in new[] { ("small", BenchModel.Small), ("wide", BenchModel.Wide) })
        {
            var name = await setting.Models.PublishAsync($"batch-{kind}", spec, kind == "small" ? setting.Small : BenchModel.Onnx(spec));
            var script = Wrk.Script(setting.Scratch, "batching", setting.Raw, $"Authorization: Bearer {setting.Key}", "Inference-Header-Content-Length: 0");
            var (first, second) = ($"http://127.0.0.1:{auto.Port}/v2/models/{name}/infer", $"http://127.0.0.1:{off.Port}/v2/models/{name}/infer");
            await Wrk.PerSecondAsync(first, script, 32, 3);
            await Wrk.PerSecondAsync(second, script, 32, 1);
            foreach (var clients in new[] { 1, 32 })
            {
                var (with, without) = (new List<double>(), new List<double>());
                for (var round = 0; round < 3; round++)
                {
                    with.Add(await Wrk.PerSecondAsync(first, script, clients, 3));
                    without.Add(await Wrk.PerSecondAsync(second, script, clients, 3));
                }

                Console.WriteLine($"  {kind,-5} {clients,2} clients   auto {with.Average(),8:N0}   off {without.Average(),8:N0}   {with.Average() / without.Average():F2} times");
            }

            var runs = (await setting.StatisticsAsync(auto.Port, name))["batch_stats"]!.AsArray();
            Console.WriteLine($"  {kind,-5} runs by batch size: {string.Join(", ", runs.Select(run => $"{run!["batch_size"]}: {run["compute_infer"]!["count"]}"))}");
            Console.WriteLine($"  {kind,-5} largest difference between answers of 32 clients and of one: {await DifferenceAsync(setting, auto.Port, name):E1} of the peak");
        }
    }

    /// <summary>Each client its own picture; the same pictures one by one, and all at once until they must have met in batches.</summary>
    private static async Task<double> DifferenceAsync(Setting setting, int port, string name)
    {
        using var http = setting.Client(port);
        async Task<float[]> AskAsync(int client)
        {
            using var body = Setting.RawBody(MemoryMarshal.AsBytes(Array.ConvertAll(setting.Pixels, pixel => pixel * client / 32).AsSpan()).ToArray());
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
