namespace ConcatService.Domain.Diagnostics;

/// <summary>A kind of cause with its meaning. The names are a contract: they are added, never changed.</summary>
public sealed record CauseKind(string Name, string Meaning)
{
    public override string ToString() => Name;
}

/// <summary>Every kind of cause (<c>cause.kind</c>), in the order in which they are looked for: the first that holds decides.</summary>
public static class CauseKinds
{
    public static readonly CauseKind RankDifference = new(
        "rank_difference",
        "The inputs have different numbers of dimensions: a map beside a vector."
    );
    public static readonly CauseKind DTypeDifference = new("dtype_difference", "The sizes fit and the element types do not.");
    public static readonly CauseKind MixedLayout = new(
        "mixed_layout",
        "One input is channels-first and another channels-last, or a layer on the way to one of them reads the other layout."
    );
    public static readonly CauseKind WrongAxis = new(
        "wrong_axis",
        "The inputs would fit if they were joined along another axis, or the axis does not exist or is the batch."
    );
    public static readonly CauseKind OddSizeRounding = new(
        "odd_size_rounding",
        "Without rounding the sizes would agree: an odd size was divided on one branch and does not come back."
    );
    public static readonly CauseKind PaddingDifference = new(
        "padding_difference",
        "With \"same\" padding everywhere the sizes would agree: some windows lose elements at the border."
    );
    public static readonly CauseKind WrongInput = new(
        "wrong_input",
        "No single stride or scale restores agreement, and another layer has the right size: the wrong layer is connected."
    );
    public static readonly CauseKind StrideDifference = new(
        "stride_difference",
        "One branch was made coarser or finer than the others by a stride, a scale or a size."
    );
    public static readonly CauseKind OneBranchDiffers = new(
        "one_branch_differs",
        "All inputs but one agree, and no single layer stands out."
    );
    public static readonly CauseKind WidthDifference = new(
        "width_difference",
        "Only the features differ, where they must not: at an element-wise merge, or in a concat along another axis."
    );
    public static readonly CauseKind SeveralDifferences = new(
        "several_differences",
        "Several axes differ, for different reasons: a block with a stride and another width beside a plain shortcut."
    );
    public static readonly CauseKind SymbolUnprovable = new(
        "symbol_unprovable",
        "The sizes are expressions over symbols, and for which sizes they are equal cannot be decided."
    );
    public static readonly CauseKind Degenerate = new(
        "degenerate",
        "There is nothing to join: no input, or one without elements."
    );
    public static readonly CauseKind DeclaredWidth = new(
        "declared_width",
        "A layer says how many features it reads (in_channels, in_features, …), and another number arrives."
    );

    /// <summary>All of them, in the order of the list above.</summary>
    public static IReadOnlyList<CauseKind> All { get; } =
        [
            .. typeof(CauseKinds)
                .GetFields()
                .Where(field => field.FieldType == typeof(CauseKind))
                .Select(field => (CauseKind)field.GetValue(null)!),
        ];
}
