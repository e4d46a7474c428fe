using System.Net;
using System.Text;
using Estiba.Compute.Instances;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Instances;

public sealed class LifecycleTests
{
    [Fact]
    public async Task A_terminated_instance_is_shutting_down_in_the_answer()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var answer = await world.Api.TerminateInstancesAsync(
            new TerminateInstancesRequest { InstanceIds = [id] },
            ComputeWorld.Context
        );
        answer.TerminatingInstances!.Single().PreviousState!.Name.ShouldBe("running");
        answer.TerminatingInstances!.Single().CurrentState!.Name.ShouldBe("shutting-down");
    }

    [Fact]
    public async Task Termination_cuts_the_power_and_frees_the_address()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.TerminateAsync(id);
        world.Host.Calls.ShouldBe([$"start {id}", $"terminate {id}"]);
        world.Network.Present.ShouldBeEmpty();
        (await world.FindAsync(id)).PrivateIpAddress.ShouldBeNull();
    }

    [Fact]
    public async Task A_terminated_instance_is_described_for_an_hour()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.TerminateAsync(id);
        await world.AdvanceAsync(TimeSpan.FromMinutes(59));
        (await world.FindAsync(id)).State!.Name.ShouldBe("terminated");
        await world.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await ComputeWorld.ErrorOfAsync(() => world.FindAsync(id))).Code.ShouldBe("InvalidInstanceID.NotFound");
    }

    [Fact]
    public async Task A_terminated_instance_says_who_did_it_and_when()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.TerminateAsync(id);
        var instance = await world.FindAsync(id);
        instance.StateReason!.Code.ShouldBe("Client.UserInitiatedShutdown");
        instance.StateTransitionReason.ShouldBe("User initiated (2025-03-04 05:06:07 GMT)");
    }

    [Fact]
    public async Task An_instance_whose_host_needs_time_is_pending_and_says_what_is_in_its_way()
    {
        await using var world = await ComputeWorld.CreateAsync();
        world.Host.Outcome = InstanceStart.Later(TimeSpan.FromSeconds(5), "no rack is free");
        var id = (await world.RunAsync())[0].InstanceId!;
        (await world.FindAsync(id)).State!.Name.ShouldBe("pending");
        var console = await world.Api.GetConsoleOutputAsync(
            new GetConsoleOutputRequest { InstanceId = id },
            ComputeWorld.Context
        );
        Encoding.UTF8.GetString(Convert.FromBase64String(console.Output!)).ShouldContain("no rack is free");

        world.Host.Outcome = InstanceStart.DoneAt(IPAddress.Parse("192.0.2.7"));
        await world.AdvanceAsync(TimeSpan.FromSeconds(5));

        var instance = await world.FindAsync(id);
        (instance.State!.Name, instance.PrivateIpAddress, instance.PublicIpAddress).ShouldBe(
            ("running", "192.0.2.7", "192.0.2.7")
        );
        (await world.FilterAsync("private-ip-address", "192.0.2.7")).ShouldBe([id]);
    }

    [Fact]
    public async Task An_instance_that_its_host_gives_up_is_terminated_and_says_why()
    {
        await using var world = await ComputeWorld.CreateAsync();
        world.Host.Outcome = InstanceStart.GivenUp("no rack is free");
        var id = (await world.RunAsync())[0].InstanceId!;
        var instance = await world.FindAsync(id);
        (instance.State!.Name, instance.StateReason!.Code, instance.StateReason.Message).ShouldBe(
            ("terminated", "Server.InternalError", "Server.InternalError: no rack is free")
        );
        world.Host.Calls.ShouldBe([$"start {id}", $"terminate {id}"]);
    }

    [Fact]
    public async Task A_stopped_instance_keeps_its_private_address_but_answers_no_more()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.Api.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context);
        await world.IdleAsync();
        await world.AdvanceAsync(TimeSpan.FromSeconds(11));
        var instance = await world.FindAsync(id);
        instance.State!.Name.ShouldBe("stopped");
        instance.PrivateIpAddress.ShouldBe("10.66.255.1");
        instance.PublicIpAddress.ShouldBeNull();
        world.Network.Present.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_instance_is_started_again_at_the_same_address()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.Api.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context);
        await world.IdleAsync();
        await world.Api.StartInstancesAsync(new StartInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context);
        await world.IdleAsync();
        (await world.FindAsync(id)).State!.Name.ShouldBe("running");
        world.Host.Running[id].Address.ShouldBe(IPAddress.Parse("10.66.255.1"));
    }

    [Fact]
    public async Task A_reboot_stops_and_starts_the_agent()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.Api.RebootInstancesAsync(new RebootInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context);
        await world.IdleAsync();
        world.Host.Calls.ShouldBe([$"start {id}", $"stop {id}", $"start {id}"]);
        (await world.FindAsync(id)).State!.Name.ShouldBe("running");
    }

    [Fact]
    public async Task Termination_does_not_wait_for_a_shutdown_under_way()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        world.Host.Shutdown = new TaskCompletionSource();
        await world.Api.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context);
        await world.Host.ShutdownBegun.Task;
        await world.TerminateAsync(id);
        (await world.FindAsync(id)).State!.Name.ShouldBe("terminated");
    }

    [Fact]
    public async Task After_a_restart_of_the_platform_running_instances_are_started_again()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var ids = (await world.RunAsync(2)).Select(instance => instance.InstanceId!).ToList();
        await world.RestartAsync();
        world.Host.Running.Keys.ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task After_a_restart_of_the_platform_stopped_and_terminated_instances_stay_so()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var ids = (await world.RunAsync(2)).Select(instance => instance.InstanceId!).ToList();
        await world.Api.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [ids[0]] }, ComputeWorld.Context);
        await world.TerminateAsync(ids[1]);
        await world.RestartAsync();
        world.Host.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_termination_that_a_crash_interrupted_is_carried_out_after_it()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.TerminateAsync(id);
        await world.RestartAsync();
        world.Host.Calls.ShouldBe([$"terminate {id}"]);
        (await world.FindAsync(id)).State!.Name.ShouldBe("terminated");
    }

    [Fact]
    public async Task A_host_that_fails_is_tried_again()
    {
        await using var world = await ComputeWorld.CreateAsync();
        world.Host.Failure = new InvalidOperationException("Docker Engine does not answer");
        var id = (await world.RunAsync())[0].InstanceId!;
        var failing = await world.FindAsync(id);
        failing.State!.Name.ShouldBe("pending");
        failing.StateReason!.Message.ShouldBe("Server.InternalError: Docker Engine does not answer");

        world.Host.Failure = null;
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await world.FindAsync(id)).State!.Name.ShouldBe("running");
    }

    [Fact]
    public async Task An_instance_is_not_started_before_its_address_answers()
    {
        await using var world = await ComputeWorld.CreateAsync();
        world.Network.Complaint = "10.66.255.1 cannot be added";
        await world.RunAsync();
        world.Host.Calls.ShouldBeEmpty();

        world.Network.Complaint = null;
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        world.Host.Running.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_that_the_host_lost_is_added_again()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync();
        world.Network.Present = new HashSet<IPAddress>();
        await world.AdvanceAsync(TimeSpan.FromSeconds(10));
        world.Network.Present.ShouldBe([IPAddress.Parse("10.66.255.1")]);
    }

    [Fact]
    public async Task A_protected_instance_is_not_terminated()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync(1, request => request with { DisableApiTermination = true }))[0].InstanceId!;
        var error = await ComputeWorld.ErrorOfAsync(() => world.TerminateAsync(id));
        error.Code.ShouldBe("OperationNotPermitted");
        (await world.FindAsync(id)).State!.Name.ShouldBe("running");
    }

    [Fact]
    public async Task A_terminated_instance_cannot_be_started()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await world.TerminateAsync(id);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.StartInstancesAsync(new StartInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context)
        );
        error.Code.ShouldBe("IncorrectInstanceState");
        error.Message.ShouldBe($"The instance '{id}' is not in a state from which it can be started.");
    }

    [Fact]
    public async Task One_unknown_instance_leaves_the_others_running()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var error = await ComputeWorld.ErrorOfAsync(() => world.TerminateAsync(id, "i-0123456789abcdef0"));
        error.Message.ShouldBe("The instance ID 'i-0123456789abcdef0' does not exist");
        (await world.FindAsync(id)).State!.Name.ShouldBe("running");
    }

    [Fact]
    public async Task Ids_that_are_none_are_malformed()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() => world.TerminateAsync("nginx"));
        error.Code.ShouldBe("InvalidInstanceID.Malformed");
        error.Message.ShouldBe("Invalid id: \"nginx\"");
    }

    [Fact]
    public async Task An_instance_changes_its_type_while_it_is_stopped()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var modify = new ModifyInstanceAttributeRequest
        {
            InstanceId = id,
            InstanceType = new AttributeValue { Value = "t3.large" },
        };
        (
            await ComputeWorld.ErrorOfAsync(() => world.Api.ModifyInstanceAttributeAsync(modify, ComputeWorld.Context))
        ).Code.ShouldBe("IncorrectInstanceState");

        await world.Api.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [id] }, ComputeWorld.Context);
        await world.IdleAsync();
        await world.Api.ModifyInstanceAttributeAsync(modify, ComputeWorld.Context);
        (await world.FindAsync(id)).InstanceType.ShouldBe("t3.large");
    }
}
