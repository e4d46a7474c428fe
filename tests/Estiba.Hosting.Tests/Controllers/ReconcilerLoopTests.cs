using System.Collections.Concurrent;
using Estiba.Hosting.Controllers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Hosting.Tests.Controllers;

public sealed class ReconcilerLoopTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_key_in_the_queue_is_not_put_in_twice()
    {
        var reconciler = new Recorder();
        await using var loop = Loop(reconciler, parallelism: 1);
        reconciler.Hold("first");
        loop.Enqueue("first");
        await reconciler.BegunAsync("first");

        for (var i = 0; i < 5; i++)
            loop.Enqueue("second");
        reconciler.Release("first");
        await loop.WhenIdleAsync();

        reconciler.Calls.ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task A_key_that_is_asked_for_while_worked_on_is_worked_on_again_afterwards()
    {
        var reconciler = new Recorder();
        await using var loop = Loop(reconciler);
        reconciler.Hold("a");
        loop.Enqueue("a");
        await reconciler.BegunAsync("a");

        loop.Enqueue("a");
        loop.Enqueue("a");
        reconciler.Release("a");
        await loop.WhenIdleAsync();

        reconciler.Calls.ShouldBe(["a", "a"]);
        reconciler.MostAtOnce("a").ShouldBe(1);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_ends_no_worker()
    {
        var reconciler = new FailingFor("bad");
        await using var loop = new ReconcilerLoop<string>("loop", reconciler, _time, new Random(1), new FullLog());
        for (var i = 0; i < 20; i++)
            loop.Enqueue($"bad {i}");
        await loop.WhenIdleAsync();

        loop.Enqueue("good");
        await loop.WhenIdleAsync();

        reconciler.Calls.ShouldContain("good");
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_ends_no_chore()
    {
        var time = new FakeTimeProvider();
        using var times = new SemaphoreSlim(0);
        await using var chore = new ChoreLoop(new Chore("sweep", TimeSpan.FromHours(1), _ =>
            {
                times.Release();
                throw new IOException("no disk");
            }), time, new FullLog());

        for (var i = 0; i < 2; i++)
        {
            time.Advance(TimeSpan.FromHours(1));
            (await times.WaitAsync(TimeSpan.FromSeconds(120))).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task No_more_keys_are_worked_on_at_once_than_allowed()
    {
        var reconciler = new Recorder();
        await using var loop = Loop(reconciler, parallelism: 2);
        string[] keys = ["a", "b", "c"];
        foreach (var key in keys)
            reconciler.Hold(key);
        foreach (var key in keys)
            loop.Enqueue(key);
        await reconciler.BegunAsync("a");
        await reconciler.BegunAsync("b");

        reconciler.Calls.ShouldNotContain("c");
        foreach (var key in keys)
            reconciler.Release(key);
        await loop.WhenIdleAsync();
        reconciler.Calls.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_key_is_never_worked_on_twice_at_once()
    {
        var reconciler = new Recorder { Yields = true };
        await using var loop = Loop(reconciler, parallelism: 8);

        await Parallel.ForAsync(0, 2_000, (i, _) =>
        {
            loop.Enqueue($"{i % 5}");
            return ValueTask.CompletedTask;
        });
        await loop.WhenIdleAsync();

        for (var i = 0; i < 5; i++)
            reconciler.MostAtOnce($"{i}").ShouldBe(1);
    }

    [Fact]
    public async Task A_delayed_key_comes_when_its_time_has_come()
    {
        var reconciler = new Recorder();
        await using var loop = Loop(reconciler);
        loop.EnqueueAfter("late", TimeSpan.FromMinutes(2));
        loop.EnqueueAfter("soon", TimeSpan.FromMinutes(1));

        await AdvanceAsync(loop, TimeSpan.FromSeconds(59.999));
        reconciler.Calls.ShouldBeEmpty();
        await AdvanceAsync(loop, TimeSpan.FromMilliseconds(1));
        reconciler.Calls.ShouldBe(["soon"]);
        await AdvanceAsync(loop, TimeSpan.FromHours(1));
        reconciler.Calls.ShouldBe(["soon", "late"]);
    }

    [Fact]
    public async Task Of_several_delays_the_earliest_counts()
    {
        var reconciler = new Recorder();
        await using var loop = Loop(reconciler);
        loop.EnqueueAfter("a", TimeSpan.FromSeconds(20));
        loop.EnqueueAfter("a", TimeSpan.FromSeconds(10));
        loop.EnqueueAfter("a", TimeSpan.FromSeconds(30));

        await AdvanceAsync(loop, TimeSpan.FromSeconds(10));
        reconciler.Calls.ShouldBe(["a"]);
        await AdvanceAsync(loop, TimeSpan.FromHours(1));
        reconciler.Calls.ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_reconciler_says_after_which_time_it_must_look_again()
    {
        var reconciler = new Recorder { Next = TimeSpan.FromSeconds(10) };
        await using var loop = Loop(reconciler);
        loop.Enqueue("a");
        await loop.WhenIdleAsync();

        await AdvanceAsync(loop, TimeSpan.FromSeconds(9.999));
        reconciler.Calls.ShouldBe(["a"]);
        reconciler.Next = null;
        await AdvanceAsync(loop, TimeSpan.FromMilliseconds(1));
        reconciler.Calls.ShouldBe(["a", "a"]);
        await AdvanceAsync(loop, TimeSpan.FromHours(1));
        reconciler.Calls.ShouldBe(["a", "a"]);
    }

    [Fact]
    public async Task A_delay_of_many_days_is_kept()
    {
        var reconciler = new Recorder();
        await using var loop = Loop(reconciler);
        loop.EnqueueAfter("a", TimeSpan.FromDays(60));

        await AdvanceAsync(loop, TimeSpan.FromDays(59));
        reconciler.Calls.ShouldBeEmpty();
        await AdvanceAsync(loop, TimeSpan.FromDays(1));
        reconciler.Calls.ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_key_that_fails_is_tried_again_later_and_later()
    {
        var reconciler = new Recorder { Fault = () => new IOException("no") };
        await using var loop = Loop(reconciler);
        loop.Enqueue("a");
        await loop.WhenIdleAsync();

        // Without chance the delays are 100 ms, doubled up to 30 s.
        foreach (var seconds in new[] { 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30 })
        {
            var calls = reconciler.Calls.Count;
            await AdvanceAsync(loop, TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            reconciler.Calls.Count.ShouldBe(calls);
            await AdvanceAsync(loop, TimeSpan.FromMilliseconds(1));
            reconciler.Calls.Count.ShouldBe(calls + 1);
        }
    }

    [Fact]
    public async Task A_success_begins_the_delays_anew()
    {
        var reconciler = new Recorder { Fault = () => new IOException("no") };
        await using var loop = Loop(reconciler);
        loop.Enqueue("a");
        await loop.WhenIdleAsync();
        await AdvanceAsync(loop, TimeSpan.FromSeconds(0.1));
        reconciler.Fault = null;
        await AdvanceAsync(loop, TimeSpan.FromSeconds(0.2));
        reconciler.Fault = () => new IOException("again");
        loop.Enqueue("a");
        await loop.WhenIdleAsync();
        var calls = reconciler.Calls.Count;

        await AdvanceAsync(loop, TimeSpan.FromSeconds(0.1));

        reconciler.Calls.Count.ShouldBe(calls + 1);
    }

    [Fact]
    public void Chance_takes_up_to_a_quarter_off_a_retry()
    {
        var options = new ReconcilerOptions();

        options.RetryAfter(1, chance: 1).ShouldBe(TimeSpan.FromMilliseconds(75));
        options.RetryAfter(1_000, chance: 0).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Stopping_cancels_what_runs_and_waits_for_it()
    {
        var reconciler = new Recorder();
        var loop = Loop(reconciler, parallelism: 1);
        reconciler.Hold("a");
        loop.Enqueue("a");
        loop.Enqueue("b");
        loop.EnqueueAfter("c", TimeSpan.FromSeconds(1));
        await reconciler.BegunAsync("a");

        await loop.StopAsync();
        loop.Enqueue("d");
        loop.EnqueueAfter("e", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromHours(1));
        await loop.DisposeAsync();

        reconciler.Calls.ShouldBe(["a"]);
        reconciler.Ended.ShouldBe(1);
    }

    private ReconcilerLoop<string> Loop(Recorder reconciler, int parallelism = 4) =>
        new("samples", reconciler, _time, new NoChance(), options: new ReconcilerOptions { Parallelism = parallelism });

    private async Task AdvanceAsync(ReconcilerLoop<string> loop, TimeSpan by)
    {
        _time.Advance(by);
        await loop.WhenIdleAsync();
    }

    private sealed class NoChance : Random
    {
        public override double NextDouble() => 0;
    }

    /// <summary>Notes its calls; keys can be held so that a call lasts until it is released.</summary>
    private sealed class Recorder : IReconciler<string>
    {
        private readonly ConcurrentQueue<string> _calls = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _begun = new();
        private readonly ConcurrentDictionary<string, int> _atOnce = new();
        private readonly ConcurrentDictionary<string, int> _most = new();
        private int _ended;

        internal IReadOnlyList<string> Calls => [.. _calls];

        internal int Ended => _ended;

        internal bool Yields { get; init; }

        internal Func<Exception>? Fault { get; set; }

        internal TimeSpan? Next { get; set; }

        public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
        {
            _calls.Enqueue(key);
            var now = _atOnce.AddOrUpdate(key, 1, (_, count) => count + 1);
            _most.AddOrUpdate(key, now, (_, before) => Math.Max(before, now));
            _begun.GetOrAdd(key, _ => new TaskCompletionSource()).TrySetResult();
            try
            {
                if (Yields)
                    await Task.Yield();
                if (_held.TryGetValue(key, out var hold))
                    await hold.Task.WaitAsync(cancellation);
                if (Fault is { } fault)
                    throw fault();
                return Next;
            }
            finally
            {
                _atOnce.AddOrUpdate(key, 0, (_, count) => count - 1);
                Interlocked.Increment(ref _ended);
            }
        }

        internal int MostAtOnce(string key) => _most[key];

        internal void Hold(string key) =>
            _held[key] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Release(string key) => _held[key].SetResult();

        internal Task BegunAsync(string key) =>
            _begun.GetOrAdd(key, _ => new TaskCompletionSource()).Task.WaitAsync(TimeSpan.FromSeconds(120));
    }

    private sealed class FailingFor(string prefix) : IReconciler<string>
    {
        internal ConcurrentQueue<string> Calls { get; } = [];

        public Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
        {
            Calls.Enqueue(key);
            return key.StartsWith(prefix, StringComparison.Ordinal)
                ? throw new IOException("no disk")
                : Task.FromResult<TimeSpan?>(null);
        }
    }

    /// <summary>Is on a disk that is full.</summary>
    private sealed class FullLog : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => throw new IOException("disk full");
    }
}
