using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.FuzzApi;

/// <summary>Values that programs stumble over.</summary>
public static class Hostile
{
    private static readonly string[] Texts =
    [
        "",
        " ",
        "\0",
        "a\0b",
        "\u0001\u001f\u007f",
        "\r\nX-Injected: 1",
        "\uFEFF",
        "\u202Eabc",
        "\u0130\u0131ſ",
        "é",
        "😀",
        "alphа",
        "'",
        "\"",
        "'; drop table jobs; --",
        "%",
        "_%",
        "%00",
        "..",
        "../../etc/passwd",
        "a/b",
        "\\",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "{0}",
        "%s%n",
        "null",
        "undefined",
        "true",
        "NaN",
        "Infinity",
        "-0",
        "0x10",
        "1e400",
        "1,2",
        "1;2",
        "[]",
        "{}",
        "latest",
        "production",
        "admin",
        "x@1",
        "x@99999999999999999999",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "{00000000-0000-0000-0000-000000000000}",
        "2030-01-31T12:00:00Z",
        "9999-12-31T23:59:59.9999999+14:00",
        "0001-01-01T00:00:00-14:00",
        "P1Y",
        "PT-1S",
        "P99999999999D",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAA",
        "//////////8",
    ];

    private static readonly string[] Numbers =
    [
        "0",
        "-0",
        "-1",
        "1",
        "2",
        "3",
        "7",
        "1.5",
        "2147483647",
        "2147483648",
        "-2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "99999999999999999999999999",
        "1e3",
        "1e308",
        "-1e308",
        "5e-324",
        "1E400",
        "0.1",
        "100000",
        "1000000000",
    ];

    private static readonly string[] Pieces =
    [
        "\\u0000",
        "\\ud800",
        "\"\\ud800\"",
        "\"",
        "\\",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\0",
        "1e999",
        "-1",
        "-0",
        "1.5",
        "9223372036854775807",
        "99999999999999999999",
        "null",
        "true",
        "[[[[",
        "]]]]",
        "{\"a\":",
        "\"shape\":[0],",
        "\"binary_data_size\":2147483647,",
        "/*",
        "é",
        "\r\n",
    ];

    public static string Text(Random random) => random.Next(20) switch
    {
        0 => new string('x', random.Next(1, 70_000)),
        1 => new string((char)random.Next(1, 0xD7FF), random.Next(1, 300)),
        2 => string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)random.Next(32, 127))),
        3 => Guid.CreateVersion7().ToString(),
        4 or 5 or 6 => Number(random),
        _ => Pick(random, Texts),
    };

    public static string Number(Random random) => Pick(random, Numbers);

    /// <summary>A piece of JSON of any kind.</summary>
    public static JsonNode? Json(Random random, int depth = 0) => random.Next(depth > 3 ? 5 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 or 3 => JsonNode.Parse(Number(random)),
        4 => Text(random),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Json(random, depth + 1))]),
        6 => Nested(random.Next(1, 100)),
        _ => new JsonObject(
            Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"{i}{Pick(random, Texts)}", Json(random, depth + 1)))
        ),
    };

    /// <summary>A few changes of the bytes, of the kinds that readers stumble over.</summary>
    /// <param name="head">Three of four changes are among so many first bytes. Default: all.</param>
    public static byte[] Damage(byte[] bytes, Random random, int head = int.MaxValue)
    {
        var changed = bytes.ToList();
        for (var i = random.Next(4); i >= 0 && changed.Count > 0; i--)
        {
            var at = random.Next(random.Next(4) > 0 ? Math.Min(changed.Count, head) : changed.Count);
            switch (random.Next(6))
            {
                case 0:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 1:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 20), changed.Count - at));
                    break;
                case 2:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(1, 40), changed.Count - at)));
                    break;
                case 3:
                    changed.RemoveRange(at, changed.Count - at);
                    break;
                default:
                    changed.InsertRange(at, Encoding.UTF8.GetBytes(Pick(random, Pieces)));
                    break;
            }
        }

        return [.. changed];
    }

    public static T Pick<T>(Random random, params IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    private static JsonNode Nested(int depth)
    {
        JsonNode nested = new JsonArray();
        for (var i = 0; i < depth; i++)
            nested = i % 2 == 0 ? new JsonArray(nested) : new JsonObject { ["a"] = nested };
        return nested;
    }
}
