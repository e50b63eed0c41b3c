using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.FuzzApi;

/// <summary>Multipart forms with fields and small files of the kinds that are taken.</summary>
internal static class FormMaker
{
    private const string Boundary = "fuzz";

    /// <summary>A gray picture of one pixel.</summary>
    private static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    );

    public static (byte[] Bytes, string ContentType) Make(JsonNode? schema, Random random)
    {
        var form = new MemoryStream();
        string[] known = [.. schema?["properties"]?.AsObject().Select(field => field.Key).Where(name => name != "file") ?? []];
        var names = known.Length > 0 ? known : ["name"];
        Field("name", random.Next(5) == 0 ? Hostile.Text(random) : $"set-{random.Next(20)}");
        for (var i = random.Next(3); i > 0; i--)
            Field(random.Next(8) == 0 ? Hostile.Text(random) : Hostile.Pick(random, names), Value(random));
        for (var i = random.Next(6) == 0 ? random.Next(4) : 1; i > 0; i--)
        {
            var (name, bytes) = File(random);
            Part($"name=\"{Hostile.Pick(random, "file", "train", "test", "images_test")}\"; filename=\"{name}\"", bytes);
        }

        Write($"--{Boundary}--\r\n");
        var whole = form.ToArray();
        return (
            random.Next(8) == 0 ? Hostile.Damage(whole, random) : whole,
            random.Next(20) == 0 ? "multipart/form-data" : $"multipart/form-data; boundary={Boundary}"
        );

        void Field(string name, string value) =>
            Part($"name=\"{name.Replace("\"", "").Replace("\r", "").Replace("\n", "")}\"", Encoding.UTF8.GetBytes(value));

        void Part(string disposition, byte[] bytes)
        {
            Write($"--{Boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
            form.Write(bytes);
            Write("\r\n");
        }

        void Write(string text) => form.Write(Encoding.UTF8.GetBytes(text));
    }

    public static (string Name, byte[] Bytes) File(Random random)
    {
        var (name, bytes) = random.Next(6) switch
        {
            0 => ("a.png", Pixel),
            1 => ("a.zip", Zip(("cat/a.png", Pixel), ("dog/b.png", Pixel))),
            2 => ("a.npz", Zip(("x_train.npy", Npy("<f4", 4, 6)), ("y_train.npy", Npy("<i8", 8, 6)))),
            3 => ("labels", [0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 0, 1]),
            _ => ("a.csv", Csv(random)),
        };
        return (name, random.Next(2) == 0 ? Hostile.Damage(bytes, random) : bytes);
    }

    private static string Value(Random random) =>
        random.Next(3) > 0
            ? Hostile.Text(random)
            : Hostile.Pick(random, "y", "a,b", "classification", "regression", "segmentation", "multilabel", "no,yes", "32x32", "0.5");

    private static byte[] Csv(Random random)
    {
        var rows = new StringBuilder("a,b,y\n");
        for (var i = 0; i < 6; i++)
            rows.Append(i).Append(',').Append(random.Next(9)).Append(',').Append(i % 2 == 0 ? "no" : "yes").Append('\n');
        if (random.Next(4) == 0)
            rows.Append("1,").Append(Hostile.Text(random)).Append(",no\n");
        return Encoding.UTF8.GetBytes(rows.ToString());
    }

    private static byte[] Npy(string type, int size, int count)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({count},), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[size * count]];
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return zip.ToArray();
    }
}
