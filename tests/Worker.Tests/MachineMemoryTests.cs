using ConcatService.Worker.Memory;

namespace ConcatService.Worker.Tests;

/// <summary>What files of a machine or container say about its memory.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    private const string Unlimited = "9223372036854771712";                     // version 1's word for no limit

    private readonly string _root = Directory.CreateTempSubdirectory("concat-machine-").FullName;

    [Fact]
    public void Without_a_limit_it_is_the_physical_memory()
    {
        Given("proc/meminfo", "MemTotal:       1000 kB");
        Given("proc/self/cgroup", "0::/");

        Assert.Equal(1_024_000, Machine.Bytes);
    }

    [Theory]
    [
        InlineData("0::/a/b", "sys/fs/cgroup/a/b/memory.max", "2048"),
        InlineData("0::/a/b", "sys/fs/cgroup/a/memory.max", "2048"),
        InlineData("0::/not/seen/here", "sys/fs/cgroup/memory.max", "2048")
    ]
    [
        InlineData("7:cpu,memory:/a", "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2048"),
        InlineData("4:memory:/docker/1", "sys/fs/cgroup/memory/memory.limit_in_bytes", "2048")
    ]
    public void The_limit_of_a_group_above_holds_in_either_version(string cgroup, string file, string limit)
    {
        Given("proc/meminfo", "MemTotal:       1000 kB");
        Given("proc/self/cgroup", $"5:cpuset:/\n{cgroup}");
        Given(file, limit);

        Assert.Equal(2048, Machine.Bytes);
    }

    [Fact]
    public void No_limit_is_no_limit_in_either_version()
    {
        Given("proc/meminfo", "MemTotal:       1000 kB");
        Given("proc/self/cgroup", "4:memory:/a\n0::/a");
        Given("sys/fs/cgroup/memory/a/memory.limit_in_bytes", Unlimited);
        Given("sys/fs/cgroup/a/memory.max", "max");

        Assert.Equal(1_024_000, Machine.Bytes);
    }

    [Theory]
    [
        InlineData("0::/a", "sys/fs/cgroup/a/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 0"),
        InlineData("4:memory:/a", "sys/fs/cgroup/memory/a/memory.oom_control", "under_oom 0\noom_kill 2")
    ]
    public void Kills_are_the_own_groups_and_not_the_machines(string cgroup, string file, string events)
    {
        Given("proc/self/cgroup", cgroup);
        Given("proc/vmstat", "oom_kill 9");
        Assert.Equal(9, Machine.Kills);
        Given(file, events);
        Assert.Equal(2, Machine.Kills);
    }

    [Fact]
    public void This_machine_has_memory() => Assert.InRange(new MachineMemory().Bytes, 1 << 28, 1L << 45);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private MachineMemory Machine => new(_root);

    private void Given(string file, string content)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
