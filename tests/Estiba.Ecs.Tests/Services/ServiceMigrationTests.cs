using System.Text;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Ecs.Tests.Services;

/// <summary>
/// Rows of services as version 0.1 wrote them when a service was one record: one whose deployment is in progress and
/// has failed once, one whose task cannot be placed, one with a task set.
/// </summary>
public sealed class ServiceMigrationTests : IAsyncLifetime
{
    private const string Failing = """
        {
          "scope": {
            "accountId": "123456789012",
            "region": "eu-west-1"
          },
          "cluster": "bench",
          "name": "failing",
          "status": "ACTIVE",
          "desiredCount": 2,
          "createdAt": "2026-11-30T09:39:28.3075904+00:00",
          "createdBy": "arn:aws:iam::123456789012:root",
          "settings": {
            "loadBalancers": [],
            "serviceRegistries": [],
            "launchType": "EC2",
            "deploymentConfiguration": {
              "deploymentCircuitBreaker": {
                "enable": false,
                "rollback": false
              },
              "maximumPercent": 200,
              "minimumHealthyPercent": 100,
              "strategy": "ROLLING",
              "bakeTimeInMinutes": 0
            },
            "placementConstraints": [],
            "placementStrategy": [],
            "schedulingStrategy": "REPLICA",
            "deploymentController": {
              "type": "ECS"
            },
            "enableECSManagedTags": false,
            "propagateTags": "NONE",
            "enableExecuteCommand": false,
            "availabilityZoneRebalancing": "ENABLED"
          },
          "deployments": [
            {
              "id": "ecs-svc/2481293379538722560",
              "family": "web",
              "revision": 1,
              "serviceRevision": "1310933055422906033",
              "serviceDeployment": "AJnzOnbhwY2yALS-wYlwj",
              "createdAt": "2026-11-30T09:39:28.428637+00:00",
              "updatedAt": "2026-11-30T09:39:28.4685667+00:00",
              "rolloutState": "IN_PROGRESS",
              "rolloutStateReason": "ECS deployment ecs-svc/2481293379538722560 in progress.",
              "failedTasks": 1,
              "lastFailureAt": "2026-11-30T09:39:28.4685667+00:00"
            },
            {
              "id": "ecs-svc/2168685910935297797",
              "family": "web",
              "revision": 1,
              "serviceRevision": "5989744220462113256",
              "serviceDeployment": "JJVtq_qxS65wpZbRRu8gN",
              "createdAt": "2026-11-30T09:39:28.3084381+00:00",
              "updatedAt": "2026-11-30T09:39:28.4186298+00:00",
              "rolloutState": "COMPLETED",
              "rolloutStateReason": "ECS deployment ecs-svc/2168685910935297797 completed.",
              "failedTasks": 0
            }
          ],
          "taskSets": [],
          "lastCompleted": {
            "id": "ecs-svc/2168685910935297797",
            "family": "web",
            "revision": 1,
            "serviceRevision": "5989744220462113256",
            "serviceDeployment": "JJVtq_qxS65wpZbRRu8gN",
            "createdAt": "2026-11-30T09:39:28.3084381+00:00",
            "updatedAt": "2026-11-30T09:39:28.4186298+00:00",
            "rolloutState": "COMPLETED",
            "rolloutStateReason": "ECS deployment ecs-svc/2168685910935297797 completed.",
            "failedTasks": 0
          },
          "lastEvent": 4,
          "isSteady": false,
          "isBlocked": false,
          "nextStartAt": "2026-11-30T09:39:29.4685667+00:00",
          "shortLives": 0,
          "tags": [
            {
              "key": "a",
              "value": "b"
            }
          ]
        }
        """;

