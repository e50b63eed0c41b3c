using System.Diagnostics;
using System.Net.Sockets;
using static ConcatService.Serving.Parts.Setting;

namespace ConcatService.Serving.Parts;

/// <summary>Beside onnxruntime-node behind Fastify, at 1 to 64 clients, as JSON and as bytes. The aim: at least 2 times.</summary>
public static class Throughput
{
    public static async Task RunAsync(Setting setting)
    {
        var name = await setting.Models.PublishAsync("throughput", BenchModel.Small, setting.Small);
        await using var server = await setting.StartAsync();
        var (folder, model) = (setting.Scratch, Path.Combine(setting.Scratch, "small.onnx"));
        await File.WriteAllBytesAsync(model, setting.Small);
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "onnxruntime-node")))
            await RunAsync(
                folder,
                "npm",
                ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "fastify", "onnxruntime-node"]
            );
        File.Copy("bench/serving/node-server.mjs", Path.Combine(folder, "node-server.mjs"), overwrite: true);
        var nodePort = server.Port + 10;
        using var node = Process.Start(
            new ProcessStartInfo("node", ["node-server.mjs", model, $"{nodePort}"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
            }
        )!;
        try
        {
            await UntilListeningAsync(nodePort);
            var bearer = $"Authorization: Bearer {setting.Key}";
            var binary = Wrk.Script(
                folder,
                "ours-binary",
                setting.Raw,
                bearer,
                "Inference-Header-Content-Length: 0",
                "Content-Type: application/octet-stream"
            );
            var ours = Wrk.Script(folder, "ours-json", setting.Json, bearer, "Content-Type: application/json");
            var theirs = Wrk.Script(folder, "node-json", setting.Json, "Content-Type: application/json");
            var theirBinary = Wrk.Script(folder, "node-binary", setting.Raw, "Content-Type: application/octet-stream");
            var infer = $"http://127.0.0.1:{server.Port}/v2/models/{name}/infer";
            (string Form, string Our, string Their, string Path)[] forms =
            [
                ("JSON", ours, theirs, "json"),
                ("binary", binary, theirBinary, "binary"),
            ];
            foreach (var (_, our, their, path) in forms) // until both runtimes have compiled what is hot
            {
                await Wrk.PerSecondAsync(infer, our, 8, 6);
                await Wrk.PerSecondAsync($"http://127.0.0.1:{nodePort}/{path}", their, 8, 6);
            }

            Console.WriteLine("throughput, requests/s by wrk, 3 s each, in turn, both warm");
            foreach (var clients in new[] { 1, 8, 32, 64 })
            {
                foreach (var (form, our, their, path) in forms)
                {
                    var (we, they) = (
                        await Wrk.PerSecondAsync(infer, our, clients, 3),
                        await Wrk.PerSecondAsync($"http://127.0.0.1:{nodePort}/{path}", their, clients, 3)
                    );
                    Console.WriteLine(
                        $"  {clients,2} clients, {form,-6} {we,8:N0}   onnxruntime-node {they,8:N0}   {we / they:F2} times"
                    );
                }
            }
        }
        finally
        {
            node.Kill();
            await node.WaitForExitAsync();
        }
    }

    private static async Task RunAsync(string folder, string program, string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { WorkingDirectory = folder })!;
        await process.WaitForExitAsync();
        Require(process.ExitCode == 0);
    }

    private static async Task UntilListeningAsync(int port)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(100))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        throw new TimeoutException($"Nothing listens on port {port} after 30 s.");
    }
}
