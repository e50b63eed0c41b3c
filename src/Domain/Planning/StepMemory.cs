using ConcatService.Domain.Graphs;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>
/// Walks forwards and backwards through a plan, as a step of training does, and counts what is in memory for one sample: values until their last reader has
/// run, what operators hold (<see cref="Footprint"/>) until their backward pass, gradients until they are used.
/// </summary>
/// <remarks>In doubles: exact for every network that can be trained, and a hostile one stays huge.</remarks>
internal sealed class StepMemory
{
    private readonly Plan _plan;
    private readonly int _precisionWidth;
    private readonly Dictionary<Wire, Value> _values;
    private readonly Ran[] _ran;
    private double _live;
    private double _peak;

    private StepMemory(Plan plan, Precision precision)
    {
        _plan = plan;
        _precisionWidth = precision == Precision.Bfloat16 ? 2 : 4;
        _values = new(plan.Shapes.Count);
        _ran = new Ran[plan.Layers.Count];
    }

    /// <summary>Bytes for one sample at the worst moment; null when a size is symbolic.</summary>
    public static double? PeakOf(Plan plan, Precision precision)
    {
        foreach (var shape in plan.Shapes.Values)
        {
            if (shape.ElementsPerSample is null)
                return null;
        }

        var step = new StepMemory(plan, precision);
        step.Forward();
        step.Backward();
        return step._peak;
    }

    private void Forward()
    {
        foreach (var input in _plan.Inputs)
        {
            var value = new Value(input.Shape, input.Shape.DType == DType.Int64 ? 8 : 4, new());
            _values[new(input.Name)] = value;
            Grow(value.Block, value.Bytes);                                             // what the network reads: normalised, so a copy
            _live += value.Bytes;                                                       // the batch as loaded stays to the end of the step
        }

        for (var i = 0; i < _ran.Length; i++)
            _ran[i] = Prepare(_plan.Layers[i]);
        foreach (var output in _plan.Outputs)
            _values[output.Wire].Readers++;                                             // the loss
        foreach (var ran in _ran)
            Forward(ran);
    }

    /// <summary>Makes the layer's values, without memory yet, and counts it among the readers of its inputs.</summary>
    private Ran Prepare(PlannedLayer layer)
    {
        var footprint = layer.Operator.Footprint;
        var inputs = new Value[layer.Inputs.Length];
        var (widest, trains) = (0, layer.ParameterCount > 0);
        for (var i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i] = _values[layer.Inputs[i]];
            input.Readers++;
            trains |= input.Trains;
            widest = Math.Max(widest, input.Width);
        }

        var outputs = new Value[layer.Outputs.Length];
        for (var port = 0; port < outputs.Length; port++)
        {
            var shape = layer.Outputs[port];
            var width = shape.DType == DType.Int64 ? 8 : footprint.Format == NumberFormat.AsGiven ? widest : WidthOf(footprint.Format);
            outputs[port] = new(shape, width, footprint.IsView ? inputs[0].Block : new()) { Trains = trains && shape.DType == DType.Float32 };
            _values[new(layer.Name, port)] = outputs[port];
        }

