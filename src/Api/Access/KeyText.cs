using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ConcatService.Api.Access;

/// <summary>
/// The text of a key: <c>ccs_</c>, 30 random letters and digits (178 bits), and 6 more that are a checksum of those before. Scanners for
/// leaked secrets know it by its form, and a mistyped one is refused without asking the database.
/// </summary>
internal static class KeyText
{
    public const string Start = "ccs_";

    /// <summary>How the text of a session begins, which is otherwise like a key's.</summary>
    private const string SessionStart = "ccb_";
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomLetters = 30;
    private const int ChecksumLetters = 6;              // 62^6 > 2^32
    private const int PrefixLength = 12;

    public static string New() => Random(Start);

    public static string NewSession() => Random(SessionStart);

    public static bool IsWellFormed(string key) => IsWellFormed(key, Start);

    public static bool IsSession(string text) => IsWellFormed(text, SessionStart);

    /// <summary>What is stored and looked up. A plain hash is enough: 178 random bits cannot be guessed from it.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>What a list of keys shows.</summary>
    public static string Prefix(string key) => key[..PrefixLength];

    private static string Random(string start)
    {
        var text = start + RandomNumberGenerator.GetString(Alphabet, RandomLetters);
        return text + Checksum(text);
    }

    private static bool IsWellFormed(string text, string start) =>
        text.Length == start.Length + RandomLetters + ChecksumLetters
        && text.StartsWith(start, StringComparison.Ordinal)
        && text.EndsWith(Checksum(text[..^ChecksumLetters]), StringComparison.Ordinal);

    private static string Checksum(string text)
    {
        var rest = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var letters = new char[ChecksumLetters];
        for (var i = ChecksumLetters - 1; i >= 0; i--)
        {
            letters[i] = Alphabet[(int)(rest % 62)];
            rest /= 62;
        }

        return new(letters);
    }
}
