using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>The images restore before they copy the sources: a project that a Dockerfile does not name is missing then.</summary>
public sealed partial class DockerfileTests
{
    [Theory]
    [InlineData("Dockerfile.api", "Api")]
    [InlineData("Dockerfile.worker", "Worker")]
    public void Every_project_that_the_program_needs_is_there_when_packages_are_restored(string dockerfile, string program)
    {
        var needed = new HashSet<string>();
        var open = new Stack<string>([program]);
        while (open.TryPop(out var project))
        {
            if (!needed.Add(project))
                continue;
            foreach (Match reference in Reference().Matches(Pages.Read($"src/{project}/{project}.csproj")))
                open.Push(reference.Groups[1].Value);
        }

        var copied = Copied().Matches(Pages.Read(dockerfile)).Select(copy => copy.Groups[1].Value);
        Assert.Equal(needed.Order(StringComparer.Ordinal), copied.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""<ProjectReference Include="\.\./(\w+)/""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^COPY src/(\w+)/\1\.csproj src/\1/$", RegexOptions.Multiline)]
    private static partial Regex Copied();
}
