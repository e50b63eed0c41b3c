namespace ConcatService.Training;

/// <summary>What must be in the environment of a process before libtorch is loaded into it, for speed and for a small memory.</summary>
public static class TrainerEnvironment
{
    private static readonly string[] LibraryFolders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];

    /// <summary>
    /// Where tcmalloc is (Debian's libtcmalloc-minimal4); null where it is not installed. With glibc's heap a long training takes up to
    /// twice the memory, and on networks with few, large maps a step takes a third longer (docs/decisions).
    /// </summary>
    public static string? Tcmalloc { get; } =
        LibraryFolders.Select(folder => Path.Combine(folder, "libtcmalloc_minimal.so.4")).FirstOrDefault(File.Exists);

    public static IReadOnlyDictionary<string, string> Variables { get; } = Of(Tcmalloc);

    private static Dictionary<string, string> Of(string? tcmalloc)
    {
        // Spinning threads made a step 20 times slower on a busy machine.
        var variables = new Dictionary<string, string> { ["OMP_WAIT_POLICY"] = "PASSIVE" };
        if (tcmalloc is not null)
        {
            variables["LD_PRELOAD"] = tcmalloc;
            variables["TCMALLOC_RELEASE_RATE"] = "0"; // pages go back when the heap is trimmed, not while a step wants them again
            variables["TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD"] = $"{long.MaxValue}";    // no words on stderr about each large tensor
        }
        else
        {
            // glibc would hand every large tensor back to the system and fault it in again at the next step: a fifth of a step's time.
            variables["MALLOC_MMAP_THRESHOLD_"] = "8589934592";
            variables["MALLOC_TRIM_THRESHOLD_"] = "17179869184";

            // An aligned block is cut from a larger one, and glibc caches the cuttings for small requests: the block then never fits its
            // like again.
            variables["GLIBC_TUNABLES"] = "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0";
        }

        return variables;
    }
}