        return new(footprint, inputs, outputs, trains);
    }

    private void Forward(Ran ran)
    {
        var (footprint, casts) = (ran.Footprint, 0.0);
        foreach (var input in ran.Inputs)
            casts += CastBytes(footprint, input);
        foreach (var output in ran.Outputs)
        {
            if (!footprint.IsView)
                Grow(output.Block, output.Bytes);
            ran.HeldBytes += ran.Trains ? footprint.BytesPerNumber * output.Elements : 0;
        }

        if (ran.Trains && footprint.HoldsInputs)
        {
            ran.HeldBytes += casts;
            foreach (var input in ran.Inputs)
                ran.Hold(CastBytes(footprint, input) == 0 ? input.Block : null);
        }

        if (ran.Trains && footprint.HoldsOutput)
            ran.Hold(ran.Outputs[0].Block);
        _live += ran.HeldBytes;
        See(footprint.HoldsInputs && ran.Trains ? 0 : casts);
        foreach (var output in ran.Outputs)
            ReadBy(output, 0);
        foreach (var input in ran.Inputs)
            ReadBy(input, 1);
    }

    private void Backward()
    {
        foreach (var output in _plan.Outputs)
        {
            var value = _values[output.Wire];
            _live += 2 * 4 * value.Elements;                                            // the loss reads float32 scores and holds their logarithms
            if (value.Trains && value.Gradient is null)
                Grow(value.Gradient = new() { Users = 1 }, value.Bytes);
        }

        See(0);
        for (var i = _ran.Length - 1; i >= 0; i--)
            Backward(_ran[i]);
    }

    private void Backward(Ran ran)
    {
        var arriving = Array.Find(ran.Outputs, output => output.Gradient is not null)?.Gradient;
        var given = new Block?[ran.Inputs.Length];
        var casts = 0.0;
        for (var i = 0; i < given.Length && arriving is not null; i++)
        {
            var input = ran.Inputs[i];
            if (!input.Trains)
                continue;
            casts = Math.Max(casts, CastBytes(ran.Footprint, input));
            var shares = ran.Footprint.SharesGradient && input.Width == ran.Outputs[0].Width;
            given[i] = shares ? arriving : new();
            given[i]!.Users++;
            if (!shares)
                Grow(given[i]!, input.Bytes);
        }

        See(casts);
        foreach (var output in ran.Outputs)
            Release(output.Gradient);
        _live -= ran.HeldBytes;
        foreach (var block in ran.Held)
        {
            block.IsHeld = false;
            FreeUnused(block);
        }

        for (var i = 0; i < given.Length; i++)
        {
            if (given[i] is { } gradient)
                Accumulate(ran.Inputs[i], gradient);
        }
    }

    /// <summary>A second gradient of a value is added to the first: in its place where nobody else looks at that.</summary>
    private void Accumulate(Value value, Block gradient)
    {
        if (value.Gradient is not { } first)
        {
            value.Gradient = gradient;
            return;
        }

        if (first.Users > 1)
        {
            Grow(value.Gradient = new() { Users = 1 }, value.Bytes);
            See(0);
            Release(first);
        }

        Release(gradient);
    }

    private int WidthOf(NumberFormat format) => format == NumberFormat.Precision ? _precisionWidth : 4;

    /// <summary>A copy of the input in the width that the operator reads; 0 where it reads what is there.</summary>
    private double CastBytes(Footprint footprint, Value input) =>
        footprint.Format == NumberFormat.AsGiven || input.Width is 8 || input.Width == WidthOf(footprint.Format) ? 0 : WidthOf(footprint.Format) * input.Elements;

    private void ReadBy(Value value, int readers)
    {
        value.Readers -= readers;
        if (value.Readers == 0)
        {
            value.Block.Users--;
            FreeUnused(value.Block);
        }
    }

    private void Release(Block? gradient)
    {
        if (gradient is null)
            return;
        gradient.Users--;
        FreeUnused(gradient);
    }

    private void Grow(Block block, double bytes)
    {
        block.Bytes = bytes;
        _live += bytes;
    }

    private void FreeUnused(Block block)
    {
        if (block.Users > 0 || block.IsHeld)
            return;
        _live -= block.Bytes;
        block.Bytes = 0;
    }

    private void See(double passing) => _peak = Math.Max(_peak, _live + passing);

    /// <summary>A piece of memory, which several values may look at.</summary>
    private sealed class Block
    {
        public double Bytes { get; set; }

        public int Users { get; set; }

        public bool IsHeld { get; set; }
    }

    private sealed class Value
    {
        public Value(Shape shape, int width, Block block)
        {
            (Elements, Width, Block) = (shape.ElementsPerSample!.Value, width, block);
            block.Users++;
        }

        public double Elements { get; }

        public int Width { get; }

        public Block Block { get; }

        public double Bytes => Elements * Width;

        /// <summary>Whether a gradient comes back to it.</summary>
        public bool Trains { get; init; }

        public int Readers { get; set; }

        public Block? Gradient { get; set; }
    }

    /// <summary>A layer on its way through the step.</summary>
    private sealed record Ran(Footprint Footprint, Value[] Inputs, Value[] Outputs, bool Trains)
    {
        /// <summary>Held for this layer alone.</summary>
        public double HeldBytes { get; set; }

        /// <summary>Values that this layer is the first to hold, so the last to let go.</summary>
        public List<Block> Held { get; } = [];

        public void Hold(Block? block)
        {
            if (block is null or { IsHeld: true })
                return;
            block.IsHeld = true;
            Held.Add(block);
        }
    }
}
