namespace ConcatService.Domain.Memory;

/// <summary>The way back: gradients until they are used, and what was held for them let go.</summary>
internal sealed partial class StepMemory
{
    private void Backward()
    {
        Loss();
        var given = new PooledList<int>(16);
        for (var i = _ran.Count - 1; i >= 0; i--)
            Backward(_ran[i], ref given);
        given.GiveBack();
    }

    private void Loss()
    {
        foreach (var output in _plan.Outputs)
        {
            ref var value = ref _values[_first[_plan.Wiring.NumberOf(output.Wire.Source)] + output.Wire.Port];
            _memory.Add(2 * 4 * value.Elements); // the loss reads float32 scores and holds their logarithms
            if (value.Trains && value.Gradient == MemoryBlocks.None)
                _memory.Grow(value.Gradient = _memory.New(users: 1), value.Bytes);
        }

        _memory.See(0);
    }

    private void Backward(in LayerStep ran, ref PooledList<int> given)
    {
        var arriving = MemoryBlocks.None;
        for (var i = 0; i < ran.Outputs && arriving == MemoryBlocks.None; i++)
            arriving = _values[ran.FirstOutput + i].Gradient;
        given.Clear();
        var casts = 0.0;
        for (var i = 0; i < ran.Inputs; i++)
        {
            var input = Input(ran, i);
            given.Add(MemoryBlocks.None);
            if (arriving == MemoryBlocks.None || !input.Trains)
                continue;
            casts = Math.Max(casts, CastBytes(ran.Footprint, input));
            var shares = ran.Footprint.SharesGradient && input.Width == _values[ran.FirstOutput].Width;
            given[i] = shares ? arriving : _memory.New(users: 0);
            _memory.Use(given[i]);
            if (!shares)
                _memory.Grow(given[i], input.Bytes);
        }

        _memory.See(casts);
        for (var i = 0; i < ran.Outputs; i++)
            _memory.Release(_values[ran.FirstOutput + i].Gradient);
        _memory.Add(-ran.HeldBytes);
        for (var i = 0; i < ran.Held; i++)
            _memory.LetGo(_held[ran.FirstHeld + i]);
        for (var i = 0; i < ran.Inputs; i++)
        {
            if (given[i] != MemoryBlocks.None)
                Accumulate(ref Input(ran, i), given[i]);
        }
    }

    /// <summary>A second gradient of a value is added to the first: in its place where nobody else looks at that.</summary>
    private void Accumulate(ref Value value, int gradient)
    {
        if (value.Gradient == MemoryBlocks.None)
        {
            value.Gradient = gradient;
            return;
        }

        var first = value.Gradient;
        if (_memory.HasOtherUsers(first))
        {
            _memory.Grow(value.Gradient = _memory.New(users: 1), value.Bytes);
            _memory.See(0);
            _memory.Release(first);
        }

        _memory.Release(gradient);
    }
}