    private const string Unplaced = """
        {
          "scope": {
            "accountId": "123456789012",
            "region": "eu-west-1"
          },
          "cluster": "bench",
          "name": "unplaced",
          "status": "ACTIVE",
          "desiredCount": 1,
          "createdAt": "2026-11-30T09:39:28.3172059+00:00",
          "createdBy": "arn:aws:iam::123456789012:root",
          "settings": {
            "loadBalancers": [],
            "serviceRegistries": [],
            "launchType": "EC2",
            "deploymentConfiguration": {
              "deploymentCircuitBreaker": {
                "enable": false,
                "rollback": false
              },
              "maximumPercent": 200,
              "minimumHealthyPercent": 100,
              "strategy": "ROLLING",
              "bakeTimeInMinutes": 0
            },
            "placementConstraints": [],
            "placementStrategy": [],
            "schedulingStrategy": "REPLICA",
            "deploymentController": {
              "type": "ECS"
            },
            "enableECSManagedTags": false,
            "propagateTags": "NONE",
            "enableExecuteCommand": false,
            "availabilityZoneRebalancing": "ENABLED"
          },
          "deployments": [
            {
              "id": "ecs-svc/4835755669918974613",
              "family": "big",
              "revision": 1,
              "serviceRevision": "7492563625894981051",
              "serviceDeployment": "vuVI_5v7KkocwLse_ndQe",
              "createdAt": "2026-11-30T09:39:28.3172321+00:00",
              "updatedAt": "2026-11-30T09:39:28.3172321+00:00",
              "rolloutState": "IN_PROGRESS",
              "rolloutStateReason": "ECS deployment ecs-svc/4835755669918974613 in progress.",
              "failedTasks": 0
            }
          ],
          "taskSets": [],
          "lastEvent": 1,
          "isSteady": false,
          "isBlocked": false,
          "placementFailure": "The closest matching (container-instance 01ee7b954bca486f8ecd1ce1a560332f) has insufficient memory available.",
          "placementFailureAt": "2026-11-30T09:39:28.3700717+00:00",
          "shortLives": 0,
          "tags": []
        }
        """;

    private const string External = """
        {
          "scope": {
            "accountId": "123456789012",
            "region": "eu-west-1"
          },
          "cluster": "bench",
          "name": "external",
          "status": "ACTIVE",
          "desiredCount": 4,
          "createdAt": "2026-11-30T09:39:28.3180211+00:00",
          "createdBy": "arn:aws:iam::123456789012:root",
          "settings": {
            "loadBalancers": [],
            "serviceRegistries": [],
            "deploymentConfiguration": {
              "deploymentCircuitBreaker": {
                "enable": false,
                "rollback": false
              },
              "maximumPercent": 200,
              "minimumHealthyPercent": 100,
              "strategy": "ROLLING",
              "bakeTimeInMinutes": 0
            },
            "placementConstraints": [],
            "placementStrategy": [],
            "schedulingStrategy": "REPLICA",
            "deploymentController": {
              "type": "EXTERNAL"
            },
            "enableECSManagedTags": false,
            "propagateTags": "NONE",
            "enableExecuteCommand": false,
            "availabilityZoneRebalancing": "DISABLED"
          },
          "deployments": [],
          "taskSets": [
            {
              "deployment": {
                "id": "ecs-svc/7504451116872904326",
                "family": "web",
                "revision": 1,
                "serviceRevision": "",
                "serviceDeployment": "",
                "createdAt": "2026-11-30T09:39:28.3347037+00:00",
                "updatedAt": "2026-11-30T09:39:28.3347043+00:00",
                "rolloutState": "IN_PROGRESS",
                "rolloutStateReason": "",
                "failedTasks": 0
              },
              "status": "ACTIVE",
              "scale": 50,
              "externalId": "e",
              "settings": {
                "launchType": "EC2",
                "loadBalancers": [],
                "serviceRegistries": []
              },
              "isSteady": false,
              "stabilityAt": "2026-11-30T09:39:28.3349842+00:00",
              "tags": []
            }
          ],
          "lastEvent": 1,
          "isSteady": false,
          "isBlocked": false,
          "shortLives": 0,
          "tags": []
        }
        """;

