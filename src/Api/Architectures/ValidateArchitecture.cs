using ConcatService.Api.Errors;
using ConcatService.Domain.Planning;

namespace ConcatService.Api.Architectures;

/// <summary>POST /v1/architectures/validate: the spec is the body, the report the answer; 200 for any JSON object, whatever is wrong with it.</summary>
internal static class ValidateArchitecture
{
    public static IResult Handle(JsonBody spec) => TypedResults.Bytes(ReportWriter.Write(Compiler.Compile(spec.Root)), "application/json");
}
