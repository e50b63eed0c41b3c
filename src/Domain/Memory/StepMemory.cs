using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Memory;

/// <summary>
/// Walks forwards and backwards through a plan, as a step of training does, and counts what is in memory for one sample: values until their
/// last reader has run, what operators hold (<see cref="Footprint"/>) until their backward pass, gradients until they are used.
/// </summary>
/// <remarks>
/// In doubles: exact for every network that can be trained, and a hostile one stays huge. Values, pieces of memory and layers are rows of
/// tables that are lent and given back: every valid spec passes through here on its way to its report.
/// </remarks>
internal sealed partial class StepMemory
{
    private readonly Plan _plan;
    private readonly int _precisionWidth;
    private readonly int[] _first;                                                             // of each layer and input: its first value
    private readonly MemoryBlocks _memory;
    private PooledList<Value> _values;
    private PooledList<LayerStep> _ran;
    private PooledList<int> _inputs, _held;

    private StepMemory(Plan plan, Precision precision)
    {
        _plan = plan;
        _precisionWidth = precision == Precision.Bfloat16 ? 2 : 4;
        _first = new int[plan.Wiring.Count];
        _memory = new(2 * plan.Shapes.Count);
        _values = new(plan.Shapes.Count);
        _ran = new(plan.Layers.Count);
        _inputs = new(2 * plan.Layers.Count);
        _held = new(plan.Layers.Count);
    }

    /// <summary>Bytes for one sample at the worst moment; null when a size is symbolic.</summary>
    /// <param name="plan">The network.</param>
    /// <param name="precision">What matrix products compute in.</param>
    /// <param name="sections">Of a training that recomputes.</param>
    public static double? PeakOf(Plan plan, Precision precision, Sections? sections = null)
    {
        if (!IsKnown(plan))
            return null;
        var step = new StepMemory(plan, precision);
        if (sections is null)
        {
            step.Forward();
            step.Backward();
        }
        else
            step.Recompute(sections);
        step.GiveBack();
        return step._memory.Peak;
    }

    private static bool IsKnown(Plan plan)
    {
        foreach (var input in plan.Inputs)
        {
            if (input.Shape.ElementsPerSample is null)
                return false;
        }

        foreach (var layer in plan.Layers)
        {
            foreach (var output in layer.Outputs)
            {
                if (output.ElementsPerSample is null || !layer.Repeats.IsKnown)
                    return false;
            }
        }

        return true;
    }

    private void Forward()
    {
        Prepare();
        for (var i = 0; i < _ran.Count; i++)
            Forward(ref _ran[i]);
    }

    private void Prepare()
    {
        var wiring = _plan.Wiring;
        for (var i = 0; i < _plan.Inputs.Count; i++)
        {
            var shape = _plan.Inputs[i].Shape;
            var number = Add(shape, shape.DType == DType.Int64 ? 8 : 4, _memory.New(users: 0), trains: false);
            _first[wiring.Layers + i] = number;
            ref var value = ref _values[number];
            _memory.Grow(value.Block, value.Bytes); // what the network reads: normalized, so a copy
            _memory.Add(value.Bytes);                                                   // the batch as loaded stays to the end of the step
        }

        for (var i = 0; i < wiring.Layers; i++)
            Prepare(i, _plan.Layers[i], wiring.Sources(i));
        foreach (var output in _plan.Outputs)
            _values[_first[wiring.NumberOf(output.Wire.Source)] + output.Wire.Port].Readers++;                                  // the loss
    }

    /// <summary>Makes the layer's values, without memory yet, and counts it among the readers of its inputs.</summary>
    private void Prepare(int number, PlannedLayer layer, ReadOnlySpan<int> sources)
    {
        var footprint = layer.Operator.Footprint;
        var firstInput = _inputs.Count;
        var (widest, trains) = (0, layer.Trains);
        for (var i = 0; i < sources.Length; i++)
        {
            var value = _first[sources[i]] + layer.Inputs[i].Port;
            _inputs.Add(value);
            ref var input = ref _values[value];
            input.Readers++;
            trains |= input.Trains;
            widest = Math.Max(widest, input.Width);
        }

        var firstOutput = _first[number] = _values.Count;
        foreach (var shape in layer.Outputs)
        {
            var width =
                shape.DType == DType.Int64 ? 8
                : footprint.Format == NumberFormat.AsGiven ? widest
                : WidthOf(footprint.Format);
            Add(
                shape,
                width,
                footprint.IsView && layer.Inputs.Length > 0 ? _values[_inputs[firstInput]].Block : _memory.New(users: 0),
                trains && shape.DType == DType.Float32,
                layer.Repeats.Value
            );
        }

        _ran.Add(
            new()
            {
                Footprint = footprint,
                Trains = trains,
                FirstInput = firstInput,
                Inputs = layer.Inputs.Length,
                FirstOutput = firstOutput,
                Outputs = layer.Outputs.Length,
            }
        );
    }