    private EcsWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        using var journal = new FormerJournal(("failing", Failing), ("unplaced", Unplaced), ("external", External));
        _world = await EcsWorld.CreateAsync(journal);
        await _world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "bench" }, _world.Caller);
        await _world.RegisterAsync();
        await _world.RegisterAsync("big", memory: 500_000);
        await _world.Store.CommitAsync(ServiceMigration.Apply);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_is_wanted_is_as_before()
    {
        var service = await ServiceAsync("failing");

        service.ShouldSatisfyAllConditions(
            found => found.Status.ShouldBe("ACTIVE"),
            found => found.DesiredCount.ShouldBe(2),
            found => found.Tags!.Single().Key.ShouldBe("a")
        );
    }

    [Fact]
    public async Task What_was_rolled_out_is_as_before()
    {
        var deployments = (await ServiceAsync("failing")).Deployments!;

        deployments
            .Select(deployment => deployment.Id)
            .ShouldBe(["ecs-svc/2481293379538722560", "ecs-svc/2168685910935297797"]);
        deployments.Select(deployment => deployment.RolloutState).ShouldBe(["IN_PROGRESS", "COMPLETED"]);
        deployments[0].FailedTasks.ShouldBe(1);
    }

    [Fact]
    public async Task Task_sets_are_as_before()
    {
        var set = (await ServiceAsync("external")).TaskSets!.ShouldHaveSingleItem();

        set.Id.ShouldBe("ecs-svc/7504451116872904326");
        set.ExternalId.ShouldBe("e");
        set.Scale!.Value.ShouldBe(50);
    }

    [Fact]
    public async Task Events_go_on_with_the_next_number()
    {
        var key = _world.View.Range(EcsTables.Services).Single(service => service.Name == "failing").Key;
        var last = _world.View.Find(EcsTables.ServiceEventLogs, key)!.LastEvent;
        last.ShouldBe(4);

        await _world.Store.CommitAsync(transaction =>
            ServiceEvents.Add(
                transaction,
                transaction.Find(EcsTables.Services, key)!,
                new EcsIds(new Random(1)),
                EcsWorld.Start,
                "has something to say."
            )
        );

        _world.View.Range(EcsTables.ServiceEvents, key + "/").Single().Number.ShouldBe(last + 1);
    }

    [Fact]
    public async Task Why_a_task_cannot_be_placed_is_found_out_again()
    {
        await _world.SettleAsync();

        var failure = _world
            .View.Range(EcsTables.PlacementFailures)
            .First(found => found.ServiceKey.EndsWith("/unplaced", StringComparison.Ordinal));
        failure.Failure.Obstacle.ShouldBeNull("there is no instance");
    }

    [Fact]
    public void Nothing_of_the_former_shape_is_left() =>
        _world.View.Range(EcsTables.Services).ShouldAllBe(service => service.FormerMembers == null);

    [Fact]
    public async Task A_second_start_finds_nothing_to_migrate()
    {
        var before = _world.View.Revision;

        await _world.Store.CommitAsync(ServiceMigration.Apply);

        _world.View.Revision.ShouldBe(before);
    }

    private async Task<Service> ServiceAsync(string name) =>
        (
            await _world.Api.DescribeServicesAsync(
                new DescribeServicesRequest
                {
                    Cluster = "bench",
                    Services = [name],
                    Include = [ServiceField.Tags],
                },
                _world.Caller
            )
        ).Services!.Single();

    /// <summary>A journal with services of the cluster <c>bench</c>, by name and row.</summary>
    private sealed class FormerJournal(params (string Name, string Row)[] services) : IJournal
    {
        public bool IsImmediate => true;

        public (long Revision, long LastRowId) Load(Action<JournalRow> row)
        {
            foreach (var (number, (name, json)) in services.Index())
                row(
                    new JournalRow(
                        "ecs.services",
                        number + 1,
                        "123456789012/eu-west-1/bench/" + name,
                        Encoding.UTF8.GetBytes(json)
                    )
                );
            return (1, services.Length);
        }

        public void Write(JournalBatch batch) { }

        public void Dispose() { }
    }
}
