namespace ConcatService.Training.Data;

/// <summary>xorshift64* (Vigna 2016): a few machine instructions a number, the same everywhere.</summary>
/// <remarks>Compiled into Cli as well, which draws pictures of its own.</remarks>
internal struct Noise(ulong seed)
{
    private ulong _state = seed | 1;

    public ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }

    /// <summary>Both ends included.</summary>
    public int Between(int low, int high) => low + (int)((Next() >> 40) % (ulong)(high - low + 1));

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and deviation 1 (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());
}
