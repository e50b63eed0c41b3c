using System.Diagnostics;
using System.Text.Json;
using ConcatService.Api.Tests.DataSets;
using ConcatService.Api.Tests.Inference;

namespace ConcatService.Api.Tests.Pages;

/// <summary>Bringing data and asking a model, as a person does.</summary>
public sealed partial class BrowserTests
{
    [Fact]
    public async Task An_upload_moves_forward_only_stops_when_told_and_shows_pictures_of_each_class()
    {
        const int Train = 2000, Size = 28 * 28;
        var pixels = new byte[Train * Size];
        new Random(7).NextBytes(pixels);
        var folder = Directory.CreateTempSubdirectory("concat-page-");
        try
        {
            var file = Path.Combine(folder.FullName, "slow.npz");
            var labels = Enumerable.Range(0, Train).Select(i => (long)i % 3).ToArray();
            await File.WriteAllBytesAsync(
                file,
                NumpyFiles.Npz([("x_train", NumpyFiles.Bytes(pixels, Train, 28, 28)), ("y_train", NumpyFiles.Longs(labels, Train))]),
                TestContext.Current.CancellationToken
            );
            var (page, complaints) = await GoAsync("/data");
            await WaitAsync(page, "document.querySelector('input[type=file]')");
            await page.EmulateNetworkConditionsAsync(new() { Upload = 1_000_000, Download = 10_000_000, Latency = 0 });
            await (await page.QuerySelectorAsync("input[type=file]")).UploadFileAsync(file);
            await page.ClickAsync("dialog .main");
            await WaitAsync(page, "document.querySelector('dialog progress').value > 0");
            await PressAsync(page, "Stop");
            await WaitAsync(page, "document.querySelector('dialog [role=status]').textContent.startsWith('Stopped')");
            Assert.Equal(404, (await server.Api.GetAsync("/v1/datasets/slow")).Status);

            await page.EvaluateExpressionAsync(
                "(() => { const bar = document.querySelector('dialog progress'); bar.value = 0; window.seen = []; "
                    + "new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributeFilter: ['value'] }); })()"
            );
            await page.ClickAsync("dialog .main");
            await WaitAsync(page, "document.querySelectorAll('#slow figure').length === 3");
            var seen = (await page.EvaluateExpressionAsync<double[]>("window.seen")).SkipWhile(each => each == 0).ToArray();
            Assert.True(seen.Length >= 3, $"moved {seen.Length} times");
            Assert.Equal(seen.Order(), seen);
            Assert.Equal(
                ["0 4", "1 4", "2 4"],
                await page.EvaluateExpressionAsync<string[]>(
                    "[...document.querySelectorAll('#slow figure')].map(each => "
                        + "`${each.querySelector('figcaption').textContent} ${each.querySelectorAll('img').length}`)"
                )
            );
            await WaitAsync(page, "document.querySelector('#slow img').naturalWidth === 28");
            Assert.Empty(complaints);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_drawn_disc_gets_a_label_and_the_call_that_is_shown_gives_the_same_in_a_shell()
    {
        await SmallModels.PublishAsync(server.Api, "drawn", SmallModels.Linear());
        var (page, complaints) = await GoAsync("/models/drawn");
        await WaitAsync(page, "document.querySelector('.pad')");
        await page.EvaluateExpressionAsync(
            "(() => { const real = window.fetch; window.fetch = (path, options) => { if (options?.body instanceof Blob) "
                + "options.body.arrayBuffer().then(bytes => window.sent = btoa(String.fromCharCode(...new Uint8Array(bytes)))); "
                + "return real(path, options); }; })()"
        );
        await (await page.QuerySelectorAsync(".pad")).ScrollIntoViewAsync();
        var pad = await (await page.QuerySelectorAsync(".pad")).BoundingBoxAsync();
        for (var i = 0; i <= 12; i++)
        {
            var (x, y) = ((decimal)Math.Cos(i * Math.PI / 6), (decimal)Math.Sin(i * Math.PI / 6));
            await page.Mouse.MoveAsync(pad.X + pad.Width / 2 * (1 + x / 2), pad.Y + pad.Height / 2 * (1 + y / 2));
            if (i == 0)
                await page.Mouse.DownAsync();
        }

        await page.Mouse.UpAsync();
        await WaitAsync(page, "document.querySelector('.asked + p b') && window.sent");
        var label = await page.EvaluateExpressionAsync<string>("document.querySelector('.asked + p b').textContent");
        var call = await page.EvaluateExpressionAsync<string>("document.querySelector('[role=status].stack code').textContent");
        var folder = Directory.CreateTempSubdirectory("concat-page-");
        try
        {
            await File.WriteAllBytesAsync(
                Path.Combine(folder.FullName, "drawn.png"),
                Convert.FromBase64String(await page.EvaluateExpressionAsync<string>("window.sent")),
                TestContext.Current.CancellationToken
            );
            var start = new ProcessStartInfo("bash", ["-c", call])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["KEY"] = server.Api.Key },
            };
            using var shell = Process.Start(start)!;
            var answer = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Equal(label, JsonElement.Parse(answer).GetProperty("predictions")[0].GetProperty("label").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Empty(complaints);
    }
}
