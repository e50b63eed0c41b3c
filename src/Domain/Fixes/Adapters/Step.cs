using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fixes.Adapters;

/// <summary>A layer that an adapter puts on the way.</summary>
/// <param name="Verb">What it does, for ids: <c>pool</c>.</param>
/// <param name="Layer">Its type and attributes.</param>
/// <param name="Title">What to do, as a sentence without its end.</param>
/// <param name="Effect">What becomes of the data, as a sentence.</param>
internal sealed record Step(string Verb, JsonObject Layer, string Title, string Effect, Loss Loss)
{
    /// <summary>What ends the layer's name: <c>coarse_up</c>.</summary>
    public string Suffix => Verb switch
    {
        "upsample" or "transpose" => "up",
        "convolve" => "down",
        "flatten" => "flat",
        _ => Verb,
    };
}

/// <summary>How sizes of positions that differ are brought together.</summary>
internal enum Resizing
{
    /// <summary>Averaged where there are too many, repeated where there are too few.</summary>
    Resample,

    /// <summary>By a convolution with a stride, or a transposed one.</summary>
    Learn,

    /// <summary>Blocks of positions become channels.</summary>
    Rearrange,

    /// <summary>The border is cut off, or added.</summary>
    Border,

    /// <summary>As at the border, but all of it before the first step: what comes later is not seen earlier.</summary>
    Start,
}

/// <summary>What a vector is made of, where a map or sequence is too much.</summary>
internal enum Reduction
{
    /// <summary>The mean over all positions.</summary>
    Mean,

    /// <summary>Every number.</summary>
    List,
}
