using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Tests.Agents;

public sealed class UnavailableResourceTests
{
    [Fact]
    public async Task A_task_that_needs_a_secret_stops_before_an_agent_hears_of_it()
    {
        await using var world = await EcsWorld.CreateAsync();
        var arn = await world.AddInstanceAsync();
        var instance = world.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Arn == arn);
        var definition = new TaskDefinitionRecord
        {
            Scope = instance.Scope,
            Definition = ShapeJson.Parse<TaskDefinition>(
                """{"family":"f","revision":1,"containerDefinitions":[{"name":"a","secrets":[{"name":"PASSWORD","valueFrom":"parameter"}]}]}"""
            ),
        };
        var task = new TaskRecord
        {
            Scope = definition.Scope,
            Cluster = instance.Cluster,
            Id = "t",
            Family = "f",
            Revision = 1,
            ContainerInstance = instance.Id,
            LastStatus = TaskStatus.Pending,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = "family:f",
            CreatedAt = EcsWorld.Start,
            Version = 1,
            Containers = [],
            Resources = new TaskResources(0, 0),
        };
        await world.Store.CommitAsync(transaction =>
        {
            transaction.Put(EcsTables.TaskDefinitions, definition);
            transaction.Put(EcsTables.Tasks, task);
        });

        var (ids, options, sessions, link) = (
            new EcsIds(new Random(1)),
            new EcsOptions { AgentEndpoint = new Uri("http://127.0.0.1:4566") },
            new AgentSessions(),
            new RecordingLink()
        );
        await new AgentSession(
            instance.Key,
            link,
            sessions,
            _ => { },
            world.Store,
            ids,
            options,
            world.Clock
        ).BeginAsync(default);
        await new PayloadReconciler(
            world.Store,
            sessions,
            new RoleSessions(world.Sts, ids),
            ids,
            options,
            world.Clock
        ).ReconcileAsync(instance.Key, default);

        link.Types.ShouldBe([nameof(TaskManifestMessage)]);
        world
            .View.Find(EcsTables.Tasks, task.Key)!
            .ShouldSatisfyAllConditions(
                stopped => stopped.LastStatus.ShouldBe("STOPPED"),
                stopped => stopped.StopCode.ShouldBe("TaskFailedToStart"),
                stopped =>
                    stopped.StoppedReason!.ShouldStartWith(
                        "ResourceInitializationError: unable to pull secrets or registry auth: secret 'PASSWORD'"
                    )
            );
    }
}
