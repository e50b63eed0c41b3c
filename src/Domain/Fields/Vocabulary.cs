namespace ConcatService.Domain.Fields;

/// <summary>
/// What PyTorch, Keras, TensorFlow, ONNX, Darknet and Ultralytics call the things that have another name here. Asked before a name is taken
/// for a misspelled one: <c>Dense</c> is nearer to <c>dropout</c> by letters than to <c>linear</c>.
/// </summary>
public static class Vocabulary
{
    // By our name; letters only, without case. Names that differ in case, in underscores or in a prefix alone need no entry.
    private static readonly Dictionary<string, string> Types = Inverted(
        [
            ("linear", "dense fullyconnected fc innerproduct connected gemm mlp"),
            ("concat", "concatenate cat concatv2 route merge concatenation depthconcat"),
            ("conv1d", "convolution1d temporalconv"),
            ("conv2d", "conv convolution convolution2d convolutional convbnact"),
            ("conv_transpose1d", "conv1dtranspose deconv1d"),
            ("conv_transpose2d", "conv2dtranspose convtranspose deconv deconv2d deconvolution deconvolutional upconv"),
            ("conv3d", "convolution3d"),
            ("conv_transpose3d", "conv3dtranspose deconv3d"),
            ("max_pool3d", "maxpooling3d"),
            ("avg_pool3d", "averagepooling3d"),
            ("pad3d", "zeropadding3d zeropad3d constantpad3d reflectionpad3d replicationpad3d"),
            ("dropout3d", "spatialdropout3d"),
            ("max_pool1d", "maxpooling1d"),
            ("max_pool2d", "maxpooling2d maxpool maxpooling"),
            ("avg_pool1d", "averagepooling1d"),
            ("avg_pool2d", "averagepooling2d averagepool avgpool averagepooling"),
            ("adaptive_avg_pool2d", "adaptiveaveragepooling2d adaptiveavgpool"),
            ("global_avg_pool", "globalaveragepooling1d globalaveragepooling2d globalaveragepooling3d"),
            ("global_avg_pool", "globalaveragepool globalavgpool2d gap"),
            ("global_max_pool", "globalmaxpooling1d globalmaxpooling2d globalmaxpooling3d globalmaxpool2d gmp"),
            ("upsample", "upsampling1d upsampling2d upsampling3d resize interpolate upsamplingnearest2d upsamplingbilinear2d resizing"),
            ("add", "shortcut sum plus eltwise residual elementwiseadd"),
            ("multiply", "mul prod product times elementwisemul"),
            ("subtract", "sub minus"),
            ("divide", "div truedivide quotient"),
            ("average", "mean avg"),
            ("maximum", "max"),
            ("minimum", "min"),
            ("matmul", "bmm mm batchmatmul dot"),
            ("stack", "pack"),
            ("reduce", "reducemean reducesum reducemax reducemin reducel2 amax amin"),
            ("negative", "neg"),
            ("clamp", "clip hardtanh"),
            ("pow", "power"),
            ("affine", "rescaling rescale"),
            ("pad1d", "zeropadding1d zeropad1d constantpad1d reflectionpad1d replicationpad1d"),
            ("pad2d", "zeropadding2d zeropad2d constantpad2d reflectionpad2d replicationpad2d pad zeropad padding"),
            ("center_crop", "cropping2d crop"),
            ("lstm", "cudnnlstm longshorttermmemory"),
            ("gru", "cudnngru gatedrecurrentunit"),
            ("embedding", "embed lookuptable embeddingbag"),
            ("squeeze_excitation", "se seblock selayer semodule squeezeexcite squeezeandexcitation squeezeandexcite scse senet"),
            ("eca", "ecablock ecalayer ecanet efficientchannelattention"),
            ("cbam", "cbamblock convolutionalblockattentionmodule"),
            ("multi_head_attention", "mha selfattention multihead multiheadselfattention mhsa"),
            ("attention", "scaleddotproductattention sdpa dotproductattention"),
            ("parameter", "param addweight learned const classtoken positionalembedding"),
            ("batch_norm", "bn batchnormalization batchnorm1d batchnorm2d batchnorm3d syncbatchnorm batchnormalize"),
            ("layer_norm", "ln layernormalization"),
            ("group_norm", "gn groupnormalization"),
            ("instance_norm", "instancenormalization instancenorm1d instancenorm2d instancenorm3d"),
            ("rms_norm", "rmsnormalization"),
            ("l2_norm", "l2normalize l2normalization unitnormalization"),
            ("leaky_relu", "leaky lrelu leakyrectify"),
            ("relu", "rectifier rectify rectifiedlinear"),
            ("relu6", "clippedrelu"),
            ("silu", "swish sil"),
            ("hard_swish", "hswish"),
            ("hard_sigmoid", "hsigmoid"),
            ("sigmoid", "logistic"),
            ("tanh", "hyperbolictangent"),
            ("dropout1d", "spatialdropout1d"),
            ("dropout2d", "spatialdropout2d featuredropout"),
            ("drop_path", "stochasticdepth"),
            ("flatten", "ravel"),
            ("reshape", "view unflatten"),
            ("permute", "transpose"),
            ("identity", "noop passthrough"),
            ("cast", "astype to totype"),
            ("slice", "stridedslice narrow"),
            ("split", "chunk unbind unstack"),
            ("expand", "broadcastto"),
            ("channel_shuffle", "shufflechannel shufflechannels"),
            ("pixel_shuffle", "depthtospace"),
            ("pixel_unshuffle", "spacetodepth focus"),
            ("reorg", "reorganize"),
        ]
    );

