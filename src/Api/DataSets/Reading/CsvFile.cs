using System.Text;
using ConcatService.Api.Requests;
using CsvHelper;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// Rows of a CSV file (RFC 4180): commas, or semicolons or tabs where the header has more of those; quotes as in the RFC; UTF-8.
/// </summary>
internal sealed class CsvFile : IDisposable
{
    public const int MaxColumns = 10_000;
    private const int MaxCellLetters = 100_000;
    private const int MaxRowBytes = 16 << 20;

    private readonly CsvReader _rows;
    private readonly string _name;

    /// <summary>Reads the header.</summary>
    /// <exception cref="UploadException">There is none, or a name is there twice.</exception>
    public CsvFile(UploadedFile file)
    {
        _name = Shown.Of(file.FileName);
        var options = new CsvReaderOptions
        {
            HasHeader = false,
            Separator = SeparatorOf(file.Content),
            TrackLineNumbers = true,
            MaxRecordSize = MaxRowBytes,
            OnMalformedRecord = CheckQuotes,
        };
        var utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var text = new StreamReader(file.Content, utf8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        _rows = CsvReader.Create(text, options, leaveOpen: false);
        Header = Next() ?? throw UploadException.Malformed($"{_name} is empty. Its first line must name the columns.");
        CheckHeader();
    }

    public IReadOnlyList<string> Header { get; }

    /// <summary>The number of the line that the last row began in.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The next row with as many cells as the header; null at the end. Empty lines are skipped.</summary>
    public string[]? Read()
    {
        var row = Next();
        if (row is not null && row.Length != Header.Count)
            throw UploadException.Malformed($"{_name}, line {Line}: {row.Length} cells, and the header has {Header.Count} columns.");
        return row;
    }

    public void Dispose() => _rows.Dispose();

    private void CheckHeader()
    {
        if (Header.GroupBy(column => column).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UploadException(
                "dataset.columns",
                $"{_name} has the column '{Shown.Of(twice.Key)}' twice. Its first line must name every column once."
            );
        if (Header.Any(string.IsNullOrWhiteSpace))
            throw new UploadException("dataset.columns", $"{_name} has a column without a name. Its first line must name every column.");
    }

    private string[]? Next()
    {
        try
        {
            if (!_rows.Read())
                return null;
        }
        catch (DecoderFallbackException)
        {
            throw UploadException.Malformed($"{_name} is not UTF-8, somewhere after line {Line}.");
        }
        catch (CsvFormatException tooLong)
        {
            throw UploadException.TooLarge($"{_name}, line {tooLong.LineNumber}: a row of more than {MaxRowBytes} bytes.");
        }

        Line = _rows.LineNumber;
        if (_rows.FieldCount > MaxColumns)
            throw UploadException.TooLarge($"{_name}, line {Line}: more than {MaxColumns} columns.");
        var row = new string[_rows.FieldCount];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] =
                _rows.GetString(i) is { Length: <= MaxCellLetters } cell
                    ? cell
                    : throw UploadException.TooLarge($"{_name}, line {Line}: a cell of more than {MaxCellLetters} letters.");
            if (NulCharacter.IsIn(row[i]))
                throw UploadException.Malformed($"{_name}, line {Line}: a cell contains the character NUL.");
        }

        return row;
    }

    /// <summary>
    /// A quote inside a cell is a character like others. Of several faults in one row only the first is reported: so a row with one that
    /// goes over several lines may hide a cell that never ends.
    /// </summary>
    private void CheckQuotes(CsvMalformedRecord row)
    {
        if (row.Reason == CsvMalformedReason.UnterminatedQuote || row.RawRecord.Contains('\n', StringComparison.Ordinal))
            throw UploadException.Malformed($"{_name}, line {row.LineNumber}: a quoted cell never ends.");
    }

    private static char SeparatorOf(FileStream content)
    {
        var start = new byte[4096];
        content.Position = 0;
        var read = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        content.Position = 0;
        var first = Encoding.UTF8.GetString(start, 0, read).Split('\n')[0];
        return new[] { ',', ';', '\t' }.MaxBy(letter => first.Count(each => each == letter));
    }
}
