using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;

namespace ConcatService.Serving.Parts;

/// <summary>The aim: 10 switches of the version at 500 requests/s, 0 failed requests.</summary>
public static class Replacement
{
    public static async Task RunAsync(Setting setting)
    {
        var name = await setting.Models.PublishAsync("replace", BenchModel.Small, setting.Small);
        await setting.Models.PublishAsync("replace", BenchModel.Small, BenchModel.Onnx(BenchModel.Small));
        await using var server = await setting.StartAsync();
        using var http = setting.Client(server.Port);
        var (failures, sent, done) = (new ConcurrentDictionary<int, int>(), 0, false);
        var watch = Stopwatch.StartNew();
        var load = Task.Run(async () =>
        {
            List<Task> open = [];
            for (var clock = Stopwatch.StartNew(); !Volatile.Read(ref done); sent++)
            {
                var early = TimeSpan.FromMilliseconds(2 * sent) - clock.Elapsed;
                if (early > TimeSpan.Zero)
                    await Task.Delay(early);
                open.Add(OneAsync());
            }

            await Task.WhenAll(open);
        });
        for (var i = 0; i < 10; i++)
        {
            (
                await http.PutAsJsonAsync($"/v1/models/{name}/aliases/production", new { version = i % 2 == 0 ? "2" : "1" })
            ).EnsureSuccessStatusCode();
            await Task.Delay(1000);
        }

        Volatile.Write(ref done, true);
        await load;
        Console.WriteLine(
            $"10 switches of the version under {sent / watch.Elapsed.TotalSeconds:N0} requests/s: {failures.Values.Sum()} of {sent:N0} "
                + $"requests failed{string.Concat(failures.Select(each => $"; {each.Value} with {each.Key}"))}"
        );

        async Task OneAsync()
        {
            using var body = Setting.RawBody(setting.Raw);
            using var answer = await http.PostAsync($"/v2/models/{name}/infer", body);
            if (!answer.IsSuccessStatusCode)
                failures.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
        }
    }
}