    // The first of our names that the object has is meant.
    private static readonly Dictionary<string, string[]> Fields = new()
    {
        ["filters"] = ["out_channels"],
        ["numfilters"] = ["out_channels"],
        ["nfilters"] = ["out_channels"],
        ["nbfilter"] = ["out_channels"],
        ["channels"] = ["out_channels"],
        ["outchannels"] = ["out_channels", "out_features"],
        ["numoutput"] = ["out_channels", "out_features"],
        ["outplanes"] = ["out_channels"],
        ["units"] = ["out_features", "hidden_size"],
        ["outfeatures"] = ["out_features", "out_channels"],
        ["outdim"] = ["out_features", "out_channels", "embedding_dim"],
        ["numclasses"] = ["out_features"],
        ["classes"] = ["out_features"],
        ["output"] = ["out_features", "outputs"],
        ["inchannels"] = ["in_channels", "in_features", "num_features", "num_channels", "input_size", "embed_dim"],
        ["infeatures"] = ["in_features", "in_channels", "num_features", "input_size"],
        ["inplanes"] = ["in_channels"],
        ["numfeatures"] = ["num_features", "num_channels", "in_features"],
        ["dmodel"] = ["embed_dim"],
        ["kernel"] = ["kernel_size"],
        ["kernelshape"] = ["kernel_size"],
        ["poolsize"] = ["kernel_size"],
        ["size"] = ["kernel_size"],
        ["ksize"] = ["kernel_size"],
        ["window"] = ["kernel_size"],
        ["strides"] = ["stride", "scale_factor"],
        ["pads"] = ["padding"],
        ["pad"] = ["padding"],
        ["autopad"] = ["padding"],
        ["dilations"] = ["dilation"],
        ["dilationrate"] = ["dilation"],
        ["group"] = ["groups", "num_groups"],
        ["groups"] = ["num_groups"],
        ["usebias"] = ["bias"],
        ["hasbias"] = ["bias"],
        ["dim"] = ["axis"],
        ["axes"] = ["axis", "dims"],
        ["perm"] = ["dims"],
        ["order"] = ["dims"],
        ["rate"] = ["p"],
        ["prob"] = ["p"],
        ["probability"] = ["p"],
        ["dropprob"] = ["p"],
        ["ratio"] = ["p", "reduction"],
        ["reductionratio"] = ["reduction"],
        ["r"] = ["reduction"],
        ["alpha"] = ["negative_slope"],
        ["slope"] = ["negative_slope"],
        ["negativeslope"] = ["negative_slope"],
        ["epsilon"] = ["eps"],
        ["inputdim"] = ["num_embeddings", "in_features"],
        ["vocabsize"] = ["num_embeddings"],
        ["outputdim"] = ["embedding_dim", "out_features"],
        ["embeddingsize"] = ["embedding_dim"],
        ["embeddim"] = ["embedding_dim"],
        ["hidden"] = ["hidden_size"],
        ["hiddendim"] = ["hidden_size"],
        ["hiddenunits"] = ["hidden_size"],
        ["heads"] = ["num_heads"],
        ["nheads"] = ["num_heads"],
        ["nhead"] = ["num_heads"],
        ["layers"] = ["num_layers"],
        ["targetshape"] = ["shape"],
        ["newshape"] = ["shape"],
        ["scale"] = ["scale_factor"],
        ["stride"] = ["scale_factor"],
        ["scales"] = ["scale_factor"],
        ["upscalefactor"] = ["factor"],
        ["downscalefactor"] = ["factor"],
        ["blocksize"] = ["factor"],
        ["interpolation"] = ["mode"],
        ["to"] = ["dtype"],
        ["input"] = ["inputs"],
        ["inboundnodes"] = ["inputs"],
        ["bottom"] = ["inputs"],
        ["from"] = ["inputs"],
        ["id"] = ["name"],
        ["outputs"] = ["outputs"],
        ["layer"] = ["layers"],
        ["dataformat"] = ["layout"],
        ["lr"] = ["learning_rate"],
        ["keepdim"] = ["keep_dims"],
        ["keepdims"] = ["keep_dims"],
        ["normalization"] = ["norm"],
        ["act"] = ["activation"],
        ["nonlinearity"] = ["activation"],
    };

