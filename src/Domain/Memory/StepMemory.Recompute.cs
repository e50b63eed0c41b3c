using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Memory;

/// <summary>
/// The walk of a training that recomputes: units hold nothing on the way forward, and run again one by one on the way back.
/// </summary>
internal sealed partial class StepMemory
{
    private void Recompute(Sections sections)
    {
        Prepare();
        foreach (var wire in sections.FirstReaders.Keys)
            _values[NumberOf(wire)].Readers++;                                          // the backward pass of the first that reads it
        foreach (var section in sections.Each)
        {
            for (var i = section.First; i < section.End; i++)
            {
                var passing = _ran[i] with { Trains = _ran[i].Trains && !section.RunsAgain };
                Forward(ref passing);
                if (!section.RunsAgain)
                    _ran[i] = passing;
            }
        }

        Loss();
        var last = sections.FirstReaders.ToLookup(kept => kept.Value, kept => kept.Key);
        var given = new PooledList<int>(16);
        for (var s = sections.Each.Count - 1; s >= 0; s--)
        {
            var section = sections.Each[s];
            if (section.RunsAgain)
                RunAgain(section, sections);
            var watched = 2 * section.Leaving.Sum(wire => sections.JointOf(wire) is null ? 0 : _values[NumberOf(wire)].Bytes);
            _memory.Add(watched);                                       // telemetry's copies of a concat's gradient, where it samples
            foreach (var wire in section.Leaving)
                Share(_values[NumberOf(wire)].Gradient);
            for (var i = section.End - 1; i >= section.First; i--)
                Backward(_ran[i], ref given);
            foreach (var wire in section.Leaving)
                _memory.Release(_values[NumberOf(wire)].Gradient);
            _memory.Add(-watched);
            if (section.RunsAgain)
                LetGo(section, sections);
            foreach (var wire in last[s])
                ReadBy(ref _values[NumberOf(wire)], 1);
        }

        given.GiveBack();
    }

    /// <summary>Forward once more, now with all that the section's backward pass reads; what leaves it stays until then.</summary>
    private void RunAgain(Section section, Sections sections)
    {
        foreach (var wire in section.Entering)
        {
            ref var value = ref _values[NumberOf(wire)];
            if (sections.JointOf(wire) is null)
                continue;
            _memory.Use(value.Block = _memory.New(users: 0));
            _memory.Grow(value.Block, value.Bytes);
            value.Readers = 1;
        }

        for (var i = section.First; i < section.End; i++)
            PrepareAgain(_ran[i]);
        foreach (var wire in section.Leaving)
            _values[NumberOf(wire)].Readers++;
        for (var i = section.First; i < section.End; i++)
            Forward(ref _ran[i]);
    }

    private void PrepareAgain(in LayerStep ran)
    {
        for (var i = 0; i < ran.Inputs; i++)
            Input(ran, i).Readers++;
        for (var i = 0; i < ran.Outputs; i++)
        {
            ref var output = ref _values[ran.FirstOutput + i];
            output.Block = ran.Footprint.IsView && ran.Inputs > 0 ? Input(ran, 0).Block : _memory.New(users: 0);
            _memory.Use(output.Block);
            output.Readers = 0;
        }
    }

    private void LetGo(Section section, Sections sections)
    {
        foreach (var wire in section.Leaving)
            ReadBy(ref _values[NumberOf(wire)], 1);
        foreach (var wire in section.Entering)
        {
            if (sections.JointOf(wire) is not null)
                ReadBy(ref _values[NumberOf(wire)], 1);
        }
    }

    /// <summary>A gradient that a section begins with is the caller's until the section's backward pass is over.</summary>
    private void Share(int gradient)
    {
        if (gradient != MemoryBlocks.None)
            _memory.Use(gradient);
    }

    private int NumberOf(Wire wire) => _first[_plan.Wiring.NumberOf(wire.Source)] + wire.Port;
}
