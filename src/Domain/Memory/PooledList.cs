using System.Buffers;

namespace ConcatService.Domain.Memory;

/// <summary>Rows in memory that is lent and given back. A struct that grows: keep it in a field, pass it by reference.</summary>
internal struct PooledList<T>(int capacity)
    where T : unmanaged
{
    private T[] _rows = ArrayPool<T>.Shared.Rent(Math.Max(1, capacity));

    public int Count { get; private set; }

    public readonly ref T this[int row] => ref _rows[row];

    public void Add(T row)
    {
        if (Count == _rows.Length)
        {
            var wider = ArrayPool<T>.Shared.Rent(2 * Count);
            _rows.CopyTo(wider, 0);
            ArrayPool<T>.Shared.Return(_rows);
            _rows = wider;
        }

        _rows[Count++] = row;
    }

    public void Clear() => Count = 0;

    public readonly void GiveBack() => ArrayPool<T>.Shared.Return(_rows);
}
