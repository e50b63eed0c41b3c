namespace ConcatService.Api.Errors;

/// <summary>One fault of a request's body.</summary>
/// <param name="Pointer">Where, as a JSON Pointer (RFC 6901) into the body.</param>
/// <param name="Code">Stable.</param>
/// <param name="Detail">For people.</param>
internal sealed record PointedError(string Pointer, string Code, string Detail);
