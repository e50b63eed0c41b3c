namespace ConcatService.Import.Yolo;

/// <summary>The tool and its version, by the modules that came with each.</summary>
internal static class YoloDialect
{
    /// <summary>The tool and, where a module tells it, the version.</summary>
    public static string Of(YamlMap file, bool hasAnchors)
    {
        if (hasAnchors)
            return "yolov5";
        var modules = new[] { "backbone", "head" }
            .SelectMany(key => file[key] is YamlList list ? list.Items : [])
            .Select(row => row is YamlList { Items: [_, _, YamlScalar module, ..] } ? module.Text : "")
            .ToHashSet();
        (string Module, string Version)[] told =
        [
            ("A2C2f", "12"),
            ("C3k2", "11"),
            ("v10Detect", "10"),
            ("RepNCSPELAN4", "9"),
            ("ELAN1", "9"),
            ("C2f", "8"),
            ("HGBlock", "rt-detr"),
        ];
        var version = told.FirstOrDefault(each => modules.Contains(each.Module)).Version;
        return version is null ? "ultralytics" : $"ultralytics {version}";
    }
}
