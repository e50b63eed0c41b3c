namespace ConcatService.Api.Headers;

/// <summary>
/// What a browser may load for an answer that it shows, and who may frame it (https://www.w3.org/TR/CSP3/). Endpoint metadata where the
/// strictest does not do.
/// </summary>
internal sealed record ContentPolicy(string Value)
{
    private const string NoFrames = "frame-ancestors 'none'";

    /// <summary>Data: nothing is loaded and nothing runs.</summary>
    public static ContentPolicy Data { get; } = new($"default-src 'none'; {NoFrames}");

    /// <summary>An SVG of ours, which brings its style.</summary>
    public static ContentPolicy Picture { get; } = new($"default-src 'none'; style-src 'unsafe-inline'; {NoFrames}");

    /// <summary>A page of ours with files of its own: what it loads, runs and calls is of this host.</summary>
    public static ContentPolicy Page { get; } = new(
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; "
            + $"base-uri 'none'; {NoFrames}"
    );

    /// <summary>A page of a library: scripts and connections of this host alone, styles also in the page.</summary>
    public static ContentPolicy Library { get; } = new(
        $"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
            + $"form-action 'self'; {NoFrames}"
    );
}
