using System.Text.Json;
using Xunit;

namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>What holds of every picture: the gallery's, those of public faults, and odd ones.</summary>
public sealed class PictureFactsTests
{
    private static readonly string Threads = Path.Combine(Repository.Root, "bench", "concatbench", "threads");

    private static readonly Dictionary<string, string> Odd = new()
    {
        ["one layer"] = """[ { "type": "relu" } ]""",
        ["wide"] = Wide(24),
        ["all to all"] = """
            [ { "name": "a", "type": "relu", "inputs": ["image"] }, { "name": "b", "type": "relu", "inputs": ["image"] },
              { "name": "m", "type": "concat", "inputs": ["a", "b"] }, { "name": "n", "type": "concat", "inputs": ["b", "a"] },
                { "name": "o", "type": "add", "inputs": ["m", "n"] }, { "name": "p", "type": "concat", "inputs": ["o", "image"] } ]
            """,
        ["parts of a split"] =
            """
            [ { "name": "s", "type": "split", "sections": [1, 2] }, { "name": "a", "type": "concat", "inputs": ["s:0", "s:1"] },
              { "name": "b", "type": "concat", "inputs": ["s:1", "s:0", "a"] } ]
            """,
        ["a size like another's"] =
            """
            [ { "name": "a", "type": "max_pool2d", "kernel_size": 2 }, { "name": "u", "type": "upsample", "size": { "like": "image" } },
              { "name": "c", "type": "concat", "inputs": ["u", "image"] } ]
            """,
        ["aligned and fused"] = """
            [ { "name": "low", "type": "max_pool2d", "kernel_size": 2 },
              { "name": "c", "type": "concat", "inputs": ["image", "low"], "align": "auto", "fuse": "gate" },
              { "name": "d", "type": "concat", "inputs": ["c", "image"], "fuse": "l2norm" },
                { "name": "e", "type": "concat", "inputs": ["d", "c"], "fuse": "aff" } ]
            """,
        ["repetitions in repetitions"] = """
            [ { "name": "stages", "type": "repeat", "times": 3, "layers": [
                { "name": "blocks", "type": "repeat", "times": 4,
                  "layers": [ { "name": "skip", "type": "parallel", "merge": "add",
                  "branches": [ [], [ { "name": "a", "type": "relu" }, { "name": "b", "type": "tanh" } ] ] } ] },
                { "name": "down", "type": "max_pool2d", "kernel_size": 2 } ] } ]
            """,
        ["many errors"] = """
            [ { "name": "p", "type": "max_pool2d", "kernel_size": 2 }, { "name": "m", "type": "concat", "inputs": ["p", "image"] },
              { "name": "n", "type": "add", "inputs": ["image", "p"] },
              { "type": "linaer" }, { "name": "q", "type": "relu", "inputs": ["nobody"] },
                { "name": "f", "type": "flatten", "inputs": ["p"] }, { "name": "g", "type": "concat", "inputs": ["f", "p"] } ]
            """,
        ["long and hostile names"] = $$"""
            [ { "name": "{{new string(
                'w',
                64
            )}}", "type": "relu" }, { "name": "<b>&amp;\u0001\"]]>", "type": "relu" }, { "name": "漢字", "type": "<script>" },
              { "name": "{{new string('m', 64)}}", "type": "parallel", "branches": [ [], [ { "name": "{{new string(
                'M',
                64
            )}}", "type": "max_pool2d", "kernel_size": 2 } ] ] } ]
            """,
    };

    public static TheoryData<string> All =>
        [
            .. Samples.Names,
            .. Directory.EnumerateFiles(Threads, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(),
            .. Odd.Keys,
        ];

    private static string Wide(int branches) =>
        $$"""
            [ {{string.Join(
                ", ",
                Enumerable.Range(0, branches).Select(i => $$"""{ "name": "b{{i}}", "type": "relu", "inputs": ["image"] }""")
            )}}, { "type": "concat", "inputs": [{{string.Join(", ", Enumerable.Range(0, branches).Select(i => $"\"b{i}\""))}}] } ]
        """;

    private static Drawn Draw(string which)
    {
        if (Odd.TryGetValue(which, out var layers))
            return Drawn.Layers(layers);
        var thread = Path.Combine(Threads, $"{which}.json");
        if (!File.Exists(thread))
            return Drawn.Sample(which);
        using var document = JsonDocument.Parse(File.ReadAllBytes(thread));
        return Drawn.Of(document.RootElement.GetProperty("spec"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_overlaps(string which)
    {
        var drawn = Draw(which);
        var boxes = drawn.Boxes.Select(box => (box.Name, box.Area)).ToList();
        var labels = drawn.Labels.Select(label => (label.Value, label.Area)).ToList();
        Assert.Empty(Overlapping([.. boxes, .. labels]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_edge_has_its_shape(string which)
    {
        var drawn = Draw(which);
        Assert.Equal(drawn.Edges.Count, drawn.Labels.Count);
        Assert.All(drawn.Labels, label => Assert.NotEmpty(label.Value));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_text_stands_in_the_picture_and_a_box_s_text_in_the_box(string which)
    {
        var drawn = Draw(which);
        Assert.All(
            drawn.Texts,
            text =>
                Assert.True(
                    text.Area is { Left: >= 0, Top: >= 0 } && text.Area.Right <= drawn.Width && text.Area.Bottom <= drawn.Height,
                    text.Value
                )
        );
        Assert.All(
            drawn.Boxes,
            box =>
                Assert.All(
                    box.Lines,
                    line =>
                        Assert.True(
                            line.Area.Left >= box.Area.Left && line.Area.Right <= box.Area.Right && line.Area.Bottom <= box.Area.Bottom,
                            line.Value
                        )
                )
        );
    }

    private static IEnumerable<string> Overlapping(List<(string Name, Area Area)> things)
    {
        for (var i = 0; i < things.Count; i++)
        {
            for (var j = i + 1; j < things.Count; j++)
            {
                if (things[i].Area.Overlaps(things[j].Area))
                    yield return $"{things[i]} and {things[j]}";
            }
        }
    }
}
