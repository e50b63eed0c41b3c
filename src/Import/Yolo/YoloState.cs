namespace ConcatService.Import.Yolo;

/// <summary>How far a file is read: the spec, its settings, and the name and width of each row.</summary>
internal sealed class YoloState
{
    public SpecWriter Spec { get; } = new();

    public YoloSettings Settings { get; set; } = new();

    public List<(string Name, long Width)> Rows { get; } = [];

    public string Input { get; set; } = "image";

    /// <summary>Whether every size of the input is a number.</summary>
    public bool HasSizes { get; set; } = true;

    /// <summary>Whether a row is a head: the outputs are then its, and otherwise the last row.</summary>
    public bool HasHead { get; set; }

    /// <summary>The name of what a row reads. A row that there is not gets a name that there is not: the report then says so.</summary>
    public string InputOf(long row) => row == -1 ? Input : row >= 0 && row < Rows.Count ? Rows[(int)row].Name : $"row{row}";

    public long WidthOf(long row) => row == -1 ? Settings.Channels : row >= 0 && row < Rows.Count ? Rows[(int)row].Width : 64;

    public void AddRow(YoloRow row, string name, long width) => Rows.Add((name, Math.Clamp(width, 1, Arguments.MaxSize)));
}
