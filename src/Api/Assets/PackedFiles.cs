using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace ConcatService.Api.Assets;

/// <summary>
/// What everybody may read is sent packed to who takes it so: the files of the pages, the catalogs that they begin with, and what is said
/// of a spec that the request itself has. Answers with anything of a team are not: their length would tell of it
/// (https://breachattack.com).
/// </summary>
internal static class PackedFiles
{
    private static readonly string[] Open =
    [
        "/assets", "/v1/gallery", "/v1/operators", "/v1/schema", "/v1/architectures/validate", "/v1/architectures/graph.svg",
    ];

    public static void AddPackedFiles(this IServiceCollection services)
    {
        services.AddResponseCompression(packing =>
        {
            packing.EnableForHttps = true;
            packing.MimeTypes = ["text/css", "text/javascript", "application/json", "application/schema+json", "image/svg+xml"];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Optimal);
    }

    public static void UsePackedFiles(this IApplicationBuilder app) =>
        app.UseWhen(
            http => Open.Any(path => http.Request.Path.StartsWithSegments(path)),
            branch => branch.UseResponseCompression()
        );
}
