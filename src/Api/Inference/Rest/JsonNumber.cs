using System.Globalization;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// A number of JSON's grammar (RFC 8259, 6) to the nearest float or double. Short decimals, which are nearly all, take the exact way of
/// Clinger 1990: a whole number below 2^53 times or over a power of ten up to 10^22 rounds once and therefore right. All others go to the
/// library.
/// </summary>
internal static class JsonNumber
{
    private static readonly double[] PowersOfTen =
    [
        .. Enumerable.Range(0, 23).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture)),
    ];

    public static bool TryParse(ReadOnlySpan<byte> token, out double value)
    {
        value = 0;
        return TryScan(token, out var isExact, ref value)
            && (isExact || (double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)));
    }

    public static bool TryParse(ReadOnlySpan<byte> token, out float value)
    {
        (value, var wide) = (0, 0.0);
        if (!TryScan(token, out var isExact, ref wide))
            return false;
        value = (float)wide;
        // Rounded to double and then to float is rounded twice, which shows where the double lies half-way between two floats.
        var isHalfway = (BitConverter.DoubleToInt64Bits(wide) & 0x1FFF_FFFF) == 0x1000_0000;
        var isNormal = wide == 0 || Math.Abs(wide) >= 1.17549435e-38;                     // FLT_MIN: below it floats have fewer bits
        return (isExact && !isHalfway && isNormal && float.IsFinite(value))
            || (float.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value));
    }

    /// <summary>Whether it is a number; <paramref name="value"/> is set when it could be had exactly.</summary>
    private static bool TryScan(ReadOnlySpan<byte> token, out bool isExact, ref double value)
    {
        isExact = false;
        var at = token is [(byte)'-', ..] ? 1 : 0;
        var (digits, exponent, whole) = (0UL, 0, at);
        for (; at < token.Length && (uint)(token[at] - '0') <= 9; at++)
            digits = (digits * 10) + (uint)(token[at] - '0');
        var count = at - whole;
        if (count == 0 || (count > 1 && token[whole] == '0'))
            return false;
        if (at < token.Length && token[at] == '.')
        {
            var fraction = ++at;
            for (; at < token.Length && (uint)(token[at] - '0') <= 9; at++)
                digits = (digits * 10) + (uint)(token[at] - '0');
            if (at == fraction)
                return false;
            exponent = fraction - at;
            count += at - fraction;
        }

        if (at < token.Length && token[at] is (byte)'e' or (byte)'E')
        {
            if (!TryExponent(token[(at + 1)..], out var power))
                return false;
            exponent += power;
            at = token.Length;
        }

        if (at != token.Length)
            return false;
        isExact = count <= 19 && digits <= 1UL << 53 && Math.Abs(exponent) <= 22;         // 19 digits fit 64 bits
        if (isExact)
            value = (token[0] == '-' ? -1 : 1) * (exponent < 0 ? digits / PowersOfTen[-exponent] : digits * PowersOfTen[exponent]);
        return true;
    }

    /// <summary>The digits behind the <c>e</c>; one that is larger than any use is some large one.</summary>
    private static bool TryExponent(ReadOnlySpan<byte> token, out int power)
    {
        power = 0;
        var at = token is [(byte)'-' or (byte)'+', ..] ? 1 : 0;
        var first = at;
        for (; at < token.Length && (uint)(token[at] - '0') <= 9; at++)
            power = Math.Min((power * 10) + (token[at] - '0'), 100_000);
        if (token is [(byte)'-', ..])
            power = -power;
        return at > first && at == token.Length;
    }
}
