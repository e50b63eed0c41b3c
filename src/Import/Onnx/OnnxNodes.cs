namespace ConcatService.Import.Onnx;

/// <summary>The closed table of ONNX's operators: each writes its layers and returns the one that is its output.</summary>
internal static class OnnxNodes
{
    public delegate string Writer(OnnxCall call);

    private static readonly Dictionary<string, Writer> Table = new[]
    {
        OnnxWindows.All,
        OnnxArithmetic.All,
        OnnxShapes.All,
    }.SelectMany(family => family).ToDictionary(each => each.Name, each => each.Write);

    public static Writer? Find(string type) => Table.GetValueOrDefault(type);
}
