using System.Buffers;
using System.Runtime.InteropServices;

namespace ConcatService.Api.Memory;

/// <summary>
/// Large memory outside the managed heap: it grows mostly without being copied, and goes back to the system when it is disposed, where a
/// large array waits for a full collection that is in no hurry. Take <see cref="MemoryManager{T}.Memory"/> again after it has grown.
/// </summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private byte* _start;
    private int _length;

    public NativeBytes(int length) => Resize(length);

    /// <summary>Keeps what is there; what is new is not cleared.</summary>
    public void Resize(int length)
    {
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)length);
        _length = length;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_start);
        _start = null;
        _length = 0;
    }
}
