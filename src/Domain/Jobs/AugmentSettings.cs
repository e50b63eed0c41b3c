using System.Text.Json;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// One thing that is done to pictures on their way into a training, the same to all pictures of a sample and to its mask. What is drawn is
/// a function of (seed, epoch, batch).
/// </summary>
public abstract record AugmentSettings
{
    private static readonly Variants<AugmentSettings> Kinds = new(
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
            $"'augment' is {SpecReader.Shown(json)}; expected a list, such as [\"flip\", {{ \"type\": \"crop\", \"padding\": 2 }}]."
        );
        return [];
    }
}

/// <summary>Turns pictures left to right.</summary>
public sealed record FlipSettings : AugmentSettings
{
    public override string Type => "flip";

    /// <summary>The part of the pictures. Default: 0.5.</summary>
    [Between(0, 1)]
    public double P { get; init; } = 0.5;
}

/// <summary>Pads pictures with zeros on every side and cuts a window of the old size out of them, anywhere.</summary>
public sealed record CropSettings : AugmentSettings
{
    public override string Type => "crop";

    /// <summary>In pixels. Default: 4, as for CIFAR in He et al. 2016.</summary>
    [Between(1, 512)]
    public long Padding { get; init; } = 4;
}

/// <summary>Blackens a rectangle (Zhong et al. 2020).</summary>
public sealed record EraseSettings : AugmentSettings
{
    public override string Type => "erase";

    public override bool Moves => false;

    /// <summary>The part of the pictures. Default: 0.5.</summary>
    [Between(0, 1)]
    public double P { get; init; } = 0.5;

    /// <summary>The largest part of a picture that is erased; the smallest is 0.02. Default: 0.33.</summary>
    [Between(0.02, 1)]
    public double MaxArea { get; init; } = 0.33;
}

/// <summary>The same as the setting <c>normalize</c>, which is on unless it is turned off there.</summary>
public sealed record NormalizeSettings : AugmentSettings
{
    public override string Type => "normalize";

    public override bool Moves => false;
}
