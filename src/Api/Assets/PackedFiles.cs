namespace ConcatService.Api.Assets;

/// <summary>
/// What everybody may read is sent packed to who takes it so: the files of the pages, and the catalogs that they begin with. Answers with
/// anything of a team are not: their length would tell of it (https://breachattack.com).
/// </summary>
internal static class PackedFiles
{
    private static readonly string[] Open = ["/assets", "/v1/gallery", "/v1/operators", "/v1/schema"];

    public static void AddPackedFiles(this IServiceCollection services) =>
        services.AddResponseCompression(packing => packing.EnableForHttps = true);

    public static void UsePackedFiles(this IApplicationBuilder app) =>
        app.UseWhen(
            http => Open.Any(path => http.Request.Path.StartsWithSegments(path)),
            branch => branch.UseResponseCompression()
        );
}
