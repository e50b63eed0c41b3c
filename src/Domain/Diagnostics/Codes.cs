namespace ConcatService.Domain.Diagnostics;

/// <summary>The codes of what stops a spec or limits it. Those of warnings stand with their rules.</summary>
public static class Codes
{
    public static readonly Code UnknownField = new("spec.unknown_field", "A field that does not exist at this place.");
    public static readonly Code UnknownType = new("spec.unknown_type", "A layer type, block or merge that does not exist.");
    public static readonly Code MissingField = new("spec.missing_field", "A required field is missing.");
    public static readonly Code WrongType = new("spec.wrong_type", "A value of the wrong JSON type, or not one of the allowed values.");
    public static readonly Code OutOfRange = new("spec.out_of_range", "A number outside its range.");
    public static readonly Code DuplicateName = new(
        "spec.duplicate_name",
        "Two inputs or layers of one list have the same name, or an object has the same field twice."
    );
    public static readonly Code UnknownInput = new(
        "spec.unknown_input",
        "A reference to an input or layer that does not exist or is out of scope."
    );
    public static readonly Code Cycle = new("spec.cycle", "Layers feed each other in a cycle.");
    public static readonly Code NoOutput = new(
        "spec.no_output",
        "The network has no layers, or an output names a layer that does not exist."
    );
    public static readonly Code TooLarge = new("spec.too_large", "More layers, nesting, parameters or elements than the service accepts.");
    public static readonly Code MoreFindings = new("spec.more_findings", "The list of diagnostics ends here; there are more.");
    public static readonly Code LayerRank = new("layer.rank", "The input has more or fewer dimensions than the layer takes.");
    public static readonly Code LayerAxes = new(
        "layer.axes",
        "The input's dimensions are in another order than the layer takes, or an axis does not exist."
    );
    public static readonly Code LayerDType = new("layer.dtype", "The input's dtype is not one that the layer takes.");
    public static readonly Code NotDivisible = new("layer.not_divisible", "A size is not divisible by an attribute, such as groups.");
    public static readonly Code SizeBelowOne = new("layer.size_below_one", "A dimension of the output would be smaller than 1.");
    public static readonly Code LayerShape = new("layer.shape", "The input's sizes do not fit the layer.");
    public static readonly Code DeclaredWidth = new(
        "layer.declared_width",
        "The layer says how many features it reads (in_channels, in_features, …), and another number arrives."
    );
    public static readonly Code SharedWeights = new(
        "layer.shared_weights",
        "The layer says whose weights it computes with, and those do not fit it or are not there."
    );
    public static readonly Code ConcatShape = new(
        "concat.shape_mismatch",
        "Inputs of a concat differ on an axis other than the concat axis."
    );
    public static readonly Code ConcatRank = new("concat.rank_mismatch", "Inputs of a concat have different numbers of dimensions.");
    public static readonly Code ConcatDType = new("concat.dtype_mismatch", "Inputs of a concat have different dtypes.");
    public static readonly Code ConcatAxis = new("concat.axis", "The concat axis does not exist in the inputs.");
    public static readonly Code ConcatBatchAxis = new("concat.batch_axis", "A concat along the batch axis would mix samples.");
    public static readonly Code ConcatDegenerate = new("concat.degenerate", "A concat with fewer than two inputs.");
    public static readonly Code MergeShape = new(
        "merge.shape_mismatch",
        "Inputs of an element-wise merge cannot be broadcast to one shape."
    );
    public static readonly Code MergeRank = new(
        "merge.rank_mismatch",
        "Inputs of an element-wise merge have different numbers of dimensions."
    );
    public static readonly Code MergeDType = new("merge.dtype_mismatch", "Inputs of an element-wise merge have different dtypes.");
    public static readonly Code MergeDegenerate = new("merge.degenerate", "An element-wise merge with fewer than two inputs.");
    public static readonly Code ExportUnsupported = new(
        "export.unsupported",
        "The layer cannot be exported to ONNX for these sizes, or stands for what could not be read (opaque)."
    );

    public static readonly Code DataInput = new("data.input", "The network's input does not match the samples of the data set.");
    public static readonly Code DataOutput = new("data.output", "The network's output does not match the targets of the data set.");

    /// <summary>All of them, in the order of the list above.</summary>
    internal static IReadOnlyList<Code> All { get; } =
        [.. typeof(Codes).GetFields().Where(field => field.FieldType == typeof(Code)).Select(field => (Code)field.GetValue(null)!)];
}
