using System.Net;
using System.Net.Sockets;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic;

public sealed class ConfigurationChangeTests
{
    [Fact]
    public async Task Changing_rules_under_load_loses_no_request()
    {
        const int Clients = 8;
        await using var world = new TrafficWorld();
        await using var first = await StandInTarget.SayingAsync("first");
        await using var second = await StandInTarget.SayingAsync("second");
        var configurations = new[] { first, second }
            .Select(
                (target, index) =>
                    world.ForwardingTo(new() { Arn = TrafficWorld.Group + index, Targets = [target.Configuration] })
            )
            .ToArray();
        await world.ApplyAsync(configurations[0]);
        using var stop = new CancellationTokenSource();
        var seen = new int[2];
        var clients = Enumerable
            .Range(0, Clients)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (!stop.IsCancellationRequested)
                        Interlocked.Increment(
                            ref seen[await world.Client.GetStringAsync(world.Url) == "first" ? 0 : 1]
                        );
                })
            )
            .ToList();

        // Each change waits until its target was seen, so that all of them meet requests.
        for (var change = 0; change < 40; change++)
        {
            var now = change % 2;
            await world.ApplyAsync(configurations[now]);
            var before = seen[now];
            await TrafficWorld.UntilAsync(
                () => Volatile.Read(ref seen[now]) > before || clients.Exists(client => client.IsFaulted),
                "the new target answers"
            );
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!.ErrorCounts.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_connections_to_a_target_that_is_gone_are_closed_and_the_others_stay()
    {
        await using var world = new TrafficWorld();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var goes = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"u8.ToArray(), cancellation);
                if (await stream.ReadAsync(new byte[1], cancellation) == 0)
                    closed.SetResult();
            }
        );
        await using var stays = await StandInTarget.SayingAsync("well");
        await world.ApplyAsync(world.Forwarding(goes.Configuration));
        (await world.Client.GetStringAsync(world.Url)).ShouldBe("hi");
        await world.ApplyAsync(world.Forwarding(goes.Configuration, stays.Configuration));
        closed.Task.IsCompleted.ShouldBeFalse();

        await world.ApplyAsync(world.Forwarding(stays.Configuration));

        // One that nobody uses is closed after a minute anyway.
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(50));
        (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
    }

    [Fact]
    public async Task The_connections_to_a_target_that_still_answers_when_it_goes_are_closed_soon_afterwards()
    {
        await using var world = new TrafficWorld();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var goes = new RawTarget(
            async (stream, cancellation) =>
            {
                asked.SetResult();
                await go.Task.WaitAsync(cancellation);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"u8.ToArray(), cancellation);
                if (await stream.ReadAsync(new byte[1], cancellation) == 0)
                    closed.SetResult();
            }
        );
        await using var stays = await StandInTarget.SayingAsync("well");
        await world.ApplyAsync(world.Forwarding(goes.Configuration));
        var answer = world.Client.GetStringAsync(world.Url);
        await asked.Task;

        await world.ApplyAsync(world.Forwarding(stays.Configuration));
        go.SetResult();

        (await answer).ShouldBe("hi");
        // One that nobody uses is closed after a minute anyway.
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task A_listener_that_is_gone_answers_what_it_has_and_nothing_new()
    {
        await using var world = new TrafficWorld();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            arrived.SetResult();
            await go.Task.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync("at last", http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var running = world.Client.GetStringAsync(world.Url);
        await arrived.Task.WaitAsync(TrafficWorld.Patience);

        await world.ApplyAsync();

        await TrafficWorld.UntilAsync(() => !IsListening(world.Address), "nothing listens");
        go.SetResult();
        (await running).ShouldBe("at last");
    }

    [Fact]
    public async Task Closing_a_listener_disturbs_no_connection_of_another()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("well");
        var stays = world.Forwarding(target.Configuration);
        var goes = stays with { Arn = stays.Arn + "/other", Port = TrafficWorld.Port + 1 };
        await world.ApplyAsync(stays, goes);
        var connects = 0;
        var client = world.NewClient(handler =>
            handler.PlaintextStreamFilter = (context, _) =>
            {
                Interlocked.Increment(ref connects);
                return ValueTask.FromResult(context.PlaintextStream);
            }
        );
        (await client.GetStringAsync(world.Url)).ShouldBe("well");

        await world.ApplyAsync(stays);
        (await client.GetStringAsync(world.Url)).ShouldBe("well");
        await world.ApplyAsync(stays, goes with { Port = TrafficWorld.Port + 2 });
        (await client.GetStringAsync(world.Url)).ShouldBe("well");
        connects.ShouldBe(1);
        (await world.Client.GetStringAsync($"http://{world.Address}:{TrafficWorld.Port + 2}")).ShouldBe("well");
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_and_can_be_had_later()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("well");
        var listener = world.Forwarding(target.Configuration);
        using (var taken = new TcpListener(world.Address, TrafficWorld.Port))
        {
            taken.Start();
            var fault = (await world.Traffic.ApplyAsync([listener], CancellationToken.None)).Single();
            fault.ListenerArn.ShouldBe(listener.Arn);
            fault.EndPoint.ShouldBe(new IPEndPoint(world.Address, TrafficWorld.Port));
            fault.Reason.ShouldNotBeEmpty();
        }

        await world.ApplyAsync(listener);

        (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
    }

    [Fact]
    public async Task An_address_that_the_machine_does_not_have_is_told()
    {
        await using var world = new TrafficWorld();
        var listener = world.Forwarding() with
        {
            Addresses =
            [
                new ZonalAddress(IPAddress.Parse("192.0.2.1"), TrafficWorld.Zone),
                new ZonalAddress(world.Address, TrafficWorld.Zone),
            ],
        };
        var fault = (await world.Traffic.ApplyAsync([listener], CancellationToken.None)).Single();
        fault.EndPoint.Address.ShouldBe(IPAddress.Parse("192.0.2.1"));
        (await world.Client.GetAsync(world.Url)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_target_that_is_removed_answers_what_it_has()
    {
        await using var world = new TrafficWorld();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var old = await StandInTarget.StartAsync(async http =>
        {
            arrived.SetResult();
            await go.Task.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync("old", http.RequestAborted);
        });
        await using var young = await StandInTarget.SayingAsync("young");
        await world.ApplyAsync(world.Forwarding(old.Configuration));
        var running = world.Client.GetStringAsync(world.Url);
        await arrived.Task.WaitAsync(TrafficWorld.Patience);

        await world.ApplyAsync(world.Forwarding(old.InState(TargetState.Draining), young.Configuration));
        (await world.Client.GetStringAsync(world.Url)).ShouldBe("young");
        world
            .Traffic.OutstandingRequests(TrafficWorld.Group)
            .ShouldBe(new Dictionary<IPEndPoint, int> { [old.Configuration.EndPoint] = 1 });
        // Even when the whole group is gone.
        await world.ApplyAsync(world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200) }));

        go.SetResult();
        (await running).ShouldBe("old");
    }

    private static bool IsListening(IPAddress address)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(address, TrafficWorld.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
