using Xunit;

namespace ConcatService.Domain.Tests.Conventions;

public sealed class WidthTests
{
    /// <summary><c>max_line_length</c> in .editorconfig, which no formatter holds.</summary>
    private const int MaxColumns = 140;

    [Fact]
    public void No_line_is_wider_than_140_columns() => Assert.Empty(SourceTree.Files.SelectMany(WideLines));

    private static IEnumerable<string> WideLines(string file) =>
        SourceTree
            .Read(file)
            .Split('\n')
            .Select((line, i) => (Number: i + 1, line.TrimEnd('\r').Length))
            .Where(line => line.Length > MaxColumns)
            .Select(line => $"{file}:{line.Number}: {line.Length}");
}
