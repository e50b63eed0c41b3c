namespace ConcatService.Training;

/// <summary>What must be in the environment of a process before libtorch is loaded into it, for speed and for a small memory.</summary>
public static class TrainerEnvironment
{
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        // Spinning threads made a step 20 times slower on a busy machine.
        ["OMP_WAIT_POLICY"] = "PASSIVE",

        // glibc would hand every large tensor back to the system and fault it in again at the next step: a fifth of a step's time.
        ["MALLOC_MMAP_THRESHOLD_"] = "8589934592",
        ["MALLOC_TRIM_THRESHOLD_"] = "17179869184",

        // An aligned block is cut from a larger one, and glibc caches the cuttings for small requests: the block then never fits its like again. Without
        // those caches a step of two convolutions needs 300 MB instead of 440.
        ["GLIBC_TUNABLES"] = "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0",
    };
}
