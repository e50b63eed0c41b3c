namespace ConcatService.Worker.Trainers;

/// <summary>
/// The edge between the trainer's asynchronous code and the training. All of a training runs on one thread of its own, because libtorch's
/// dispose scopes and gradient mode are thread-static: after an <c>await</c> the rest of a step would run on another thread, outside of its
/// scope. <see cref="RunAsync"/> is the way in. Two ways lead out: <see cref="JobReporter"/>, which does not wait, and <see cref="Wait"/>.
/// </summary>
internal static class TrainingThread
{
    /// <summary>Runs <paramref name="work"/> on a new thread. The task ends as the work does: with its result or its exception.</summary>
    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        })
        { Name = "training", IsBackground = true }.Start();
        return done.Task;
    }

    /// <summary>Blocks the training until database work is done. Cannot deadlock: the work continues on the thread pool.</summary>
    public static void Wait(Task work) => work.GetAwaiter().GetResult();
}
