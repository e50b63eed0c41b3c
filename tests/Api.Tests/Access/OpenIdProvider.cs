using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ConcatService.Api.Tests.Access;

/// <summary>
/// A provider of OpenID Connect with one person in it, as far as the code flow with PKCE needs one: discovery, keys, authorization, token
/// and user info endpoint. It listens on a loopback port.
/// </summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "concat", ClientSecret = "a secret";

    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "1" };
    private readonly Dictionary<string, IQueryCollection> _codes = [];
    private readonly WebApplication _app;

    public OpenIdProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/.well-known/openid-configuration", () => Discovery());
        _app.MapGet("/keys", () => Keys());
        _app.MapGet("/authorize", (HttpRequest request) => Authorize(request.Query));
        _app.MapPost("/token", async (HttpRequest request) => Token(await request.ReadFormAsync()));
        _app.MapGet(
            "/person",
            () => new JsonObject { ["sub"] = Subject, ["groups"] = new JsonArray([.. Groups.Select(each => (JsonNode)each)]) }
        );
    }

    public string Address => _app.Urls.Single();

    public string Subject { get; set; } = "alice";

    public string[] Groups { get; set; } = ["ml"];

    public Task StartAsync() => _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>A signed token of the person.</summary>
    public string TokenFor(string audience, TimeSpan? lasts = null, RsaSecurityKey? key = null, string? nonce = null)
    {
        var claims = new Dictionary<string, object> { ["sub"] = Subject, ["email"] = $"{Subject}@example.com", ["groups"] = Groups };
        if (nonce is not null)
            claims["nonce"] = nonce;
        var expires = DateTime.UtcNow + (lasts ?? TimeSpan.FromMinutes(5));
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Address,
                Audience = audience,
                Claims = claims,
                NotBefore = expires.AddHours(-1),
                IssuedAt = expires.AddHours(-1),
                Expires = expires,
                SigningCredentials = new(key ?? _key, SecurityAlgorithms.RsaSha256),
            }
        );
    }

    private JsonObject Discovery() =>
        new()
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = $"{Address}/authorize",
            ["token_endpoint"] = $"{Address}/token",
            ["userinfo_endpoint"] = $"{Address}/person",
            ["jwks_uri"] = $"{Address}/keys",
            ["response_types_supported"] = new JsonArray("code"),
            ["subject_types_supported"] = new JsonArray("public"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        };

    private JsonObject Keys()
    {
        var parts = _key.Rsa.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = "RSA",
                    ["use"] = "sig",
                    ["alg"] = "RS256",
                    ["kid"] = _key.KeyId,
                    ["n"] = Base64UrlEncoder.Encode(parts.Modulus),
                    ["e"] = Base64UrlEncoder.Encode(parts.Exponent),
                }
            ),
        };
    }

    /// <summary>The person says yes at once.</summary>
    private IResult Authorize(IQueryCollection asked)
    {
        var code = Guid.NewGuid().ToString("N");
        _codes.Add(code, asked);
        var query = new Dictionary<string, string?> { ["code"] = code, ["state"] = asked["state"] };
        return Results.Redirect(QueryHelpers.AddQueryString(asked["redirect_uri"].ToString(), query));
    }

    private IResult Token(IFormCollection form)
    {
        var verifier = SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString()));
        if (
            !_codes.Remove(form["code"].ToString(), out var asked)
            || asked["code_challenge"] != Base64UrlEncoder.Encode(verifier)
            || form["client_secret"] != ClientSecret
        )
            return Results.BadRequest(new JsonObject { ["error"] = "invalid_grant" });
        return Results.Json(
            new JsonObject
            {
                ["id_token"] = TokenFor(ClientId, nonce: asked["nonce"]),
                ["access_token"] = "opaque",
                ["token_type"] = "Bearer",
                ["expires_in"] = 300,
            }
        );
    }
}