    private void Forward(ref LayerStep ran)
    {
        var (footprint, casts) = (ran.Footprint, 0.0);
        for (var i = 0; i < ran.Inputs; i++)
            casts += CastBytes(footprint, Input(ran, i));
        for (var i = 0; i < ran.Outputs; i++)
        {
            ref var output = ref _values[ran.FirstOutput + i];
            if (!footprint.IsView)
                _memory.Grow(output.Block, output.Bytes);
            ran.HeldBytes += ran.Trains ? footprint.BytesPerNumber * output.Elements : 0;
        }

        ran.FirstHeld = _held.Count;
        if (ran.Trains && footprint.HoldsInputs)
        {
            ran.HeldBytes += casts;
            for (var i = 0; i < ran.Inputs; i++)
            {
                if (CastBytes(footprint, Input(ran, i)) == 0)
                    Hold(Input(ran, i).Block);
            }
        }

        if (ran.Trains && footprint.HoldsOutput)
            Hold(_values[ran.FirstOutput].Block);
        ran.Held = _held.Count - ran.FirstHeld;
        _memory.Add(ran.HeldBytes);
        _memory.See(footprint.HoldsInputs && ran.Trains ? 0 : casts);
        for (var i = 0; i < ran.Outputs; i++)
            ReadBy(ref _values[ran.FirstOutput + i], 0);
        for (var i = 0; i < ran.Inputs; i++)
            ReadBy(ref Input(ran, i), 1);
    }

    private ref Value Input(in LayerStep ran, int input) => ref _values[_inputs[ran.FirstInput + input]];

    private int Add(Shape shape, int width, int block, bool trains, long times = 1)
    {
        _memory.Use(block);
        _values.Add(
            new()
            {
                Elements = Saturating.Multiply(shape.ElementsPerSample!.Value, times),
                Width = width,
                Block = block,
                Trains = trains,
                Gradient = MemoryBlocks.None,
            }
        );
        return _values.Count - 1;
    }

    private int WidthOf(NumberFormat format) => format == NumberFormat.Precision ? _precisionWidth : 4;

    /// <summary>A copy of the input in the width that the operator reads; 0 where it reads what is there.</summary>
    private double CastBytes(Footprint footprint, in Value input) =>
        footprint.Format == NumberFormat.AsGiven || input.Width is 8 || input.Width == WidthOf(footprint.Format)
            ? 0
            : WidthOf(footprint.Format) * input.Elements;

    private void Hold(int block)
    {
        if (_memory.TryHold(block))
            _held.Add(block);
    }

    private void ReadBy(ref Value value, int readers)
    {
        value.Readers -= readers;
        if (value.Readers == 0)
            _memory.Release(value.Block);
    }

    private void GiveBack()
    {
        _memory.GiveBack();
        _values.GiveBack();
        _ran.GiveBack();
        _inputs.GiveBack();
        _held.GiveBack();
    }

    /// <summary>A tensor. <see cref="Trains"/>: a gradient comes back to it.</summary>
    private struct Value
    {
        public double Elements;
        public int Width, Block, Readers, Gradient;
        public bool Trains;

        public readonly double Bytes => Elements * Width;
    }

    /// <summary>
    /// A layer on its way through the step, with what is held for it alone and the pieces that it is the first to hold, so the last to let
    /// go.
    /// </summary>
    private struct LayerStep
    {
        public Footprint Footprint;
        public double HeldBytes;
        public int FirstInput, Inputs, FirstOutput, Outputs, FirstHeld, Held;
        public bool Trains;
    }
}
