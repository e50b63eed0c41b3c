namespace ConcatService.Import.Tests.Yolo;

/// <summary>Networks of the YOLO family as files of this form, written here from their published descriptions.</summary>
internal static class YoloFiles
{
    private const string Up = "[-1, 1, nn.Upsample, [None, 2, nearest]]";

    public static string Version5(double depth, double width) =>
        $"""
        nc: 80
        depth_multiple: {depth}
        width_multiple: {width}
        anchors:
          - [10, 13, 16, 30, 33, 23]
          - [30, 61, 62, 45, 59, 119]
          - [116, 90, 156, 198, 373, 326]
        {Rows(
            "Conv 1 [64, 6, 2, 2]", "Conv 1 [128, 3, 2]", "C3 3 [128]", "Conv 1 [256, 3, 2]", "C3 6 [256]", "Conv 1 [512, 3, 2]",
            "C3 9 [512]", "Conv 1 [1024, 3, 2]", "C3 3 [1024]", "SPPF 1 [1024, 5]", "|",
            "Conv 1 [512, 1, 1]", "up", "cat [-1, 6]", "C3 3 [512, False]", "Conv 1 [256, 1, 1]", "up", "cat [-1, 4]", "C3 3 [256, False]",
            "Conv 1 [256, 3, 2]", "cat [-1, 14]", "C3 3 [512, False]", "Conv 1 [512, 3, 2]", "cat [-1, 10]", "C3 3 [1024, False]",
            "[[17, 20, 23], 1, Detect, [nc, anchors]]")}
        """;

    public static readonly string Version8 =
        $$"""
        nc: 80
        scales: {n: [0.33, 0.25, 1024], s: [0.33, 0.5, 1024], m: [0.67, 0.75, 768], l: [1.0, 1.0, 512], x: [1.0, 1.25, 512]}
        {{Rows(
            "Conv 1 [64, 3, 2]", "Conv 1 [128, 3, 2]", "C2f 3 [128, True]", "Conv 1 [256, 3, 2]", "C2f 6 [256, True]",
            "Conv 1 [512, 3, 2]", "C2f 6 [512, True]", "Conv 1 [1024, 3, 2]", "C2f 3 [1024, True]", "SPPF 1 [1024, 5]", "|",
            "up", "cat [-1, 6]", "C2f 3 [512]", "up", "cat [-1, 4]", "C2f 3 [256]", "Conv 1 [256, 3, 2]", "cat [-1, 12]", "C2f 3 [512]",
            "Conv 1 [512, 3, 2]", "cat [-1, 9]", "C2f 3 [1024]", "[[15, 18, 21], 1, Detect, [nc]]")}}
        """;

    public static readonly string Version9C =
        $"""
        nc: 80
        {Rows(
            "Conv 1 [64, 3, 2]", "Conv 1 [128, 3, 2]", "RepNCSPELAN4 1 [256, 128, 64, 1]", "ADown 1 [256]",
            "RepNCSPELAN4 1 [512, 256, 128, 1]", "ADown 1 [512]", "RepNCSPELAN4 1 [512, 512, 256, 1]", "ADown 1 [512]",
            "RepNCSPELAN4 1 [512, 512, 256, 1]", "SPPELAN 1 [512, 256]", "|",
            "up", "cat [-1, 6]", "RepNCSPELAN4 1 [512, 512, 256, 1]", "up", "cat [-1, 4]", "RepNCSPELAN4 1 [256, 256, 128, 1]",
            "ADown 1 [256]", "cat [-1, 12]", "RepNCSPELAN4 1 [512, 512, 256, 1]", "ADown 1 [512]", "cat [-1, 9]",
            "RepNCSPELAN4 1 [512, 512, 256, 1]", "[[15, 18, 21], 1, Detect, [nc]]")}
        """;

