using System.Runtime.Intrinsics.X86;
using ConcatService.Domain.Jobs;
using TorchSharp;

namespace ConcatService.Training;

/// <summary>What this process can train on.</summary>
public static class Machines
{
    public static Machine This() => new(Environment.ProcessorCount, HasBFloat16, torch.cuda_is_available());

    /// <summary>Whether the processor multiplies bfloat16 in hardware. Asks it alone: libtorch stays out.</summary>
    /// <remarks>
    /// AVX512_BF16 or AMX-BF16: without them, and where <see cref="OneDnn"/> is kept from them, bfloat16 is
    /// emulated, and slower than float32.
    /// Intel 64 manual, volume 2A, CPUID leaf 7: subleaf 0 EDX bit 22, subleaf 1 EAX bit 5.
    /// </remarks>
    public static bool HasBFloat16 { get; } =
        X86Base.IsSupported && !OneDnn.IsCapped && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0);
}
