using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ConcatService.Domain.Fields;

/// <summary>
/// The name of a member of an object, to be compared with one known name after the other: what
/// <see cref="JsonProperty.NameEquals(ReadOnlySpan{byte})"/> says, sooner.
/// </summary>
internal readonly ref struct MemberName
{
    private readonly ReadOnlySpan<byte> _utf8;

    public MemberName(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        _utf8 = raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(member.Name) : raw;
    }

    public bool Is(ReadOnlySpan<byte> utf8) => _utf8.SequenceEqual(utf8);
}
