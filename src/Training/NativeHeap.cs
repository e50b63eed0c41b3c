using System.Runtime.InteropServices;

namespace ConcatService.Training;

/// <summary>
/// The heap that libtorch's tensors on the CPU are in: tcmalloc's where it was loaded before all else (<see cref="TrainerEnvironment"/>),
/// otherwise the C library's.
/// </summary>
internal static unsafe partial class NativeHeap
{
    private static readonly delegate* unmanaged<void> TcmallocRelease =
        OperatingSystem.IsLinux()
        && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "MallocExtension_ReleaseFreeMemory", out var release)
            ? (delegate* unmanaged<void>)release
            : null;

    /// <summary>
    /// Hands pages that hold nothing back to the system. Between training and evaluation: their tensors differ in size, so that what one
    /// has freed fits the other badly, and both would stay resident. Within either, memory is faster kept.
    /// </summary>
    public static void Trim()
    {
        if (TcmallocRelease != null)
            TcmallocRelease();
        else if (OperatingSystem.IsLinux() && RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) is false)
            _ = MallocTrim(0);
    }

    // malloc_trim(3): glibc's alone.
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
