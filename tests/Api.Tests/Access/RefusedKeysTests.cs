using System.Net;
using ConcatService.Api.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ConcatService.Api.Tests.Access;

public sealed class RefusedKeysTests : ILogger<RefusedKeys>
{
    private static readonly AsyncLocal<string?> Request = new();

    private readonly List<string> _told = [];
    private readonly TaskCompletionSource<string?> _later = new();

    [Fact]
    public void The_first_is_told_at_once_and_those_that_follow_once_a_minute()
    {
        var time = new ManualTime();
        using var refusals = new RefusedKeys(60, time, this);
        for (var i = 0; i < 5; i++)
            refusals.Add(Call($"/v1/{i}"));
        Assert.Single(_told);
        time.PassAll();
        Assert.Equal("4 more keys were refused in the last minute, the last from 10.0.0.7 with GET /v1/4", _told[1]);
        time.PassAll();
        refusals.Add(Call("/v1/later"));
        Assert.Equal(3, _told.Count);
        Assert.Contains("10.0.0.7 with GET /v1/later", _told[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_told_later_belongs_to_no_request()
    {
        using var refusals = new RefusedKeys(60, new QuickTime(), this);
        Request.Value = "the first";
        refusals.Add(Call("/v1/first"));
        refusals.Add(Call("/v1/second"));
        Assert.Null(await _later.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        _told.Add(formatter(state, exception));
        if (_told.Count == 2)
            _later.TrySetResult(Request.Value);
    }

    /// <summary>A minute is over in a moment.</summary>
    private sealed class QuickTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(50), period);
    }

    private static DefaultHttpContext Call(string path) => new()
    {
        Request = { Method = "GET", Path = path },
        Connection = { RemoteIpAddress = IPAddress.Parse("10.0.0.7") },
    };
}