    // Fields that are there under the same name and mean something else in the other tool's layer.
    private static readonly Dictionary<(string Type, string Field), string> OfType = new()
    {
        [("upsampling1d", "size")] = "scale_factor",
        [("upsampling2d", "size")] = "scale_factor",
        [("upsampling3d", "size")] = "scale_factor",
    };

    // What is no one layer here.
    private static readonly Dictionary<string, string> Hints = new()
    {
        ["spp"] = " It is several max_pool2d of stride 1 beside each other, joined by a concat.",
        ["sppf"] = " It is three max_pool2d of stride 1 in a row, joined with their input by a concat.",
        ["sequential"] = " Write its layers into the list, or into 'blocks'.",
        ["bottleneck"] = " Write its layers into 'blocks', and use them by a layer of type block.",
        ["c2f"] = " Write its layers into 'blocks', and use them by a layer of type block.",
        ["c3"] = " Write its layers into 'blocks', and use them by a layer of type block.",
        ["input"] = " The network's inputs stand in 'inputs' of the spec.",
        ["inputlayer"] = " The network's inputs stand in 'inputs' of the spec.",
        ["placeholder"] = " The network's inputs stand in 'inputs' of the spec.",
    };

    private static readonly string[] Told = ["inchannels", "infeatures", "numfeatures", "inputsize", "inplanes", "inputdim", "inputshape"];

    /// <summary>The layer type that the field's other names mean; null where they mean none.</summary>
    /// <param name="written">As a spec has it: <c>nn.Conv2d</c>.</param>
    /// <param name="known">The types that there are.</param>
    public static string? Type(string written, IReadOnlyCollection<string> known)
    {
        var letters = Letters(written[(written.LastIndexOf('.') + 1)..]);
        return known.FirstOrDefault(type => Letters(type) == letters)
            ?? (Types.GetValueOrDefault(letters) is { } named && known.Contains(named) ? named : null);
    }

    /// <summary>The field that another name means in an object that has these; null where it means none.</summary>
    public static string? Field(string written, IReadOnlyCollection<string> known)
    {
        var letters = Letters(written);
        return known.FirstOrDefault(field => Letters(field) == letters)
            ?? Fields.GetValueOrDefault(letters)?.FirstOrDefault(known.Contains);
    }

    /// <summary>
    /// What a field of another tool's layer is called here, although a field of that name is there and means something else; null for
    /// others.
    /// </summary>
    public static string? Other(string type, string field) => OfType.GetValueOrDefault((Letters(type), field));

    /// <summary>What a name of several layers stands for, a sentence with a leading blank; null for others.</summary>
    public static string? Hint(string type) => Hints.GetValueOrDefault(Letters(type));

    /// <summary>Whether the field says what shapes tell, so that it can be left out.</summary>
    public static bool IsTold(string field) => Told.Contains(Letters(field));

    private static string Letters(string name) =>
        name.Length > 64 ? name : new([.. name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);

    private static Dictionary<string, string> Inverted((string Ours, string Theirs)[] names) =>
        names
            .SelectMany(each => each.Theirs.Split(' ').Select(their => (their, each.Ours)))
            .ToDictionary(each => each.their, each => each.Ours);
}
