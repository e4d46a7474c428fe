using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static Estiba.Hosting.Tests.Samples;

namespace Estiba.Hosting.Tests;

public sealed class ModuleRunnerTests : IAsyncDisposable
{
    private readonly List<string> _happened = [];
    private readonly FakeTimeProvider _time = new();
    private Store _store = null!;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Modules_open_and_start_in_order_and_end_in_the_reverse_order()
    {
        var runner = await OpenAsync(Noting("a"), Noting("b"));
        await runner.StartAsync(Loops());
        _happened.ShouldBe(["a opens", "b opens", "a starts", "b starts"]);
        _happened.Clear();

        await runner.StopAsync();
        _happened.ShouldBe(["b stops", "a stops"]);
        await runner.DisposeAsync();
        _happened.ShouldBe(["b stops", "a stops", "b closes", "a closes"]);
    }

    [Fact]
    public async Task When_a_module_does_not_open_those_before_it_are_closed()
    {
        await Should.ThrowAsync<IOException>(() =>
            OpenAsync(Noting("a"), new SampleModule("b", _ => throw new IOException("no disk")))
        );

        _happened.ShouldBe(["a opens", "a closes"]);
    }

    [Fact]
    public async Task When_a_module_does_not_start_it_is_stopped_and_those_after_it_are_not()
    {
        var runner = await OpenAsync(
            Noting("a"),
            new SampleModule("b", _ => new OpenModule
            {
                StartAsync = _ => throw new IOException("no engine"),
                StopAsync = () => Note("b stops"),
            }),
            Noting("c")
        );

        await Should.ThrowAsync<IOException>(() => runner.StartAsync(Loops()));
        await runner.DisposeAsync();

        _happened.ShouldBe(["a opens", "c opens", "a starts", "b stops", "a stops", "c closes", "a closes"]);
    }

