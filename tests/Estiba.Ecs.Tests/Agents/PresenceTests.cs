using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ContainerInstances;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.Agents;

/// <summary>Instances whose agents leave, stay away and come back, in virtual time.</summary>
public sealed class PresenceTests : IAsyncLifetime
{
    private static readonly EcsOptions Options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };

    private readonly AgentSessions _sessions = new();
    private EcsWorld _world = null!;
    private PresenceReconciler _presence = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EcsWorld.CreateAsync();
        _presence = NewReconciler();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_instance_whose_agent_stays_away_is_lost_when_the_time_has_passed()
    {
        var key = await AddAsync();
        await LookAsync(key);
        await SetAsync(key, connected: false);

        (await LookAsync(key)).ShouldBe(Options.InstanceLostAfter);
        _world.Clock.Advance(Options.InstanceLostAfter - TimeSpan.FromSeconds(1));
        (await LookAsync(key)).ShouldBe(TimeSpan.FromSeconds(1));
        Instance(key).LostAt.ShouldBeNull();

        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await LookAsync(key)).ShouldBeNull();
        Instance(key).LostAt.ShouldBe(_world.Clock.GetUtcNow());
    }

    [Fact]
    public async Task An_instance_whose_agent_comes_back_is_not_lost_any_more()
    {
        var key = await LostAsync();

        await SetAsync(key, connected: true);

        Instance(key).LostAt.ShouldBeNull();
        Instance(key).AgentConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_comes_back_in_time_and_leaves_again_has_the_whole_time_again()
    {
        var key = await AddAsync();
        await SetAsync(key, connected: false);
        await LookAsync(key);
        _world.Clock.Advance(Options.InstanceLostAfter * 0.9);
        await SetAsync(key, connected: true);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        await SetAsync(key, connected: false);

        (await LookAsync(key)).ShouldBe(Options.InstanceLostAfter);
    }

    [Theory]
    [InlineData(EstibaAgent.Hash, true, 60)]
    [InlineData(EstibaAgent.Hash, false, 60)]
    [InlineData("a1b2c3d4", true, 150)]
    [InlineData(null, true, 150)]
    public async Task After_a_restart_of_the_server_every_agent_has_the_time_from_the_start_that_its_tries_may_take(
        string? hash,
        bool wasHere,
        int seconds
    )
    {
        var key = await AddAsync(hash);
        if (!wasHere)
        {
            await SetAsync(key, connected: false);
            await LookAsync(key);
            _world.Clock.Advance(Options.InstanceLostAfter * 0.9);
        }

        await RestartAsync();

        (await LookAsync(key)).ShouldBe(TimeSpan.FromSeconds(seconds));
        await SetAsync(key, connected: true);
        await LookAsync(key);
        await SetAsync(key, connected: false);
        (await LookAsync(key)).ShouldBe(Options.InstanceLostAfter);
    }

    [Fact]
    public async Task An_instance_that_was_lost_before_the_server_started_again_stays_lost()
    {
        var key = await LostAsync();

        await RestartAsync();

        (await LookAsync(key)).ShouldBeNull();
        Instance(key).LostAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_longer_time_for_lost_hosts_is_also_the_time_after_a_restart()
    {
        var key = await AddAsync();
        await RestartAsync();

        (
            await new PresenceReconciler(
                _world.Store,
                _sessions,
                Options.WithHostsLostAfter(TimeSpan.FromHours(1)),
                _world.Clock
            ).ReconcileAsync(key, default)
        ).ShouldBe(TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task Amazons_agent_whose_connection_broke_has_no_more_time_than_others()
    {
        var key = await AddAsync(agentHash: "a1b2c3d4");
        await LookAsync(key);
        await SetAsync(key, connected: false);

        (await LookAsync(key)).ShouldBe(Options.InstanceLostAfter);
    }

    [Fact]
    public async Task A_draining_instance_is_lost_as_others_are()
    {
        var key = await AddAsync();
        await _world.Api.UpdateContainerInstancesStateAsync(
            new UpdateContainerInstancesStateRequest { ContainerInstances = [Instance(key).Arn], Status = "DRAINING" },
            _world.Caller
        );
        await SetAsync(key, connected: false);
        await LookAsync(key);
        _world.Clock.Advance(Options.InstanceLostAfter);

        await LookAsync(key);

        Instance(key).LostAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_service_replaces_the_tasks_of_a_lost_instance_and_stops_them_only_then()
    {
        var key = await LostAsync(withService: true);
        await _world.AddInstanceAsync();
        await _world.SettleAsync();
        var old = _world.View.Range(EcsTables.Tasks).Single(task => task.InstanceKey == key);
        (old.LastStatus, old.DesiredStatus).ShouldBe(("RUNNING", "RUNNING"));

        var replacement = _world.View.Range(EcsTables.Tasks).Single(task => task.InstanceKey != key);
        await _world.ReportAsync(replacement.Arn, "RUNNING");
        await _world.SettleAsync();

        old = _world.View.Find(EcsTables.Tasks, old.Key)!;
        (old.LastStatus, old.DesiredStatus).ShouldBe(("RUNNING", "STOPPED"));
        var service = await _world.ServiceAsync();
        (service.RunningCount, service.Deployments!.Single().RunningCount).ShouldBe(
            (1, 1),
            "a service that is steady is shown as steady"
        );
    }

    [Fact]
    public async Task Tasks_whose_agent_is_away_are_shown_as_disconnected_since_they_were_connected_last()
    {
        var key = await AddAsync(withService: true);
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await SetAsync(key, connected: false);
        await SetAsync(key, connected: true);
        var connectedAt = _world.Clock.GetUtcNow();
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await TaskAsync()).Connectivity.ShouldBe("CONNECTED");

        await SetAsync(key, connected: false);

        var task = await TaskAsync();
        (task.Connectivity, task.ConnectivityAt, task.LastStatus).ShouldBe(("DISCONNECTED", connectedAt, "RUNNING"));
        (
            await _world.Api.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest { ContainerInstances = [Instance(key).Arn] },
                _world.Caller
            )
        )
            .ContainerInstances!.Single()
            .AgentConnected.ShouldBe(false);
    }

    [Fact]
    public async Task The_conversation_with_an_agent_whose_instance_was_deregistered_is_ended()
    {
        var key = await AddAsync();
        var link = new ClosableLink();
        _sessions.Add(
            new AgentSession(
                key,
                link,
                _sessions,
                _ => { },
                _world.Store,
                new EcsIds(new Random(1)),
                Options,
                _world.Clock
            )
        );

        await _world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = Instance(key).Arn },
            _world.Caller
        );
        await LookAsync(key);

        link.IsClosed.ShouldBeTrue();
        Instance(key).AgentConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task An_instance_that_was_deregistered_is_never_connected_or_lost_again()
    {
        var key = await AddAsync();
        await _world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = Instance(key).Arn },
            _world.Caller
        );

        await SetAsync(key, connected: true);
        _world.Clock.Advance(TimeSpan.FromHours(1));
        (await LookAsync(key)).ShouldBeNull();

        (Instance(key).AgentConnected, Instance(key).LostAt).ShouldBe((false, null));
    }

    private async Task RestartAsync()
    {
        await _world.Store.CommitAsync(transaction => AgentConnection.ResetAll(transaction, _world.Clock.GetUtcNow()));
        _presence = NewReconciler();
    }

    private PresenceReconciler NewReconciler() => new(_world.Store, _sessions, Options, _world.Clock);

    private async Task<string> LostAsync(bool withService = false)
    {
        var key = await AddAsync(withService: withService);
        await SetAsync(key, connected: false);
        await LookAsync(key);
        _world.Clock.Advance(Options.InstanceLostAfter);
        await LookAsync(key);
        Instance(key).LostAt.ShouldNotBeNull();
        return key;
    }

    private async Task<string> AddAsync(string? agentHash = null, bool withService = false)
    {
        var arn = await _world.AddInstanceAsync();
        var key = _world.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Arn == arn).Key;
        if (agentHash is not null)
            await _world.Store.CommitAsync(transaction =>
                transaction.Put(
                    EcsTables.ContainerInstances,
                    Instance(key) with
                    {
                        VersionInfo = new VersionInfo { AgentHash = agentHash },
                    }
                )
            );
        if (withService)
        {
            await _world.RegisterAsync();
            await _world.CreateServiceAsync(desired: 1);
            await _world.ObeyAsync();
        }

        return key;
    }

    private async Task<EcsTask> TaskAsync() => (await _world.TasksAsync()).Single();

    private ContainerInstanceRecord Instance(string key) => _world.View.Find(EcsTables.ContainerInstances, key)!;

    private Task<TimeSpan?> LookAsync(string key) => _presence.ReconcileAsync(key, default);

    private Task SetAsync(string key, bool connected) =>
        _world.Store.CommitAsync(transaction =>
            AgentConnection.Set(transaction, key, connected, _world.Clock.GetUtcNow())
        );

    private sealed class ClosableLink : IAgentLink
    {
        internal bool IsClosed { get; private set; }

        public Task<bool> SendAsync(byte[] frame, CancellationToken cancellation) => Task.FromResult(!IsClosed);

        public void Close() => IsClosed = true;
    }
}
