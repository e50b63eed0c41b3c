using System.Reflection;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace ConcatService.Api.Paging;

/// <summary>
/// <c>?cursor=&amp;limit=</c>. The cursor is the id of the last row that was sent, so that pages neither skip nor repeat when rows are
/// added or deleted in between; callers are not to look inside.
/// </summary>
internal sealed record PageQuery(byte[]? After, int Limit) : IEndpointParameterMetadataProvider
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    /// <summary>What every call that takes a page says of itself.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new TakenQuery("cursor", JsonSchemaType.String, "The `next_cursor` of the previous page."));
        builder.Metadata.Add(
            new TakenQuery("limit", JsonSchemaType.Integer, $"Rows in a page, from 1 to {MaxLimit}. Default: {DefaultLimit}.")
        );
    }

    /// <summary>Bound by ASP.NET Core.</summary>
    public static ValueTask<PageQuery> BindAsync(HttpContext context)
    {
        var (cursor, limit) = (context.Request.Query["cursor"].ToString(), context.Request.Query["limit"].ToString());
        var count = DefaultLimit;
        if (limit.Length > 0 && (!int.TryParse(limit, out count) || count is < 1 or > MaxLimit))
            throw new ProblemException(Problems.Of(400, "request.limit", $"'limit' must be a whole number from 1 to {MaxLimit}."));
        return new(new PageQuery(cursor.Length > 0 ? Decode(cursor) : null, count));
    }

    /// <summary>The last row of the page before, for lists ordered by a <see cref="Guid"/> of version 7, the newest first.</summary>
    public Guid? AfterId => After is null ? null : After.Length == 16 ? new Guid(After, bigEndian: true) : throw Unreadable();

    /// <summary>The same for lists ordered by a number.</summary>
    public long? AfterNumber => After is null ? null : After.Length == 8 ? BitConverter.ToInt64(After) : throw Unreadable();

    /// <summary>The page, from one row more than was asked for.</summary>
    public Page<TOut> Of<TRow, TOut>(List<TRow> rows, Func<TRow, Guid> id, Func<TRow, TOut> shown) =>
        Of(rows, row => id(row).ToByteArray(bigEndian: true), shown);

    /// <inheritdoc cref="Of{TRow, TOut}(List{TRow}, Func{TRow, Guid}, Func{TRow, TOut})"/>
    public Page<TOut> Of<TRow, TOut>(List<TRow> rows, Func<TRow, long> number, Func<TRow, TOut> shown) =>
        Of(rows, row => BitConverter.GetBytes(number(row)), shown);

    private Page<TOut> Of<TRow, TOut>(List<TRow> rows, Func<TRow, byte[]> cursor, Func<TRow, TOut> shown)
    {
        var more = rows.Count > Limit;
        var page = more ? rows[..Limit] : rows;
        return new([.. page.Select(shown)], more, more ? WebEncoders.Base64UrlEncode(cursor(page[^1])) : null);
    }

    private static byte[] Decode(string cursor)
    {
        try
        {
            return WebEncoders.Base64UrlDecode(cursor);
        }
        catch (FormatException)
        {
            throw Unreadable();
        }
    }

    private static ProblemException Unreadable() =>
        new(Problems.Of(400, "request.cursor", "'cursor' is not one that this list gave out as 'next_cursor'."));
}
