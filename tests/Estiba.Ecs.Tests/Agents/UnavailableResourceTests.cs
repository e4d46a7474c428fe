using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.State;

namespace Estiba.Ecs.Tests.Agents;

public sealed class UnavailableResourceTests
{
    [Fact]
    public async Task A_task_that_needs_a_secret_stops_before_an_agent_hears_of_it()
    {
        await using var store = await Store.OpenAsync(new MemoryJournal(), EcsTables.All);
        var ids = new EcsIds(new Random(1));
        var options = new EcsOptions { AgentEndpoint = new Uri("http://127.0.0.1:4566") };
        var reconciler = new PayloadReconciler(store, new AgentSessions(), new RoleSessions(new StandInSts(), ids), ids, options, new StoppedClock(EcsWorld.Start));
        var definition = new TaskDefinitionRecord
        {
            Scope = new Scope("123456789012", "eu-west-1"),
            Definition = ShapeJson.Parse<TaskDefinition>(
                """{"family":"f","revision":1,"containerDefinitions":[{"name":"a","secrets":[{"name":"PASSWORD","valueFrom":"parameter"}]}]}"""),
        };
        var task = new TaskRecord
        {
            Scope = definition.Scope,
            Cluster = "c",
            Id = "t",
            Family = "f",
            Revision = 1,
            ContainerInstance = "i",
            LastStatus = TaskStatus.Pending,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = "family:f",
            CreatedAt = EcsWorld.Start,
            Version = 1,
            Containers = [],
            Resources = new TaskResources(0, 0),
        };
        await store.CommitAsync(transaction =>
        {
            transaction.Put(EcsTables.TaskDefinitions, definition);
            transaction.Put(EcsTables.Tasks, task);
        });

        (await reconciler.StopUnavailableAsync(task.InstanceKey!, default)).ShouldBeTrue();

        store.Current.Find(EcsTables.Tasks, task.Key)!.ShouldSatisfyAllConditions(
            stopped => stopped.LastStatus.ShouldBe("STOPPED"),
            stopped => stopped.StopCode.ShouldBe("TaskFailedToStart"),
            stopped => stopped.StoppedReason!.ShouldStartWith("ResourceInitializationError: unable to pull secrets or registry auth: secret 'PASSWORD'"));
        (await reconciler.StopUnavailableAsync(task.InstanceKey!, default)).ShouldBeFalse();
    }
}
