using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using ConcatService.Pictures.Drawing;

namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>A picture read back from its SVG.</summary>
internal sealed class Drawn
{
    private readonly XElement _root;

    private Drawn(string svg) => _root = XDocument.Parse(svg).Root!;

    public static Drawn Of(Compilation compiled, IReadOnlyList<BranchNote>? trained = null) => new(NetworkSvg.Draw(compiled, trained));

    public static Drawn Of(JsonElement spec) => Of(Compiler.Compile(spec));

    public static Drawn Sample(string name) => Of(Compiler.Compile(Samples.Bytes(name)));

    /// <param name="layers">The JSON of the layers; the input is <c>image</c>, 3x32x32.</param>
    public static Drawn Layers(string layers) =>
        Of(Compiler.Compile(Encoding.UTF8.GetBytes($$"""{ "inputs": { "image": { "shape": [3, 32, 32] } }, "layers": {{layers}} }""")));

    public double Width => Number(_root, "width");

    public double Height => Number(_root, "height");

    public string Title => Elements("title").First().Value;

    public IReadOnlyList<DrawnBox> Boxes => [.. Elements("g").Select(g => new DrawnBox(g))];

    public IReadOnlyList<string> Frames =>
        [.. Elements("rect").Where(rect => Is(rect, "frame")).Select(rect => rect.ElementsAfterSelf().First().Value)];

    /// <summary>The arrows from layer to layer.</summary>
    public IReadOnlyList<XElement> Edges => [.. Elements("path").Where(path => Is(path, "edge") && !Is(path, "stub") && !Is(path, "loop"))];

    public IReadOnlyList<DrawnText> Labels => [.. Texts.Where(text => text.Style.Contains("shape"))];

    public IReadOnlyList<DrawnText> Texts => [.. Elements("text").Select(text => new DrawnText(text))];

    public static bool Is(XElement element, string style) => ((string?)element.Attribute("class") ?? "").Split(' ').Contains(style);

    internal static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private IEnumerable<XElement> Elements(string name) => _root.Descendants().Where(element => element.Name.LocalName == name);
}
