using System.Text.Json;
using ConcatService.Domain.Drawing;
using ConcatService.Domain.Fixes;
using Xunit;

namespace ConcatService.Domain.Tests;

/// <summary>The README's pictures are what the service draws today. <c>UPDATE_APPROVED=1</c> draws them anew.</summary>
public sealed class PictureTests
{
    [Theory]
    [InlineData("refused")]
    [InlineData("repaired")]
    public void The_pictures_of_the_readme_are_drawn_by_the_service(string picture)
    {
        using var spec = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root(), "samples", "two-branches-refused.json")));
        var compiled = picture == "refused" ? Planning.Compiler.Compile(spec.RootElement) : Repair.Of(spec.RootElement).Result;
        var drawn = NetworkSvg.Draw(compiled) + "\n";
        var file = Path.Combine(Root(), "docs", "pictures", $"{picture}.svg");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            File.WriteAllText(file, drawn);
        Assert.Equal(File.ReadAllText(file), drawn);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ConcatService.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
