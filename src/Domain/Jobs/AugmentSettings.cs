using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// One augmentation of training pictures, the same for all pictures of a sample and for its mask. What is drawn depends on seed, epoch and
/// batch alone.
/// </summary>
public abstract record AugmentSettings
{
    internal static readonly Variants<AugmentSettings> Kinds = new(
        "augment",
        ("flip", () => new FlipSettings()),
        ("crop", () => new CropSettings()),
        ("erase", () => new EraseSettings()),
        ("normalize", () => new NormalizeSettings())
    );

    /// <summary>The name in JSON.</summary>
    [SpecIgnore]
    public abstract string Type { get; }

    /// <summary>Whether pixels change their places.</summary>
    [SpecIgnore]
    public virtual bool Moves => true;

    /// <summary>What can be read of the list, after reporting the rest.</summary>
    internal static IReadOnlyList<AugmentSettings> Read(JsonElement json, SpecPath path, Report report)
    {
        if (json.ValueKind == JsonValueKind.Array)
            return [.. json.EnumerateArray().Select((item, i) => Kinds.Read(item, path[i], report))];
        report.Error(
            Codes.WrongType,
            path,
            $"'augment' is {JsonText.Shown(json)}; expected a list, such as [\"flip\", {{ \"type\": \"crop\", \"padding\": 2 }}]."
        );
        return [];
    }
}

/// <summary>Mirrors pictures left to right.</summary>
public sealed record FlipSettings : AugmentSettings
{
    public override string Type => "flip";

    /// <summary>Probability for each picture. Default: 0.5.</summary>
    [Between(0, 1)]
    public double P { get; init; } = 0.5;
}

/// <summary>Pads each side with zeros and crops a window of the original size at a random place (He et al. 2016).</summary>
public sealed record CropSettings : AugmentSettings
{
    public override string Type => "crop";

    /// <summary>Padding of each side, in pixels. Default: 4, as for CIFAR in He et al. 2016.</summary>
    [Between(1, 512)]
    public long Padding { get; init; } = 4;
}

/// <summary>Random erasing: blackens a rectangle (Zhong et al. 2020).</summary>
public sealed record EraseSettings : AugmentSettings
{
    public override string Type => "erase";

    public override bool Moves => false;

    /// <summary>Probability for each picture. Default: 0.5.</summary>
    [Between(0, 1)]
    public double P { get; init; } = 0.5;

    /// <summary>Largest area of the rectangle, as a fraction of the picture; the smallest is 0.02. Default: 0.33.</summary>
    [Between(0.02, 1)]
    public double MaxArea { get; init; } = 0.33;
}

/// <summary>The same as the setting <c>normalize</c>, which is on by default.</summary>
public sealed record NormalizeSettings : AugmentSettings
{
    public override string Type => "normalize";

    public override bool Moves => false;
}
