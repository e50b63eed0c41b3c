using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ConcatService.Worker.Protocol;

namespace ConcatService.Worker.Trainers;

/// <summary>
/// The trainer's end of the pipes. A supervisor that is gone, or has been silent for 40 seconds, ends this process on the spot: nobody
/// renews its lease any more, so someone else may have the job.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process: its thread and timer use it to the end.")]
internal sealed class SupervisorPipe
{
    private readonly TaskCompletionSource<Message> _run = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly StreamWriter _out = new(Console.OpenStandardOutput()) { AutoFlush = true };
    private readonly Timer _beat;
    private long _heard = Stopwatch.GetTimestamp();

    public SupervisorPipe()
    {
        Console.SetOut(Console.Error); // what a library prints must not end up between the messages
        new Thread(Listen) { IsBackground = true, Name = "supervisor" }.Start();
        _beat = new Timer(_ => Beat(), null, Heartbeat.Interval, Heartbeat.Interval);
    }

    /// <summary>The job, or the checkpoint to export, when there is one.</summary>
    public Task<Message> Run => _run.Task;

    /// <summary>Fires when the supervisor asks for an orderly end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Fires when the supervisor asks for a checkpoint and the end.</summary>
    public CancellationToken Leave => _leave.Token;

    public void Send(Message message)
    {
        try
        {
            lock (_out)
                _out.WriteLine(message.ToLine());
        }
        catch (IOException)
        {
            Die("it does not read");
        }
    }

    /// <summary>Ends the process without asking anyone: no finalizer, no native thread can hold it up.</summary>
    public static void Die(string why)
    {
        Console.Error.WriteLine($"Trainer {Environment.ProcessId} stops: {why}.");
        Process.GetCurrentProcess().Kill();
    }

    private void Listen()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (input.ReadLine() is { } line)
        {
            Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
            var message = Message.Parse(line);
            if (message.Kind is MessageKind.Run or MessageKind.Export)
                _run.TrySetResult(message);
            else if (message.Kind == MessageKind.Stop)
                _stop.Cancel();
            else if (message.Kind == MessageKind.Leave)
                _leave.Cancel();
        }
        Die("the supervisor is gone");
    }

    private void Beat()
    {
        Send(new Message(MessageKind.Alive));
        if (Stopwatch.GetElapsedTime(Volatile.Read(ref _heard)) > Heartbeat.Timeout)
            Die("the supervisor is silent");
    }
}
