using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Folds the steps of the time axis into the batch: how a <c>time_distributed</c> begins.</summary>
/// <remarks>
/// Shapes: <c>[N, time, …]</c> gives <c>[N·time, …]</c>, whose batch is written N like every other. Specs cannot name it: the expander puts
/// it there.
/// </remarks>
public sealed record FoldSteps : Operator
{
    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override AxisFlow AxisFlow => AxisFlow.Made;

    public override Shape? Infer(ShapeContext context)
    {
        var input = context.Input;
        if (input.Rank < 3 || !input.Has(Axis.Time))
            return context.Error(
                Codes.LayerAxes,
                $"time_distributed applies its layers to every step of the time axis, and its input {context.Layer.InputName(0)} is "
                    + $"[{ShapeContext.Names(input.Axes)}], {input.Sizes}. Give the input 'axes' with time and what a step has."
            );
        var time = input.Position(Axis.Time);
        return new(Without(input.Dims, time), Without(input.Axes, time), input.DType);
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (input, time) = (onnx.Layer.Input, onnx.Layer.Input.Index(Axis.Time));
        long[] order = [0, time, .. Enumerable.Range(1, input.Rank - 1).Where(at => at != time)];
        var x = time == 1 ? onnx.Input : onnx.Part("Transpose", [onnx.Input], ("perm", order));
        var step = onnx.Part("Slice", [onnx.Part("Shape", [x]), onnx.Constant(2), onnx.Constant(input.Rank)]);
        onnx.Add("Reshape", [x, onnx.Part("Concat", [onnx.Constant(-1), step], ("axis", 0L))]);
    }

    private static T[] Without<T>(IEnumerable<T> each, int position) => [.. each.Where((_, i) => i != position)];
}

/// <summary>Gives folded steps a time axis again: how a <c>time_distributed</c> ends.</summary>
/// <remarks>
/// Shapes: <c>[N·time, …]</c>, and what was folded, give <c>[N, time, …]</c>; the time axis stands where it stood. Specs cannot name it.
/// </remarks>
public sealed record UnfoldSteps : Operator
{
    public override Arity Arity => Arity.Two;

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override AxisFlow AxisFlow => AxisFlow.Made;

    public override Shape? Infer(ShapeContext context)
    {
        var (step, folded) = (context.Inputs[0], context.Inputs[1]);
        if (step.Has(Axis.Time) || step.Rank > Axes.MaxRank)
            return context.Error(
                Codes.LayerAxes,
                $"a step gives [{ShapeContext.Names(step.Axes)}], {step.Sizes}, and the time axis of the steps has no place beside that. "
                    + $"Flatten or pool it inside."
            );
        var time = Math.Min(folded.Position(Axis.Time), step.Rank);
        return new(With(step.Dims, time, folded[Axis.Time]), With(step.Axes, time, Axis.Time), step.DType);
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (step, folded, output) = (onnx.Layer.InputShapes[0], onnx.Layer.InputShapes[1], onnx.Layer.Output);
        var counts = onnx.Part("Gather", [onnx.Part("Shape", [onnx.Inputs[1]]), onnx.Constant(0, folded.Index(Axis.Time))], ("axis", 0L));
        var sizes = onnx.Part("Slice", [onnx.Part("Shape", [onnx.Input]), onnx.Constant(1), onnx.Constant(step.Rank)]);
        string[] operands = [onnx.Input, onnx.Part("Concat", [counts, sizes], ("axis", 0L))];
        var time = output.Index(Axis.Time);
        if (time == 1)
            onnx.Add("Reshape", operands);
        else
            onnx.Add(
                "Transpose",
                [onnx.Part("Reshape", operands)],
                ("perm", new long[] { 0 }.Concat(With(Enumerable.Range(2, output.Rank - 2).Select(at => (long)at), time - 1, 1L)).ToArray())
            );
    }

    private static T[] With<T>(IEnumerable<T> each, int position, T added) => [.. each.Take(position), added, .. each.Skip(position)];
}
