using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Tests.Agents;

/// <summary>
/// The server, or its network, is away for a while, and the agents of both kinds come back when the waits between
/// their tries let them: no task is doubled.
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const int Hosts = 8;

    private static readonly EcsOptions Options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly AgentSessions _sessions = new();
    private readonly EcsIds _ids = new(new Random(1));
    private readonly Dictionary<string, AgentSession> _connected = [];
    private readonly List<string> _keys = [];
    private EcsWorld _world = null!;
    private PresenceReconciler _presence = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EcsWorld.CreateAsync();
        _presence = new PresenceReconciler(_world.Store, _sessions, Options, _world.Clock);
        for (var host = 0; host < Hosts; host++)
        {
            var arn = await _world.AddInstanceAsync();
            _keys.Add(_world.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Arn == arn).Key);
            await _world.ConnectAsync(arn, connected: false);
            await ConnectAsync(_keys[host]);
        }

        await _world.RegisterAsync();
        await _world.CreateServiceAsync(desired: 2 * Hosts);
        await _world.ObeyAsync();
        _world.Clock.Advance(TimeSpan.FromMinutes(10));
        await _world.SettleAsync();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(75)]
    [InlineData(150)]
    [InlineData(300)]
    [InlineData(600)]
    public async Task A_server_that_was_away_moves_no_task(int seconds)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            _world.Clock.Advance(seconds * Second);
            await RestartAsync();
            await ReturnAsync(new Random(seed), seconds);
        }

        NoTaskWasMoved();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public async Task Nor_does_one_whose_door_opens_long_after_its_start(int doorOpensAfter)
    {
        _world.Clock.Advance(60 * Second);
        await RestartAsync();
        await PassAsync(doorOpensAfter);

        await ReturnAsync(new Random(1), 60 + doorOpensAfter);

        NoTaskWasMoved();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(75)]
    [InlineData(600)]
    public async Task Nor_does_one_whose_network_was_away(int seconds)
    {
        await PassAsync((int)Options.AgentSilence.TotalSeconds);
        foreach (var key in _keys)
        {
            await DisconnectAsync(key);
            await PassAsync(1); // not all of them fall silent at once
        }

        await PassAsync(seconds);
        await ReturnAsync(new Random(1), seconds);

        NoTaskWasMoved();
    }

    [Fact]
    public async Task A_host_that_never_comes_back_after_it_is_replaced_all_the_same()
    {
        _world.Clock.Advance(75 * Second);
        await RestartAsync();
        foreach (var key in _keys.Skip(1))
            await ConnectAsync(key);

        await PassAsync(59);
        NoTaskWasMoved();
        await PassAsync(100);

        Instance(_keys[0]).LostAt.ShouldNotBeNull();
        _world
            .View.Range(EcsTables.Tasks)
            .Count(task => task.IsWanted && task.InstanceKey != _keys[0])
            .ShouldBe(2 * Hosts);
    }

    [Fact]
    public async Task A_host_that_was_lost_while_others_were_here_stays_lost_when_the_last_of_them_comes_back()
    {
        foreach (var key in _keys.SkipLast(1))
            await DisconnectAsync(key);
        await PassAsync(100);
        _keys.SkipLast(1).ShouldAllBe(key => Instance(key).LostAt != null);
        await DisconnectAsync(_keys[^1]);
        await PassAsync(5);

        await ConnectAsync(_keys[^1]);

        _keys.SkipLast(1).ShouldAllBe(key => Instance(key).LostAt != null);
    }

    /// <summary>
    /// Every agent comes back at its next try after the outage, half of them Amazon's and half Estiba's.
    /// </summary>
    private async Task ReturnAsync(Random random, int outage)
    {
        var returns = _keys
            .Select(
                (key, host) => (Key: key, In: IsAmazons(host) ? AmazonTry(random, outage) : EstibaTry(random, outage))
            )
            .OrderBy(agent => agent.In)
            .ToList();
        var elapsed = 0;
        foreach (var (key, after) in returns)
        {
            await PassAsync((int)Math.Ceiling(after) - elapsed);
            elapsed = (int)Math.Ceiling(after);
            await ConnectAsync(key);
        }

        await PassAsync(200);
    }

    // From a quarter of a second on by half as much again, to two minutes and a fifth more by chance.
    private static double AmazonTry(Random random, double outage)
    {
        var (at, delay) = (0d, 0.25);
        for (; at < outage; delay = Math.Min(delay * 1.5, 120))
            at += delay * (1 + (0.2 * random.NextDouble()));
        return at - outage;
    }

    // From a quarter of a second on to fifteen, half of it by chance; a try that was made before the server was there
    // may have to be given up first.
    private static double EstibaTry(Random random, double outage)
    {
        var (at, delay) = (0d, 0.25);
        for (; at < outage; delay = Math.Min(delay * 1.8, 15))
            at += delay * (0.5 + (random.NextDouble() / 2));
        return at - outage + (random.Next(3) == 0 ? 30 : 0);
    }

    private static bool IsAmazons(int host) => host % 2 == 0;

    private async Task RestartAsync()
    {
        foreach (var session in _connected.Values)
            _sessions.Remove(session);
        _connected.Clear();
        await _world.Store.CommitAsync(transaction => AgentConnection.ResetAll(transaction, _world.Clock.GetUtcNow()));
        _presence = new PresenceReconciler(_world.Store, _sessions, Options, _world.Clock);
        await PassAsync(0);
    }

    private async Task ConnectAsync(string key)
    {
        var hash = IsAmazons(_keys.IndexOf(key)) ? "43d4ee4a" : EstibaAgent.Hash;
        var session = new AgentSession(
            key,
            new RecordingLink(),
            _sessions,
            _ => { },
            _world.Store,
            _ids,
            Options,
            _world.Clock,
            versions: new VersionInfo { AgentHash = hash, AgentVersion = "1" }
        );
        _connected[key] = session;
        await session.BeginAsync(default);
        await PassAsync(0);
    }

    private async Task DisconnectAsync(string key)
    {
        await _connected[key].EndAsync();
        _connected.Remove(key);
        await PassAsync(0);
    }

    /// <summary>Lets time pass, and all controllers look, second by second; what is new runs at once.</summary>
    private async Task PassAsync(int seconds)
    {
        for (var second = 0; second <= seconds; second++)
        {
            foreach (var key in _keys)
                await _presence.ReconcileAsync(key, default);
            await _world.SettleAsync();
            if (second < seconds)
                _world.Clock.Advance(Second);
        }

        foreach (
            var task in _world.View.Range(EcsTables.Tasks).Where(task => task.LastStatus == TaskStatus.Pending).ToList()
        )
            await _world.ReportAsync(task.Arn, "RUNNING");
        await _world.SettleAsync();
    }

    private void NoTaskWasMoved()
    {
        _world.View.Range(EcsTables.Tasks).Count().ShouldBe(2 * Hosts);
        _world.View.Range(EcsTables.Tasks).ShouldAllBe(task => task.IsWanted && task.LastStatus == "RUNNING");
    }

    private ContainerInstanceRecord Instance(string key) => _world.View.Find(EcsTables.ContainerInstances, key)!;
}
