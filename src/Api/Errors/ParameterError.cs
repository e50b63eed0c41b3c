namespace ConcatService.Api.Errors;

/// <summary>One fault of a request's query.</summary>
/// <param name="Parameter">Its name.</param>
/// <param name="Code">Stable.</param>
/// <param name="Detail">For people.</param>
internal sealed record ParameterError(string Parameter, string Code, string Detail);
