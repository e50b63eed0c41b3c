// Time from a compiled network to its picture, for every sample: boxes drawn, frames that stand for repetitions, pixels and bytes.
// needs: nothing
#:property PublishAot=false
#:project ../src/Pictures/Pictures.csproj

using System.Diagnostics;
using System.Xml.Linq;
using ConcatService.Domain.Compiling;
using ConcatService.Pictures.Drawing;
using ConcatService.Domain.Planning;

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, warm, one thread");
foreach (var file in Directory.EnumerateFiles("samples", "*.json").Order())
{
    var compiled = Compiler.Compile(File.ReadAllBytes(file));
    var svg = NetworkSvg.Draw(compiled);
    for (var warmup = Stopwatch.StartNew(); warmup.ElapsedMilliseconds < 300;) // until the JIT has optimized what is hot
        NetworkSvg.Draw(compiled);
    var times = new List<double>();
    for (var whole = Stopwatch.StartNew(); whole.ElapsedMilliseconds < 300;)
    {
        var one = Stopwatch.GetTimestamp();
        NetworkSvg.Draw(compiled);
        times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
    }

    times.Sort();
    var root = XDocument.Parse(svg).Root!;
    int Count(string style) => root.Descendants().Count(element => ((string?)element.Attribute("class") ?? "").Split(' ')[0] == style);
    Console.WriteLine(
        $"{Path.GetFileNameWithoutExtension(file),-22} {compiled.Planned.Rows.Count,5} layers  {Count("box"),4} boxes "
            + $"{Count("frame"),3} frames  {root.Attribute("width")!.Value,5} x {root.Attribute("height")!.Value,-5} "
            + $"{svg.Length / 1e3,6:F1} KB  p50 {times[times.Count / 2],6:F2} ms  p99 {times[(int)(times.Count * 0.99)],6:F2} ms"
    );
}
