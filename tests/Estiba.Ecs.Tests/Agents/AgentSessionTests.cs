using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;

namespace Estiba.Ecs.Tests.Agents;

public sealed class AgentSessionTests : IAsyncDisposable
{
    private static readonly EcsOptions Options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };

    private readonly EcsIds _ids = new(new Random(1));
    private readonly AgentSessions _sessions = new();
    private readonly HashSet<string> _looks = [];
    private EcsWorld _world = null!;

    public async ValueTask DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task An_instance_is_connected_as_long_as_one_of_its_conversations_lasts()
    {
        var key = await InstanceAsync();
        var (older, olderLink) = await BeginAsync(key);
        Connected(key).ShouldBeTrue();

        var (newer, _) = await BeginAsync(key);
        olderLink.IsClosed.ShouldBeTrue();
        await older.EndAsync();
        Connected(key).ShouldBeTrue();

        await newer.EndAsync();
        Connected(key).ShouldBeFalse();
    }

    [Fact]
    public async Task An_agent_hears_first_what_it_should_have_and_then_what_it_should_do()
    {
        var key = await InstanceAsync();
        await _world.RegisterAsync();
        await _world.CreateServiceAsync(desired: 1);
        await _world.ConnectAsync(InstanceArn(key), connected: false);

        var (_, link) = await BeginAsync(key);
        await WorkAsync();

        link.Types.ShouldBe([nameof(TaskManifestMessage), nameof(PayloadMessage)]);
        link.Last<PayloadMessage>().Tasks!.Single().DesiredStatus.ShouldBe("RUNNING");
    }

    [Fact]
    public async Task What_was_acknowledged_is_not_sent_again_and_what_was_not_is()
    {
        var key = await InstanceAsync();
        await _world.RegisterAsync();
        await _world.CreateServiceAsync(desired: 1);
        var (session, link) = await BeginAsync(key);
        await WorkAsync();

        _world.Clock.Advance(Options.AgentHeartbeat);
        await session.BeatAsync(default);
        await WorkAsync();
        link.Types.Count(type => type == nameof(PayloadMessage)).ShouldBe(2);

        await session.ReceiveAsync(
            AgentFrame.Encode(new AckRequest { MessageId = link.Last<PayloadMessage>().MessageId }),
            default
        );
        _world.Clock.Advance(Options.AgentHeartbeat);
        await session.BeatAsync(default);
        await WorkAsync();
        link.Types.Count(type => type == nameof(PayloadMessage)).ShouldBe(2);
    }

    [Fact]
    public async Task Tasks_that_run_are_told_to_an_agent_that_comes_back_until_it_acknowledges_them_and_then_no_more()
    {
        var key = await InstanceAsync();
        await _world.RegisterAsync();
        await _world.CreateServiceAsync(desired: 2);
        foreach (var task in await _world.TasksAsync())
            await _world.ReportAsync(task.TaskArn!, "RUNNING");
        var (session, link) = await BeginAsync(key);
        await WorkAsync();
        link.Last<PayloadMessage>().Tasks!.Count.ShouldBe(2);

        _looks.Add(key); // meanwhile something else happens to the instance
        await WorkAsync();
        _world.Clock.Advance(Options.AgentHeartbeat);
        await session.BeatAsync(default);
        await WorkAsync();
        link.Types.Count(type => type == nameof(PayloadMessage)).ShouldBe(2);
        link.Last<PayloadMessage>().Tasks!.Count.ShouldBe(2);

        await session.ReceiveAsync(
            AgentFrame.Encode(new AckRequest { MessageId = link.Last<PayloadMessage>().MessageId }),
            default
        );
        _world.Clock.Advance(Options.AgentHeartbeat);
        await session.BeatAsync(default);
        _looks.Add(key);
        await WorkAsync();
        link.Types.Count(type => type == nameof(PayloadMessage)).ShouldBe(2);
    }

    [Fact]
    public async Task An_agent_that_is_silent_for_too_long_is_hung_up_on()
    {
        var key = await InstanceAsync();
        var (session, link) = await BeginAsync(key);

        _world.Clock.Advance(Options.AgentSilence);
        await session.ReceiveAsync(AgentFrame.Encode(new HeartbeatAckRequest { MessageId = "m" }), default);
        _world.Clock.Advance(Options.AgentSilence);
        await session.BeatAsync(default);
        link.IsClosed.ShouldBeFalse();

        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        await session.BeatAsync(default);
        link.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public async Task An_agent_whose_instance_is_deregistered_while_it_connects_is_hung_up_on()
    {
        var key = await InstanceAsync();
        await _world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = InstanceArn(key) },
            _world.Caller
        );

        var (_, link) = await BeginAsync(key);

        link.IsClosed.ShouldBeTrue();
        link.Types.ShouldBeEmpty();
    }

    private async Task<string> InstanceAsync()
    {
        _world = await EcsWorld.CreateAsync();
        var arn = await _world.AddInstanceAsync();
        return _world.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Arn == arn).Key;
    }

    private async Task<(AgentSession Session, RecordingLink Link)> BeginAsync(string key)
    {
        var link = new RecordingLink();
        var session = new AgentSession(
            key,
            link,
            _sessions,
            key => _looks.Add(key),
            _world.Store,
            _ids,
            Options,
            _world.Clock
        );
        await session.BeginAsync(default);
        return (session, link);
    }

    /// <summary>Lets the controller work where it is wanted.</summary>
    private async Task WorkAsync()
    {
        var payloads = new PayloadReconciler(
            _world.Store,
            _sessions,
            new RoleSessions(_world.Sts, _ids),
            _ids,
            Options,
            _world.Clock
        );
        foreach (var key in _looks)
            await payloads.ReconcileAsync(key, default);
        _looks.Clear();
    }

    private bool Connected(string key) => _world.View.Find(EcsTables.ContainerInstances, key)!.AgentConnected;

    private string InstanceArn(string key) => _world.View.Find(EcsTables.ContainerInstances, key)!.Arn;
}
