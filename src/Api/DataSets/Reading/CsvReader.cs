using System.Text;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// Rows of a CSV file (RFC 4180): commas, or semicolons or tabs where the header has more of those; quotes as in the RFC; UTF-8.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    public const int MaxColumns = 10_000;
    private const int MaxCellLetters = 100_000;

    private readonly StreamReader _text;
    private readonly string _name;
    private readonly StringBuilder _cell = new();
    private readonly char _separator;
    private long _nextLine = 1;

    /// <summary>Reads the header.</summary>
    /// <exception cref="UploadException">There is none, or a name is there twice.</exception>
    public CsvReader(UploadedFile file)
    {
        file.Content.Position = 0;
        _name = Shown.Of(file.FileName);
        _text = new StreamReader(
            file.Content,
            new UTF8Encoding(false, throwOnInvalidBytes: true),
            detectEncodingFromByteOrderMarks: true,
            leaveOpen: true
        );
        var first = FirstLine(file.Content);
        _separator = new[] { ',', ';', '\t' }.MaxBy(letter => first.Count(each => each == letter));
        Header = Next() ?? throw UploadException.Malformed($"{_name} is empty. Its first line must name the columns.");
        if (Header.GroupBy(column => column).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UploadException(
                "dataset.columns",
                $"{_name} has the column '{Shown.Of(twice.Key)}' twice. Its first line must name every column once."
            );
        if (Header.Any(string.IsNullOrWhiteSpace))
            throw new UploadException("dataset.columns", $"{_name} has a column without a name. Its first line must name every column.");
    }

    public IReadOnlyList<string> Header { get; }

    /// <summary>The number of the line that the last row began in.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The next row with as many cells as the header; null at the end. Empty lines are skipped.</summary>
    public List<string>? Read()
    {
        var row = Next();
        if (row is not null && row.Count != Header.Count)
            throw UploadException.Malformed($"{_name}, line {Line}: {row.Count} cells, and the header has {Header.Count} columns.");
        return row;
    }

    public void Dispose() => _text.Dispose();

    private List<string>? Next()
    {
        try
        {
            List<string>? row;
            do
            {
                Line = _nextLine;
                row = Row();
            }
            while (row is [""]);
            return row;
        }
        catch (DecoderFallbackException)
        {
            throw UploadException.Malformed($"{_name} is not UTF-8, somewhere behind line {Line}.");
        }
    }

    private List<string>? Row()
    {
        if (_text.Peek() < 0)
            return null;
        var row = new List<string>();
        while (true)
        {
            var end = Cell();
            row.Add(_cell.ToString());
            if (row.Count > MaxColumns)
                throw UploadException.TooLarge($"{_name}, line {Line}: more than {MaxColumns} columns.");
            if (end != _separator)
                return row;
        }
    }

    /// <summary>Fills the cell; returns what ended it: the separator, or -1 for the end of the row.</summary>
    private int Cell()
    {
        _cell.Clear();
        var quoted = _text.Peek() == '"' && _text.Read() >= 0;
        while (true)
        {
            var letter = _text.Read();
            if (letter == '\n')
                _nextLine++;
            if (letter < 0 && quoted)
                throw UploadException.Malformed($"{_name}, line {Line}: a quoted cell never ends.");
            if (quoted && letter == '"' && _text.Peek() == '"')
                _cell.Append((char)_text.Read());
            else if (quoted && letter == '"')
                quoted = false;
            else if (!quoted && (letter == _separator || letter is '\n' or < 0))
                return letter == _separator ? letter : -1;
            else if (quoted || letter != '\r')
                _cell.Append((char)letter);
            if (_cell.Length > MaxCellLetters)
                throw UploadException.TooLarge($"{_name}, line {Line}: a cell of more than {MaxCellLetters} letters.");
        }
    }

    private static string FirstLine(FileStream content)
    {
        var start = new byte[4096];
        var read = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        content.Position = 0;
        return Encoding.UTF8.GetString(start, 0, read).Split('\n')[0];
    }
}
