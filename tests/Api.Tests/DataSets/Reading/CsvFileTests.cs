using System.Text;
using ConcatService.Api.DataSets.Reading;

namespace ConcatService.Api.Tests.DataSets.Reading;

/// <summary>What is read from CSV files as people write them, and what is refused before it costs memory.</summary>
public sealed class CsvFileTests
{
    [Theory]
    [InlineData("a,y\r\n1,2\r\n\r\n3,4", "2:1|2 4:3|4")]
    [InlineData("\uFEFFa;y\n1,5;2\n", "2:1,5|2")]
    [InlineData("a\ty\n1\t2\n", "2:1|2")]
    [InlineData("a,y\n\"1\n2\",\"x\"\"y\"\n3,4\n", "2:1\n2|x\"y 4:3|4")]
    [InlineData("a,y\n5\"pipe,1\n\"5\"x,2\n", "2:5\"pipe|1 3:5x|2")]
    [InlineData("a,y\n 1 ,\n", "2: 1 |")]
    public void Rows_come_with_the_line_that_they_begin_in(string csv, string expected) => Assert.Equal(expected, Rows(csv));

    [Theory]
    [InlineData("a,y\n1,2\n\"3,4\n5,6\n", "a.csv, line 3: a quoted cell never ends.")]
    [InlineData("a,y\n5\"pipe,\"3\n5,6\n", "a.csv, line 2: a quoted cell never ends.")]
    [InlineData("a,y\n1,2,3\n", "a.csv, line 2: 3 cells, and the header has 2 columns.")]
    public void What_is_no_table_is_refused_with_the_line(string csv, string message) =>
        Assert.Equal(message, Assert.Throws<UploadException>(() => Rows(csv)).Message);

    [Fact]
    public void Text_that_is_not_UTF8_is_refused() =>
        Assert.Equal(
            "a.csv is not UTF-8, somewhere after line 1.",
            Assert.Throws<UploadException>(() => Rows([.. "a,y\n1,2\n"u8, 0xFF, (byte)'\n'])).Message
        );

    [Fact]
    public void Cells_columns_and_rows_have_limits()
    {
        Assert.Equal("a.csv, line 2: a cell of more than 100000 letters.", Refusal("a,y\n1," + new string('x', 100_001)));
        Assert.Equal("a.csv, line 1: more than 10000 columns.", Refusal(new string(',', 10_000) + "\n"));
        Assert.Equal("a.csv, line 2: a row of more than 16777216 bytes.", Refusal("a,y\n" + new string(',', 17_000_000)));
    }

    private static string Refusal(string csv)
    {
        var refused = Assert.Throws<UploadException>(() => Rows(csv));
        Assert.Equal(413, refused.Problem.StatusCode);
        return refused.Message;
    }

    private static string Rows(string csv) => Rows(Encoding.UTF8.GetBytes(csv));

    private static string Rows(byte[] csv)
    {
        using var content = new UploadLimits(1 << 30, 1 << 30, Path.GetTempPath()).NewFile();
        content.Write(csv);
        using var file = new CsvFile(new("file", "a.csv", content, []));
        var rows = new List<string>();
        while (file.Read() is { } row)
            rows.Add($"{file.Line}:{string.Join('|', row)}");
        return string.Join(' ', rows);
    }
}
