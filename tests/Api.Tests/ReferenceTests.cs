using System.Diagnostics;
using System.Text.Json;

namespace ConcatService.Api.Tests;

/// <summary>Which project may see what.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void The_Api_never_sees_libtorch()
    {
        var built = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src", "Api", "bin"), "Api.deps.json", SearchOption.AllDirectories)
            .ToList();
        Assert.NotEmpty(built);
        foreach (var file in built)
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotContain("TorchSharp", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("libtorch", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("Training", "TorchBackend", "cuda12", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    [InlineData("Api", "OrtBackend", "cuda", "Microsoft.ML.OnnxRuntime.Gpu", "Microsoft.ML.OnnxRuntime")]
    public async Task One_build_property_selects_the_GPU_packages(string project, string property, string value, string taken, string left)
    {
        var packages = await PackagesAsync(project, $"-p:{property}={value}");
        Assert.Contains(taken, packages);
        Assert.DoesNotContain(left, packages);
        Assert.DoesNotContain(taken, await PackagesAsync(project));
    }

    private static async Task<string[]> PackagesAsync(string project, params string[] properties)
    {
        string[] arguments =
        [
            "msbuild",
            Path.Combine(Repository.Root, "src", project, $"{project}.csproj"),
            "-nologo",
            "-getItem:PackageReference",
            .. properties,
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return
        [
            .. JsonElement
                .Parse(output)
                .GetProperty("Items")
                .GetProperty("PackageReference")
                .EnumerateArray()
                .Select(package => package.GetProperty("Identity").GetString()!),
        ];
    }
}
