using ConcatService.Persistence;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Access;

/// <summary>Opens a session of a key for a browser.</summary>
internal sealed class NewSession(ConcatDb db, TimeProvider time)
{
    public async Task OpenAsync(HttpContext http, Guid key)
    {
        var text = KeyText.NewSession();
        var session = new Session
        {
            ApiKeyId = key,
            Hash = KeyText.Hash(text),
            ExpiresAt = time.GetUtcNow() + Session.Lifetime,
        };
        db.Add(session);
        await db.SaveChangesAsync(http.RequestAborted);
        SessionCookie.Write(http, text, session.ExpiresAt);
    }
}