    [Fact]
    public async Task A_controller_looks_at_what_is_there_at_the_start_and_at_what_changes_concern()
    {
        await using var runner = await OpenAsync(
            With(
                new Controller("sizes", _looks)
                {
                    AtStart = view => view.Range(Things).Select(thing => thing.Name),
                    Triggers = [Trigger.On(Things, change => change.After is { Size: > 0 } ? change.Key : null)],
                }
            )
        );
        await _store.PutAsync("old");

        await runner.StartAsync(Loops());
        await _store.PutAsync("empty", size: 0);
        await _store.PutAsync("full", size: 1);
        await runner.WhenIdleAsync();

        _looks.Keys.ShouldBe(["old", "full"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_trigger_sees_the_changes_of_its_table_in_a_commit_together()
    {
        var counts = new List<int>();
        await using var runner = await OpenAsync(
            With(new Controller("counts", _looks) { Triggers = [Trigger.OnAll(Things, (changes, look) =>
                        {
                            counts.Add(changes.Count);
                            foreach (var change in changes)
                                look($"{change.Key} of {changes.View.Count(Things)}");
                        })] })
        );
        await runner.StartAsync(Loops());

        await _store.CommitAsync(transaction =>
        {
            transaction.Put(Things, new Thing("a", 1));
            transaction.Put(Things, new Thing("b", 1));
        });
        await runner.WhenIdleAsync();

        counts.ShouldBe([2]);
        _looks.Keys.ShouldBe(["a of 2", "b of 2"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_a_controller_is_asked_before_it_works_is_looked_at_when_it_does()
    {
        var controller = new Controller("asked", _looks);
        await using var runner = await OpenAsync(With(controller));
        controller.Enqueue("early");

        await runner.StartAsync(Loops());
        controller.Enqueue("late");
        await runner.WhenIdleAsync();

        _looks.Keys.ShouldBe(["early", "late"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_server_that_does_not_lead_does_only_what_is_done_everywhere()
    {
        var once = new Controller("once", _looks) { AtStart = _ => ["at the start of once"] };
        await using var runner = await OpenAsync(
            new SampleModule("m", _ => new OpenModule
            {
                Controllers =
                [
                    once,
                    new Controller("everywhere", _looks)
                    {
                        AtStart = _ => ["everywhere"],
                        Scope = WorkScope.Everywhere,
                    },
                ],
                Chores =
                [
                    new Chore("once", TimeSpan.FromMinutes(1), _ => Task.CompletedTask),
                    new Chore("everywhere", TimeSpan.FromMinutes(1), _ => Task.CompletedTask)
                    {
                        Scope = WorkScope.Everywhere,
                    },
                ],
            })
        );
        var scheduler = new NotedStarts(Loops());
        once.Enqueue("before the start");

        await runner.StartAsync(scheduler, leads: false);
        once.Enqueue("after the start");
        await runner.WhenIdleAsync();

        scheduler.Started.ShouldBe(["controller everywhere", "chore everywhere"]);
        _looks.Keys.ShouldBe(["everywhere"]);
    }

    [Fact]
    public async Task What_a_controller_is_asked_several_times_before_it_works_it_is_asked_once()
    {
        var controller = new Controller("asked", _looks);
        await using var runner = await OpenAsync(With(controller));
        var keys = new NotedKeys();
        for (var i = 0; i < 3; i++)
            controller.Enqueue("early");

        await runner.StartAsync(keys);

        keys.Keys.ShouldBe(["early"]);
    }

    [Fact]
    public async Task A_part_that_fails_at_its_end_keeps_no_other_from_ending()
    {
        var runner = await OpenAsync(
            Noting("a"),
            new SampleModule("b", _ => new OpenModule
            {
                StopAsync = () => throw new IOException("b does not stop"),
                CloseAsync = () => throw new IOException("b does not close"),
            }),
            Noting("c")
        );
        await runner.StartAsync(Loops());
        _happened.Clear();

        var failure = await Should.ThrowAsync<AggregateException>(async () => await runner.DisposeAsync());

        failure.InnerExceptions.Select(each => each.Message).ShouldBe(["b does not stop", "b does not close"]);
        _happened.ShouldBe(["c stops", "a stops", "c closes", "a closes"]);
    }

    [Fact]
    public async Task Why_a_module_does_not_open_is_said_also_when_another_does_not_close()
    {
        var failure = await Should.ThrowAsync<IOException>(() =>
            OpenAsync(
                Noting("a"),
                new SampleModule("b", _ => new OpenModule { CloseAsync = () => throw new IOException("cannot close") }),
                new SampleModule("c", _ => throw new IOException("no disk"))
            )
        );

        failure.Message.ShouldBe("no disk");
        _happened.ShouldBe(["a opens", "a closes"]);
    }

    [Fact]
    public async Task A_trigger_that_throws_takes_nothing_from_the_others()
    {
        using var log = new FakeLoggerProvider();
        using var loggers = new LoggerFactory([log]);
        _store = await StoreAsync();
        await using var runner = await ModuleRunner.OpenAsync(
            [
                With(
                    new Controller("faulty", _looks)
                    {
                        Triggers = [Trigger.On(Things, _ => throw new FormatException("what"))],
                    }
                ),
                With(new Controller("sound", _looks) { Triggers = [Trigger.On(Things, change => change.Key)] }),
            ],
            new ModuleHost
            {
                Store = _store,
                Time = _time,
                Loggers = loggers,
            }
        );
        await runner.StartAsync(Loops());

        await _store.PutAsync("a");
        await runner.WhenIdleAsync();

        _looks.Keys.ShouldBe(["a"]);
        log.Collector.GetSnapshot()
            .ShouldHaveSingleItem()
            .Message.ShouldStartWith("A trigger of faulty threw on changes of");
    }

    [Fact]
    public async Task A_chore_is_done_at_its_interval_also_after_it_has_failed()
    {
        var times = 0;
        await using var runner = await OpenAsync(
            new SampleModule("m", _ => new OpenModule
            {
                Chores =
                [
                    new Chore("sweep", TimeSpan.FromHours(1), _ =>
                        ++times == 1 ? throw new IOException("no disk") : Task.CompletedTask
                    ),
                ],
            })
        );

        await runner.StartAsync(Loops());
        times.ShouldBe(0);
        _time.Advance(TimeSpan.FromHours(1));
        await UntilAsync(() => times == 1);
        _time.Advance(TimeSpan.FromHours(1));
        await UntilAsync(() => times == 2);

        // Another chore tells that the hour has passed for all of them.
        var passed = new TaskCompletionSource();
        await using var witness = Loops()
            .Start(new Chore("witness", TimeSpan.FromHours(1), _ =>
                {
                    passed.TrySetResult();
                    return Task.CompletedTask;
                }));
        await runner.StopAsync();
        _time.Advance(TimeSpan.FromHours(1));
        await passed.Task.WaitAsync(TimeSpan.FromSeconds(120));
        times.ShouldBe(2);
    }

    [Fact]
    public async Task A_chore_may_be_due_at_the_start()
    {
        var done = new TaskCompletionSource();
        await using var runner = await OpenAsync(
            new SampleModule("m", _ => new OpenModule { Chores = [new Chore("sweep", TimeSpan.FromHours(1), _ =>
                    {
                        done.SetResult();
                        return Task.CompletedTask;
                    }) { AtStart = true }] })
        );

        await runner.StartAsync(Loops());

        await done.Task.WaitAsync(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_module_gets_what_those_before_it_share_the_last_under_a_type()
    {
        string? got = null;
        await using var runner = await OpenAsync(
            new SampleModule("a", host => Sharing(host, "first")),
            new SampleModule("b", host => Sharing(host, host.Get<string>() + ", second")),
            new SampleModule("c", host =>
            {
                got = host.Get<string>();
                return new OpenModule();
            })
        );

        got.ShouldBe("first, second");
    }

    [Fact]
    public async Task What_no_module_shares_is_named() =>
        (
            await Should.ThrowAsync<InvalidOperationException>(() =>
                OpenAsync(new SampleModule("a", host => Sharing(host, host.Get<string>())))
            )
        ).Message.ShouldContain("String");

    private readonly Looks _looks = new();

    private async Task<ModuleRunner> OpenAsync(params Module[] modules)
    {
        _store = await StoreAsync();
        return await ModuleRunner.OpenAsync(modules, new ModuleHost { Store = _store, Time = _time });
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 12_000 && !condition(); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        condition().ShouldBeTrue();
    }

    private ControllerLoops Loops() => new(_time, new Random(1), NullLoggerFactory.Instance);

    private ValueTask Note(string what)
    {
        _happened.Add(what);
        return ValueTask.CompletedTask;
    }

    private SampleModule Noting(string name) => new(name, _ =>
        {
            _happened.Add($"{name} opens");
            return new OpenModule
            {
                StartAsync = _ => Note($"{name} starts").AsTask(),
                StopAsync = () => Note($"{name} stops"),
                CloseAsync = () => Note($"{name} closes"),
            };
        });

    private static SampleModule With(Controller controller) =>
        new("m", _ => new OpenModule { Controllers = [controller] });

    private static OpenModule Sharing(ModuleHost host, string text)
    {
        host.Share(text);
        return new OpenModule();
    }

    /// <summary>Notes what is started, and starts it.</summary>
    private sealed class NotedStarts(IControllerScheduler scheduler) : IControllerScheduler
    {
        internal List<string> Started { get; } = [];

        public IControllerQueue Start(Controller controller)
        {
            Started.Add($"controller {controller.Name}");
            return scheduler.Start(controller);
        }

        public IAsyncDisposable Start(Chore chore)
        {
            Started.Add($"chore {chore.Name}");
            return scheduler.Start(chore);
        }
    }

    /// <summary>Notes what controllers are asked, and does nothing.</summary>
    private sealed class NotedKeys : IControllerScheduler, IControllerQueue
    {
        internal List<string> Keys { get; } = [];

        public IControllerQueue Start(Controller controller) => this;

        public IAsyncDisposable Start(Chore chore) => this;

        public void Enqueue(string key) => Keys.Add(key);

        public Task WhenIdleAsync() => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Looks : IReconciler<string>
    {
        private readonly List<string> _keys = [];

        internal IReadOnlyList<string> Keys
        {
            get
            {
                lock (_keys)
                    return [.. _keys];
            }
        }

        public Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
        {
            lock (_keys)
                _keys.Add(key);
            return Task.FromResult<TimeSpan?>(null);
        }
    }
}
