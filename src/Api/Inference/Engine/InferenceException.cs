using ConcatService.Api.Errors;

namespace ConcatService.Api.Inference.Engine;

/// <summary>Why an inference cannot be had. The statuses are those of Triton's HTTP and gRPC doors.</summary>
internal enum Fault
{
    /// <summary>400, INVALID_ARGUMENT: the request is at fault.</summary>
    Invalid,

    /// <summary>404, NOT_FOUND.</summary>
    NotFound,

    /// <summary>413, RESOURCE_EXHAUSTED.</summary>
    TooLarge,

    /// <summary>501, UNIMPLEMENTED.</summary>
    Unsupported,

    /// <summary>503, UNAVAILABLE: too much waits already; later it will work.</summary>
    Unavailable,
}

/// <summary>The tensors or pictures of a request cannot be used, or not now; the message says which and why.</summary>
internal sealed class InferenceException(string code, string message, Fault fault = Fault.Invalid)
    : ProblemException(Problems.Of(Status(fault), code, message))
{
    public Fault Fault => fault;

    private static int Status(Fault fault) => fault switch
    {
        Fault.NotFound => 404,
        Fault.TooLarge => 413,
        Fault.Unsupported => 501,
        Fault.Unavailable => 503,
        _ => 400,
    };
}
