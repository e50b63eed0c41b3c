namespace ConcatService.Training;

/// <summary>Independent random streams from one seed.</summary>
internal static class Seeds
{
    /// <summary>What a stream is for: numbers that never change, or old jobs could not be repeated.</summary>
    public const ulong Split = 1, Order = 2, Augment = 3;

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014) over the three numbers: near inputs give unrelated outputs.</summary>
    public static ulong Mix(ulong seed, ulong stream, ulong index) => Mix(Mix(Mix(seed) ^ stream) ^ index);

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
