using System.Text;

namespace ConcatService.Import.Tests.Darknet;

/// <summary>Networks of Darknet as cfg files, written here from their published descriptions.</summary>
internal static class DarknetFiles
{
    private const string Spp = "max 5 1,route -2,max 9 1,route -4,max 13 1,route -1 -3 -5 -6";

    public static string YoloV3(bool spp = false) =>
        File(416, $"{Darknet53},512 1,1024 3,512 1,{(spp ? Spp + ",512 1" : "1024 3,512 1")},1024 3,"
            + $"{(spp ? "512 1,1024 3," : "")}out 255,yolo,route -4,256 1,up,route -1 61,{Ladder(256, 3)},out 255,yolo,"
            + $"route -4,128 1,up,route -1 36,{Ladder(128, 3)},out 255,yolo");

    public static readonly string YoloV3Tiny = File(416,
        "16 3,max 2 2,32 3,max 2 2,64 3,max 2 2,128 3,max 2 2,256 3,max 2 2,512 3,max 2 1,1024 3,256 1,512 3,out 255,yolo,"
        + "route -4,128 1,up,route -1 8,256 3,out 255,yolo");

    public static readonly string YoloV2 = File(608,
        "32 3,max 2 2,64 3,max 2 2,128 3,64 1,128 3,max 2 2,256 3,128 1,256 3,max 2 2,512 3,256 1,512 3,256 1,512 3,max 2 2,"
        + "1024 3,512 1,1024 3,512 1,1024 3,1024 3,1024 3,route -9,64 1,reorg,route -1 -4,1024 3,out 425,region");

    public static readonly string YoloV2Tiny = File(416,
        "16 3,max 2 2,32 3,max 2 2,64 3,max 2 2,128 3,max 2 2,256 3,max 2 2,512 3,max 2 1,1024 3,512 3,out 425,region");

    public static readonly string YoloV4 = File(608,
        $"32 3,64 3 2,64 1,route -2,64 1,32 1,64 3,add -3,64 1,route -1 -7,64 1,{Csp(128, 64, 2, -10)},{Csp(256, 128, 8, -28)},"
        + $"{Csp(512, 256, 8, -28)},{Csp(1024, 512, 4, -16)},512 1,1024 3,512 1,{Spp},512 1,1024 3,512 1,"
        + "256 1,up,route 85,256 1,route -1 -3,256 1,512 3,256 1,512 3,256 1,128 1,up,route 54,128 1,route -1 -3,"
        + "128 1,256 3,128 1,256 3,128 1,256 3,out 255,yolo,route -4,256 3 2,route -1 -16,256 1,512 3,256 1,512 3,256 1,512 3,out 255,yolo,"
        + "route -4,512 3 2,route -1 -37,512 1,1024 3,512 1,1024 3,512 1,1024 3,out 255,yolo");

    public static readonly string YoloV4Tiny = File(416,
        $"32 3 2,64 3 2,{TinyCsp(64)},max 2 2,{TinyCsp(128)},max 2 2,{TinyCsp(256)},max 2 2,512 3,256 1,512 3,out 255,yolo,"
        + "route -4,128 1,up,route -1 23,256 3,out 255,yolo");

    public static readonly string ResNet50 = File(256,
        $"64 7 2,max 2 2,{Bottlenecks(64, 3, 1)},{Bottlenecks(128, 4, 2)},{Bottlenecks(256, 6, 2)},{Bottlenecks(512, 3, 2)},"
        + "avg,out 1000,softmax");

    public static readonly string DenseNet201 = File(256,
        $"64 7 2,max 2 2,{Dense(6)},128 1,max 2 2,{Dense(12)},256 1,max 2 2,{Dense(48)},512 1,max 2 2,{Dense(32)},out 1000,avg,softmax");

    private static string Darknet53 =>
        "32 3,64 3 2," + Residuals(32, 1) + ",128 3 2," + Residuals(64, 2) + ",256 3 2," + Residuals(128, 8)
        + ",512 3 2," + Residuals(256, 8) + ",1024 3 2," + Residuals(512, 4);

    /// <summary>A cfg file of such words: WIDTH KERNEL [STRIDE] is a convolution.</summary>
    private static string File(int size, string words)
    {
        var text = new StringBuilder($"[net]\n# what training needs is left out\nwidth={size}\nheight={size}\nchannels=3\n");
        foreach (var word in words.Split(','))
            text.Append('\n').Append(Section(word.Split(' '))).Append('\n');
        return text.ToString();
    }

    private static string Section(string[] word) => word[0] switch
    {
        "max" => $"[maxpool]\nsize={word[1]}\nstride={word[2]}",
        "route" => $"[route]\nlayers = {string.Join(", ", word[1..])}",
        "half" => "[route]\nlayers=-1\ngroups=2\ngroup_id=1",
        "add" => $"[shortcut]\nfrom={word[1]}\nactivation={(word.Length > 2 ? word[2] : "linear")}",
        "up" => "[upsample]\nstride=2",
        "reorg" => "[reorg]\nstride=2",
        "out" => $"[convolutional]\nsize=1\nstride=1\npad=1\nfilters={word[1]}\nactivation=linear",
        "bare" => $"[convolutional]\nbatch_normalize=1\nsize=1\nstride=1\npad=1\nfilters={word[1]}\nactivation=linear",
        "yolo" => "[yolo]\nmask = 0,1,2\nclasses=80\nnum=9",
        "region" => "[region]\nclasses=80\ncoords=4\nnum=5",
        "avg" => "[avgpool]",
        "softmax" => "[softmax]\ngroups=1",
        _ => $"[convolutional]\nbatch_normalize=1\nfilters={word[0]}\nsize={word[1]}\nstride={(word.Length > 2 ? word[2] : "1")}\npad=1\n"
            + "activation=leaky",
    };

    private static string Times(int times, string words) => string.Join(',', Enumerable.Repeat(words, times));

    private static string Residuals(int width, int times) => Times(times, $"{width} 1,{2 * width} 3,add -3");

    private static string Ladder(int width, int times) => Times(times, $"{width} 1,{2 * width} 3");

    private static string Csp(int width, int half, int times, int back) =>
        $"{width} 3 2,{half} 1,route -2,{half} 1,{Times(times, $"{half} 1,{half} 3,add -3")},{half} 1,route -1 {back},{width} 1";

    private static string TinyCsp(int width) =>
        $"{width} 3,half,{width / 2} 3,{width / 2} 3,route -1 -2,{width} 1,route -6 -1";

    private static string Bottlenecks(int width, int times, int stride) =>
        $"{width} 1,{width} 3 {stride},bare {4 * width},add -4 leaky,"
        + Times(times - 1, $"{width} 1,{width} 3,bare {4 * width},add -4 leaky");

    private static string Dense(int times) => Times(times, "128 1,32 3,route -1 -3");
}
