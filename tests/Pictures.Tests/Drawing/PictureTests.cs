using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Pictures.Drawing;
using Xunit;

namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>The README's pictures are what the service draws today. <c>UPDATE_APPROVED=1</c> draws them anew.</summary>
public sealed class PictureTests
{
    [Theory]
    [InlineData("refused", "two-branches-refused")]
    [InlineData("repaired", "two-branches-refused")]
    [InlineData("densenet121", "densenet121")]
    public void The_pictures_of_the_readme_are_drawn_by_the_service(string picture, string sample)
    {
        using var spec = JsonDocument.Parse(Samples.Bytes(sample));
        var compiled = picture == "repaired" ? Repair.Of(spec.RootElement).Result : Compiler.Compile(spec.RootElement);
        var drawn = NetworkSvg.Draw(compiled) + "\n";
        var file = Path.Combine(Repository.Root, "docs", "pictures", $"{picture}.svg");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            File.WriteAllText(file, drawn);
        Assert.Equal(File.ReadAllText(file), drawn);
    }

    [Fact]
    public void A_merge_that_does_not_fit_is_red_with_its_reason_and_both_branches_back_to_where_they_parted()
    {
        var drawn = Drawn.Sample("two-branches-refused");
        var merge = drawn.Boxes.Single(box => box.Name == "merge");
        Assert.True(merge.Is("broken"));
        Assert.StartsWith(
            "Inputs differ in height and width: fine is 14x14, coarse is 7x7.",
            string.Join(' ', merge.Lines.Skip(2).Select(line => line.Value)),
            StringComparison.Ordinal
        );
        Assert.True(drawn.Boxes.Single(box => box.Name == "low").Is("blamed"));
        Assert.Equal(["stem", "fine", "low", "coarse"], drawn.Boxes.Where(box => box.Is("on-path")).Select(box => box.Name));
        Assert.Equal(5, drawn.Edges.Count(edge => Drawn.Is(edge, "bad")));
        Assert.All(drawn.Boxes.SkipWhile(box => box != merge && box.Name != "mix"), box => Assert.True(box.Is("unknown")));
    }

    [Fact]
    public void What_a_training_showed_of_branches_stands_on_their_last_arrows_and_in_the_box_where_they_meet()
    {
        var compiled = Compiler.Compile(Samples.Bytes("two-branch"));
        var drawn = Drawn.Of(
            compiled,
            [
                new("merge", "small", 0, 0.97, []),
                new("merge", "coarse", 0, 0.03, ["starved", "ignored"]),
                new("no such layer", "fine", 0, 1, []),
            ]
        );
        var merge = drawn.Boxes.Single(box => box.Name == "merge");
        Assert.True(merge.Is("condition"));
        Assert.Equal(["coarse: starved, ignored"], merge.Lines.Skip(2).Select(line => line.Value));
        Assert.Single(drawn.Edges, edge => Drawn.Is(edge, "bad"));
        var shares = drawn.Labels.Select(label => label.Value.Split(" · ")).Where(parts => parts.Length == 2).Select(parts => parts[1]);
        Assert.Equal(["97 %", "3 %"], shares);
    }

    [Fact]
    public void What_align_and_fuse_insert_is_marked()
    {
        var drawn = Drawn.Layers(
            """
            [ { "name": "low", "type": "max_pool2d", "kernel_size": 2 },
              { "name": "m", "type": "concat", "inputs": ["image", "low"], "align": "auto", "fuse": "conv1x1" } ]
            """
        );
        Assert.Equal(["m/align1", "m"], drawn.Boxes.Where(box => box.Is("inserted")).Select(box => box.Name));
        Assert.True(drawn.Boxes.Single(box => box.Name == "m/concat").Is("merge"));
    }

    [Fact]
    public void Branches_are_lanes_in_the_order_in_which_they_are_written()
    {
        var left = Drawn.Sample("inception-28").Boxes.ToDictionary(box => box.Name, box => (box.Area.Left + box.Area.Right) / 2);
        string[] first = ["first/mix/branch0/one", "first/mix/branch1/thin3", "first/mix/branch2/thin5", "first/mix/branch3/near"];
        Assert.Equal(first, first.OrderBy(name => left[name]));
        Assert.Equal(left["first/mix/branch1/thin3"], left["first/mix/branch1/three"], 0.2);
        Assert.Equal(left["first/mix/branch3/near"], left["first/mix/branch3/proj"], 0.2);
    }

    [Fact]
    public void The_title_is_the_network_s_name_whatever_is_in_it() =>
        Assert.Equal(
            "</title>&\uFFFD\"",
            Drawn
                .Of(
                    Compiler.Compile(
                        """
                        { "name": "</title>&\u0001\"", "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "relu" } ] }
                        """u8.ToArray()
                    )
                )
                .Title
        );

    [Fact]
    public void A_fault_without_a_layer_is_told_below_the_picture() =>
        Assert.Contains(
            Drawn.Layers("""[ { "type": "relu" }, { "type": "linaer" } ]""").Texts,
            text => text.Style.Contains("reason") && text.Value.StartsWith("/layers/1/type: ", StringComparison.Ordinal)
        );
}
