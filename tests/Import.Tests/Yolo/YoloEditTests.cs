using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Import.Tests.Yolo;

/// <summary>A fix, written into the file, and the file read again: the finding is gone.</summary>
public sealed class YoloEditTests
{
    private static readonly string File =
        YoloFiles.Version8.Replace("  - [-1, 1, SPPF", "  # pools\n  - [-1, 1, SPPF", StringComparison.Ordinal);

    public static TheoryData<string, string> Broken { get; } = new()
    {
        { "[[-1, 6], 1, Concat, [1]]", "[[-1, 4], 1, Concat, [1]]" },
        { "[[-1, 4], 1, Concat, [1]]", "[[-1, 2], 1, Concat, [1]]" },
        { "[[-1, 12], 1, Concat, [1]]", "[[-1, 15], 1, Concat, [1]]" },
        { "[[-1, 9], 1, Concat, [1]]", "[[-1, 4], 1, Concat, [1]]" },
        { "[-1, 1, nn.Upsample, [None, 2, nearest]]", "[-1, 1, nn.Upsample, [None, 4, nearest]]" },
        { "[-1, 1, Conv, [512, 3, 2]]", "[-1, 1, Conv, [512, 3, 1]]" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_fix_that_is_written_into_the_file_mends_it(string right, string wrong)
    {
        var at = File.LastIndexOf(right, StringComparison.Ordinal);
        var broken = File[..at] + wrong + File[(at + right.Length)..];
        var imported = Imported.Of(broken, "n");
        var found = imported.Compiled.Report.Diagnostics.First(each => each.Severity == Severity.Error);
        var place = imported.Network.PlaceOf(found.Layer)?.Text;
        var edited = found.Fixes
            .Select(fix => (fix.Title, Edits: imported.Network.Edits!(fix.Patch)))
            .Where(each => each.Edits is not null)
            .ToList();
        Assert.NotEmpty(edited);
        foreach (var (title, edits) in edited)
        {
            var mended = LineEdit.Apply(broken, edits!);
            Assert.Contains("  # pools\n", mended, StringComparison.Ordinal);
            var again = Imported.Of(mended, "n");
            Assert.True(again.Network.Gaps.Count == 0, $"{title}\n{mended}");
            Assert.DoesNotContain(
                again.Compiled.Report.Diagnostics,
                each => each.Severity == Severity.Error && again.Network.PlaceOf(each.Layer)?.Text == place
            );
        }
    }

    [Fact]
    public void A_row_that_is_put_in_moves_the_numbers_behind_it_and_nothing_else()
    {
        var imported = Imported.Of(YoloFiles.Version8, "n");
        var patch = JsonNode.Parse("""
            [
              { "op": "replace", "path": "/layers/11/inputs/1", "value": "6.C2f_up" },
              { "op": "add", "path": "/layers/11",
                "value": { "name": "6.C2f_up", "type": "upsample", "inputs": ["6.C2f"], "scale_factor": 2 } }
            ]
            """)!.AsArray();
        var mended = LineEdit.Apply(YoloFiles.Version8, imported.Network.Edits!(patch)!).Split('\n');
        var rows = mended.Where(line => line.StartsWith("  - ", StringComparison.Ordinal)).ToList();
        Assert.Equal("  - [6, 1, nn.Upsample, [None, 2, nearest]]", rows[11]);
        Assert.Equal("  - [[10, 11], 1, Concat, [1]]", rows[12]);
        Assert.Equal("  - [[-1, 4], 1, Concat, [1]]", rows[15]);
        Assert.Equal("  - [[-1, 13], 1, Concat, [1]]", rows[18]);
        Assert.Equal("  - [[-1, 9], 1, Concat, [1]]", rows[21]);
        Assert.Equal("  - [[16, 19, 22], 1, Detect, [nc]]", rows[23]);
    }

    /// <summary>A row was taken out by hand, and the numbers behind it left: they are those of the file before, one less.</summary>
    [Theory]
    [InlineData(
        "  - [-1, 3, C2f, [128, True]]\n", "[[-1, 5], 1, Concat, [1]]", "[[-1, 3], 1, Concat, [1]]", "[[14, 17, 20], 1, Detect, [nc]]"
    )]
    [InlineData("  - [-1, 3, C2f, [256]]\n", "[[-1, 6], 1, Concat, [1]]", "[[-1, 12], 1, Concat, [1]]", "[[14, 17, 20], 1, Detect, [nc]]")]
    public void Numbers_are_counted_anew_where_a_row_is_gone(string gone, params string[] rows)
    {
        var broken = YoloFiles.Version8.Remove(YoloFiles.Version8.IndexOf(gone, StringComparison.Ordinal), gone.Length);

        var renumbered = Imported.Of(broken, "n").Network.Renumber!();

        var mended = LineEdit.Apply(broken, renumbered!.Edits);
        Assert.All(rows, row => Assert.Contains(row, mended, StringComparison.Ordinal));
        Assert.Empty(Imported.Of(mended, "n").IsValid().Network.Gaps);
        Assert.Null(Imported.Of(mended, "n").Network.Renumber!());
    }

    [Fact]
    public void What_no_row_can_say_is_no_edit()
    {
        var imported = Imported.Of(YoloFiles.Version8, "n");
        var patch = JsonNode.Parse("""[ { "op": "add", "path": "/blocks/2.C2f/0/stride", "value": 2 } ]""")!.AsArray();
        Assert.Null(imported.Network.Edits!(patch));
    }
}
