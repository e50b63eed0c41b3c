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

    /// <summary>What would stand beside the Api, as the build resolves it, without compiling. It does not need a GPU.</summary>
    [Fact]
    public async Task The_Api_takes_the_GPU_package_with_this_platforms_libraries_alone()
    {
        var folder = Directory.CreateTempSubdirectory("concat-cuda-").FullName;
        try
        {
            string[] items = ["NativeCopyLocalItems", "Content", "None"];
            var output = await DotnetAsync(
                [
                    "msbuild", Project("Api"), "-nologo", "-restore", "-t:ResolvePackageAssets", "-p:OrtBackend=cuda",
                    "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={folder}", .. items.Select(item => $"-getItem:{item}"),
                ]
            );
            using var resolved = JsonDocument.Parse(output[output.IndexOf('{')..]);
            var files = items
                .SelectMany(item => resolved.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray())
                .Select(item => $"{item.GetProperty("Filename")}{item.GetProperty("Extension")}")
                .ToList();
            var windows = OperatingSystem.IsWindows();
            Assert.Contains(windows ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so", files);
            Assert.DoesNotContain(windows ? "libonnxruntime.so" : "onnxruntime.dll", files);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Project(string name) => Path.Combine(Repository.Root, "src", name, $"{name}.csproj");

    /// <summary>Without the build servers, which would live on and hold the output open.</summary>
    private static async Task<string> DotnetAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-nodeReuse:false", "-p:UseSharedCompilation=false"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    private static async Task<string[]> PackagesAsync(string project, params string[] properties)
    {
        var output = await DotnetAsync(["msbuild", Project(project), "-nologo", "-getItem:PackageReference", .. properties]);
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
