using System.Diagnostics;
using ConcatService.Api.Jobs;
using ConcatService.Api.Memory;
using ConcatService.Api.Metering;
using ConcatService.Api.Storage;
using ConcatService.Domain;

namespace ConcatService.Api.Operations;

/// <summary>What this process holds: memory, its budget, event streams, room for uploads.</summary>
internal sealed class ProcessMetrics(MemoryBudget budget, EventFeed events, StorageWatch storage)
{
    private const string BuildInfo = "concat_build_info";

    public void Write(PrometheusText text)
    {
        text.Family(BuildInfo, "gauge", "Always 1, with the release as a label.");
        text.Sample(BuildInfo, 1, ("version", Release.Version));
        text.Gauge("concat_memory_budget_bytes", "Bytes that all requests together may hold.", budget.TotalBytes);
        text.Gauge("concat_memory_budget_used_bytes", "Bytes that requests hold of it.", budget.TakenBytes);
        text.Counter("concat_memory_budget_refusals_total", "Requests that it refused.", budget.Refusals);
        text.Gauge("concat_event_streams", "Event streams that are open.", events.Streams);
        text.Gauge("concat_event_streams_limit", "Event streams that may be open.", events.MaxStreams);
        if (storage.Disk() is { } disk)
        {
            text.Gauge("concat_temporary_free_bytes", "Bytes that are free where uploads are read.", disk.AvailableFreeSpace);
            text.Gauge("concat_temporary_size_bytes", "Bytes of the disk where uploads are read.", disk.TotalSize);
        }

        using var process = Process.GetCurrentProcess();
        text.Gauge("process_start_time_seconds", "When this process started, in seconds since 1970.", StartSeconds(process));
        text.Counter("process_cpu_seconds_total", "Processor time of this process.", process.TotalProcessorTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Memory of this process.", Environment.WorkingSet);
        var managed = GC.GetTotalMemory(forceFullCollection: false);
        text.Gauge("process_managed_memory_bytes", "Memory of this process that .NET manages.", managed);
        text.Gauge("process_pool_threads", "Threads of the pool.", ThreadPool.ThreadCount);
    }

    private static double StartSeconds(Process process) =>
        new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
}
