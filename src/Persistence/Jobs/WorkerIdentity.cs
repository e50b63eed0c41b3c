namespace ConcatService.Persistence.Jobs;

/// <summary>One worker process, never to be mistaken for another: the owner in its leases and its id in <c>workers</c>.</summary>
/// <param name="Host">The machine's name, for people.</param>
/// <param name="Machine">Equal for two processes that can see each other in the process table, and for no others.</param>
/// <param name="ProcessId">The supervisor's.</param>
/// <param name="Started">When the process started, in the kernel's ticks: process ids come round again.</param>
public sealed record WorkerIdentity(string Host, string Machine, int ProcessId, string Started)
{
    /// <summary><c>host/machine/process/start</c>.</summary>
    public string Id => $"{Host}/{Machine}/{ProcessId}/{Started}";

    /// <summary>Reads <see cref="Id"/> back; null when the text is none.</summary>
    public static WorkerIdentity? Parse(string id) =>
        id.Split('/') is [var host, var machine, var process, var started] && int.TryParse(process, out var processId)
            ? new WorkerIdentity(host, machine, processId, started)
            : null;
}
