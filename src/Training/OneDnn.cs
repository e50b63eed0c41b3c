using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ConcatService.Training;

/// <summary>
/// Keeps oneDNN, which computes libtorch's convolutions, from its AVX2 and AVX-512 code where that computes wrong numbers: on AVX-512
/// processors of virtual machines that tell nothing of their caches. Seen with libtorch 2.10 on an AMD EPYC 9005: convolutions of sequences
/// and strided 1x1 ones were off by as much as their largest value, in bfloat16 and in float32. Its AVX code is right there
/// but for one of 20,000 random networks, and at half the speed.
/// </summary>
public static partial class OneDnn
{
    /// <summary>Whether only AVX is used.</summary>
    public static bool IsCapped { get; } = IsWrong && Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA") is null;

    // CPUID's lists of caches, Intel's leaf 4 and AMD's 8000001D: an entry of type 0 ends the list, here at once.
    private static bool IsWrong =>
        OperatingSystem.IsLinux()
        && Avx512F.IsSupported
        && (X86Base.CpuId(4, 0).Eax & 31) == 0
        && (X86Base.CpuId(unchecked((int)0x8000001D), 0).Eax & 31) == 0;

    // oneDNN reads the environment of the process when it is loaded, and .NET keeps a copy of its own.
#pragma warning disable CA2255 // a library: but whoever loads it is about to load libtorch
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Cap()
    {
        if (IsCapped)
            _ = SetVariable("ONEDNN_MAX_CPU_ISA", "AVX", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
