using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Operators;

/// <summary>Spatial axes are resized by repeating or interpolating.</summary>
/// <param name="Factor">What each size is multiplied with; null where a size is given instead.</param>
public readonly record struct Resampling(Scale? Factor);
