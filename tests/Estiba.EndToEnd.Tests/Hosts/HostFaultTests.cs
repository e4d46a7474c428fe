using System.Globalization;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>
/// Three hosts with a Docker Engine and an agent each; parts of them fail and come back, while a client counts failed
/// requests.
/// </summary>
[Collection(nameof(HostFaults))]
[TestCaseOrderer(typeof(LastOrderer))]
public sealed class HostFaultTests(HostCluster cluster) : IClassFixture<HostCluster>
{
    [Fact]
    public async Task An_agent_that_is_killed_leaves_its_containers_running_and_takes_them_up_again()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (cluster.Hosts[0], await cluster.RunningTasksAsync());

        await host.KillAgentAsync();
        await cluster.ConnectedAsync(2);
        await client.VisitedAsync();
        await host.StartAgentAsync();
        await cluster.ConnectedAsync(3);
        await cluster.SteadyAsync();

        (await cluster.RunningTasksAsync()).ShouldBe(tasks, ignoreOrder: true);
        client.Failures.ShouldBeEmpty();
    }

    /// <remarks>
    /// At its start Docker lays its rules for published ports anew: for a fraction of a second it refuses connections,
    /// and that is all.
    /// </remarks>
    [Fact]
    public async Task Docker_that_restores_containers_is_stopped_and_started_under_running_tasks()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (cluster.LiveRestoring, await cluster.RunningTasksAsync());

        await host.StopDockerAsync();
        await client.VisitedAsync();
        client.Failures.ShouldBeEmpty();
        await host.StartDockerAsync();
        await client.VisitedAsync();
        await cluster.SteadyAsync();

        (await cluster.RunningTasksAsync()).ShouldBe(tasks, ignoreOrder: true);
        client.FailuresBeside(host).ShouldBeEmpty();
    }

    [Fact]
    public async Task Docker_that_ends_its_containers_is_given_new_ones_when_it_is_back_and_other_hosts_notice_nothing()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (await cluster.HostOfPairAsync(), await cluster.RunningTasksAsync());

        await host.StopDockerAsync();
        await host.StartDockerAsync();
        await cluster.ReplacedAsync(tasks, host);
        await cluster.SteadyAsync();

        var now = await cluster.RunningTasksAsync();
        now.Where(task => task.Service == HostCluster.Everywhere)
            .Select(task => task.Address)
            .ShouldBe(cluster.Hosts.Select(each => each.Address), ignoreOrder: true);
        tasks.Where(task => task.Address != host.Address).ShouldBeSubsetOf(now);
        client.FailuresBeside(host).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Order", "last")]
    public async Task While_the_server_is_away_all_tasks_answer_and_are_restarted_and_afterwards_nothing_is_doubled()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (cluster.LiveRestoring, await cluster.RunningTasksAsync());
        var restarted = tasks.Single(task => task.Arn == cluster.Restarted);
        var start = await host.StartOfAsync(restarted.Container);
        // ECS restarts nothing sooner ("Restart individual containers in Amazon ECS tasks")
        await RanForAsync(start, TimeSpan.FromSeconds(60));

        await cluster.World.Platform.KillAsync();
        await client.VisitedAsync();
        client.Failures.ShouldBeEmpty();
        await host.KillContainerAsync(restarted.Container);
        await Eventually.BeAsync(
            "the container is started again",
            () => host.StartOfAsync(restarted.Container),
            again => again != start
        );
        await client.VisitedAsync();
        await cluster.World.Platform.StartAsync();
        await cluster.ConnectedAsync(3);
        await cluster.SteadyAsync();

        (await cluster.RunningTasksAsync()).ShouldBe(tasks, ignoreOrder: true);
        client.Failures.Where(failure => failure.Task != restarted).ShouldBeEmpty();

        static Task RanForAsync(string start, TimeSpan time) =>
            Eventually.TrueAsync(
                $"the container has run for {time.TotalSeconds} s",
                () =>
                    Task.FromResult(
                        DateTimeOffset.UtcNow - DateTimeOffset.Parse(start, CultureInfo.InvariantCulture) > time
                    ),
                time * 2
            );
    }

    [Fact]
    public async Task A_host_that_is_drained_gives_away_what_others_can_take_without_a_failed_request()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (await cluster.HostOfPairAsync(), await cluster.RunningTasksAsync());
        var began = DateTimeOffset.UtcNow;

        await cluster.SetStateAsync(host, "DRAINING");
        await cluster.MovedAsync(HostCluster.Pair, host);
        await cluster.UnableToPlaceAsync(HostCluster.Everywhere, began);
        await client.VisitedAsync();
        await cluster.SetStateAsync(host, "ACTIVE");
        await cluster.SteadyAsync();

        var now = await cluster.RunningTasksAsync();
        tasks.Where(task => task.Service == HostCluster.Everywhere).ShouldBeSubsetOf(now);
        client.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_that_is_cut_off_is_replaced_where_there_is_room_and_keeps_what_has_none()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (await cluster.HostOfPairAsync(), await cluster.RunningTasksAsync());
        var (containers, began) = (await host.ContainersAsync(), DateTimeOffset.UtcNow);

        await host.UnplugAsync();
        await cluster.MovedAsync(HostCluster.Pair, host);
        await cluster.UnableToPlaceAsync(HostCluster.Everywhere, began);
        (await host.ContainersAsync()).ShouldBe(containers, ignoreOrder: true);
        await host.PlugInAsync();
        await cluster.ConnectedAsync(3);
        await cluster.SteadyAsync();

        var now = await cluster.RunningTasksAsync();
        tasks.Where(task => task.Service == HostCluster.Everywhere).ShouldBeSubsetOf(now);
        now.ShouldNotContain(task => task.Service == HostCluster.Pair && task.Address == host.Address);
        client.FailuresBeside(host).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_that_loses_power_is_replaced_where_there_is_room_and_runs_tasks_again_when_it_is_back()
    {
        await cluster.WholeAsync();
        await using var client = await TaskVisitor.BeginAsync(cluster);
        var (host, tasks) = (await cluster.HostOfPairAsync(), await cluster.RunningTasksAsync());
        var began = DateTimeOffset.UtcNow;

        await host.CutPowerAsync();
        await cluster.MovedAsync(HostCluster.Pair, host);
        await cluster.UnableToPlaceAsync(HostCluster.Everywhere, began);
        await host.StartAsync();
        await cluster.ReplacedAsync(tasks, host);
        await cluster.SteadyAsync();

        var now = await cluster.RunningTasksAsync();
        now.Where(task => task.Service == HostCluster.Everywhere)
            .Select(task => task.Address)
            .ShouldBe(cluster.Hosts.Select(each => each.Address), ignoreOrder: true);
        tasks.Where(task => task.Address != host.Address).ShouldBeSubsetOf(now);
        client.FailuresBeside(host).ShouldBeEmpty();
    }
}

/// <summary>
/// Takes the hosts' address range and most of the machine, and lives by the clock: nothing runs beside it.
/// </summary>
[CollectionDefinition(nameof(HostFaults), DisableParallelization = true)]
public sealed class HostFaults;