    public static readonly string Version10N =
        $$"""
        nc: 80
        scales: {n: [0.33, 0.25, 1024]}
        {{Rows(
            "Conv 1 [64, 3, 2]", "Conv 1 [128, 3, 2]", "C2f 3 [128, True]", "Conv 1 [256, 3, 2]", "C2f 6 [256, True]",
            "SCDown 1 [512, 3, 2]", "C2f 6 [512, True]", "SCDown 1 [1024, 3, 2]", "C2f 3 [1024, True]", "SPPF 1 [1024, 5]",
            "PSA 1 [1024]", "|",
            "up", "cat [-1, 6]", "C2f 3 [512]", "up", "cat [-1, 4]", "C2f 3 [256]", "Conv 1 [256, 3, 2]", "cat [-1, 13]", "C2f 3 [512]",
            "SCDown 1 [512, 3, 2]", "cat [-1, 10]", "C2fCIB 3 [1024, True, True]", "[[16, 19, 22], 1, v10Detect, [nc]]")}}
        """;

    public static readonly string Version11 =
        $$"""
        nc: 80
        scales: {n: [0.5, 0.25, 1024], s: [0.5, 0.5, 1024], m: [0.5, 1.0, 512], l: [1.0, 1.0, 512], x: [1.0, 1.5, 512]}
        {{Rows(
            "Conv 1 [64, 3, 2]", "Conv 1 [128, 3, 2]", "C3k2 2 [256, False, 0.25]", "Conv 1 [256, 3, 2]", "C3k2 2 [512, False, 0.25]",
            "Conv 1 [512, 3, 2]", "C3k2 2 [512, True]", "Conv 1 [1024, 3, 2]", "C3k2 2 [1024, True]", "SPPF 1 [1024, 5]",
            "C2PSA 2 [1024]", "|",
            "up", "cat [-1, 6]", "C3k2 2 [512, False]", "up", "cat [-1, 4]", "C3k2 2 [256, False]", "Conv 1 [256, 3, 2]", "cat [-1, 13]",
            "C3k2 2 [512, False]", "Conv 1 [512, 3, 2]", "cat [-1, 10]", "C3k2 2 [1024, True]", "[[16, 19, 22], 1, Detect, [nc]]")}}
        """;

    public static readonly string Version12 =
        $$"""
        nc: 80
        scales: {n: [0.5, 0.25, 1024], s: [0.5, 0.5, 1024], m: [0.5, 1.0, 512], l: [1.0, 1.0, 512], x: [1.0, 1.5, 512]}
        {{Rows(
            "Conv 1 [64, 3, 2]", "Conv 1 [128, 3, 2]", "C3k2 2 [256, False, 0.25]", "Conv 1 [256, 3, 2]", "C3k2 2 [512, False, 0.25]",
            "Conv 1 [512, 3, 2]", "A2C2f 4 [512, True, 4]", "Conv 1 [1024, 3, 2]", "A2C2f 4 [1024, True, 1]", "|",
            "up", "cat [-1, 6]", "A2C2f 2 [512, False, -1]", "up", "cat [-1, 4]", "A2C2f 2 [256, False, -1]", "Conv 1 [256, 3, 2]",
            "cat [-1, 11]", "A2C2f 2 [512, False, -1]", "Conv 1 [512, 3, 2]", "cat [-1, 8]", "C3k2 2 [1024, True]",
            "[[14, 17, 20], 1, Detect, [nc]]")}}
        """;

    /// <summary>One row on a line from the first line behind <c>backbone:</c>; "|" begins the head.</summary>
    public static string Rows(params string[] rows) =>
        "backbone:\n" + string.Join('\n', rows.Select(row => row == "|" ? "head:" : $"  - {Row(row)}"));

    private static string Row(string row)
    {
        if (row[0] == '[')
            return row;
        if (row == "up")
            return Up;
        if (row.StartsWith("cat ", StringComparison.Ordinal))
            return $"[{row[4..]}, 1, Concat, [1]]";
        var words = row.Split(' ', 3);
        return $"[-1, {words[1]}, {words[0]}, {words[2]}]";
    }
}
