namespace ConcatService.Domain.Memory;

/// <summary>
/// The pieces of memory of a step: who uses them, how much lives, and how much lived at the worst moment. Several values may look at one
/// piece.
/// </summary>
internal sealed class MemoryBlocks(int capacity)
{
    /// <summary>No piece.</summary>
    public const int None = -1;

    private PooledList<Block> _blocks = new(capacity);
    private double _live;

    /// <summary>The most bytes that lived when somebody looked.</summary>
    public double Peak { get; private set; }

    /// <summary>A piece without bytes yet. Returns its number.</summary>
    public int New(int users)
    {
        _blocks.Add(new() { Users = users });
        return _blocks.Count - 1;
    }

    public void Grow(int block, double bytes)
    {
        _blocks[block].Bytes = bytes;
        _live += bytes;
    }

    public void Use(int block) => _blocks[block].Users++;

    public bool HasOtherUsers(int block) => _blocks[block].Users > 1;

    public void Release(int block)
    {
        if (block == None)
            return;
        _blocks[block].Users--;
        FreeUnused(block);
    }

    /// <summary>Keeps the piece for a backward pass. False where another has done so already, who is then the last to let go.</summary>
    public bool TryHold(int block)
    {
        if (_blocks[block].IsHeld)
            return false;
        return _blocks[block].IsHeld = true;
    }

    public void LetGo(int block)
    {
        _blocks[block].IsHeld = false;
        FreeUnused(block);
    }

    /// <summary>Bytes beside all pieces; negative when they are gone.</summary>
    public void Add(double bytes) => _live += bytes;

    /// <summary>Looks at what lives now, and what passes.</summary>
    public void See(double passing) => Peak = Math.Max(Peak, _live + passing);

    public void GiveBack() => _blocks.GiveBack();

    private void FreeUnused(int number)
    {
        ref var block = ref _blocks[number];
        if (block.Users > 0 || block.IsHeld)
            return;
        _live -= block.Bytes;
        block.Bytes = 0;
    }

    private struct Block
    {
        public double Bytes;
        public int Users;
        public bool IsHeld;
    }
}
