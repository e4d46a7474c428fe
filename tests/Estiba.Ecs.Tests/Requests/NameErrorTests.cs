using Estiba.Contracts.Ecs;
using static Estiba.Ecs.Tests.Requests.RequestErrors;

namespace Estiba.Ecs.Tests.Requests;

/// <summary>The words that ECS has for names that cannot be, and for those of nothing.</summary>
public sealed class NameErrorTests
{
    private const string NoTask = "0123456789abcdef0123456789abcdef";
    private const string NoPrincipal =
        "The specified principalArn is not the ARN of a user, a role or the root user of this account.";

    [Fact]
    public Task A_blank_name() =>
        RefusedAsync(
            ("Tasks can not be blank.", world =>
                world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [""] }, world.Caller)
            ),
            ("Clusters can not be blank.", world =>
                world.Api.DescribeClustersAsync(
                    new DescribeClustersRequest { Clusters = ["default", ""] },
                    world.Caller
                )
            )
        );

    [Fact]
    public Task A_text_that_is_too_long() =>
        RefusedAsync(
            ("startedBy longer than 128.", Run(request => request with { StartedBy = new string('x', 129) })),
            ("clientToken longer than 64.", Run(request => request with { ClientToken = new string('x', 65) })),
            ("clientToken longer than 36.", world =>
                world.CreateServiceAsync(1, with: request => request with { ClientToken = new string('x', 37) })
            ),
            ("reason longer than 1024.", world =>
                world.Api.StopTaskAsync(
                    new StopTaskRequest { Task = "t", Reason = new string('x', 1025) },
                    world.Caller
                )
            ),
            (
                "Container Overrides length must be at most 8192",
                Run(request =>
                    request with
                    {
                        Overrides = new TaskOverride
                        {
                            ContainerOverrides =
                            [
                                new ContainerOverride { Name = "nginx", Command = [new string('x', 8192)] },
                            ],
                        },
                    }
                )
            )
        );

    [Fact]
    public Task A_client_token_of_other_characters() =>
        RefusedAsync(
            (
                "clientToken can only have ASCII characters in the range of 33-126.",
                Run(request => request with { ClientToken = "two words" })
            ),
            ("clientToken can only have ASCII characters in the range of 33-126.", world =>
                world.CreateServiceAsync(1, with: request => request with { ClientToken = "ñ" })
            )
        );

    [Fact]
    public Task A_principal_of_nobody_here()
    {
        var put = new PutAccountSettingRequest
        {
            Name = "containerInsights",
            Value = "enabled",
            PrincipalArn = "somebody",
        };
        var list = new ListAccountSettingsRequest { PrincipalArn = "arn:aws:iam::999999999999:root" };
        return RefusedAsync(
            (NoPrincipal, world => world.Api.PutAccountSettingAsync(put, world.Caller)),
            (NoPrincipal, world => world.Api.ListAccountSettingsAsync(list, world.Caller))
        );
    }

    [Fact]
    public Task An_id_that_no_task_can_have() =>
        RefusedAsync(
            ("taskId length should be one of [32,36]", world =>
                world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = ["None"] }, world.Caller)
            ),
            ("taskId length should be one of [32,36]", world =>
                world.Api.StopTaskAsync(
                    new StopTaskRequest { Task = "arn:aws:ecs:eu-west-1:123456789012:task/default/0123" },
                    world.Caller
                )
            )
        );

    [Fact]
    public Task What_is_not_there() =>
        RefusedAsync(
            ("ClusterNotFoundException", "Cluster not found.", Run(request => request with { Cluster = "nothing" })),
            (
                "ClientException",
                "TaskDefinition not found.",
                Run(request => request with { TaskDefinition = "nothing" })
            ),
            ("ClientException", "TaskDefinition not found.", Run(request => request with { TaskDefinition = "web:7" })),
            (
                "InvalidParameterException",
                "Invalid revision number. Number: 01",
                Run(request => request with { TaskDefinition = "web:01" })
            ),
            (
                "InvalidParameterException",
                "Invalid revision number. Number: x",
                Run(request => request with { TaskDefinition = "web:x" })
            ),
            ("InvalidParameterException", "The referenced task was not found.", world =>
                world.Api.StopTaskAsync(new StopTaskRequest { Task = NoTask }, world.Caller)
            ),
            ("InvalidParameterException", "Referenced container instance nothing not found.", world =>
                world.Api.ListTasksAsync(new ListTasksRequest { ContainerInstance = "nothing" }, world.Caller)
            ),
            ("ServiceNotFoundException", "Service not found.", world =>
                world.Api.ListTasksAsync(new ListTasksRequest { ServiceName = "nothing" }, world.Caller)
            ),
            ("ServiceNotFoundException", "Service not found.", world =>
                world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "nothing" }, world.Caller)
            )
        );

    [Fact]
    public Task What_is_there_no_more() => RefusedAsync(("ClientException", "TaskDefinition is inactive", async world =>
            {
                await world.Api.DeregisterTaskDefinitionAsync(
                    new DeregisterTaskDefinitionRequest { TaskDefinition = "web:1" },
                    world.Caller
                );
                await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web:1" }, world.Caller);
            }), ("InvalidParameterException", "No Container Instances were found in your cluster.", async world =>
            {
                await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "empty" }, world.Caller);
                await world.Api.RunTaskAsync(
                    new RunTaskRequest { Cluster = "empty", TaskDefinition = "web" },
                    world.Caller
                );
            }), ("ClusterNotFoundException", "The referenced cluster was inactive.", async world =>
            {
                await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "gone" }, world.Caller);
                await world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "gone" }, world.Caller);
                await world.Api.CreateServiceAsync(NewService with { Cluster = "gone" }, world.Caller);
            }));

    [Theory]
    [InlineData("a b")]
    [InlineData("web\n")]
    [InlineData("ñandú")]
    public Task A_name_that_cannot_be_one(string name) =>
        RefusedAsync(
            (@"ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$", world =>
                world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = name }, world.Caller)
            ),
            ($@"Cluster must match ^[a-zA-Z0-9\-_]{{1,255}}$, but was {name}", world =>
                world.Api.ListTasksAsync(new ListTasksRequest { Cluster = name }, world.Caller)
            ),
            ($@"ServiceName must match ^[a-zA-Z0-9\-_]{{1,255}}$, but was {name}", world =>
                world.Api.CreateServiceAsync(NewService with { ServiceName = name }, world.Caller)
            )
        );

    [Fact]
    public Task A_definition_may_not_be_longer_than_64_KiB() =>
        RefusedAsync(
            ("ClientException", "Actual length: '66055'. Max allowed length is '65536' bytes.", world =>
                world.Api.RegisterTaskDefinitionAsync(
                    new RegisterTaskDefinitionRequest
                    {
                        Family = "long",
                        ContainerDefinitions =
                        [
                            new ContainerDefinition
                            {
                                Name = "a",
                                Image = "i",
                                Memory = 16,
                                Environment = [new EcsKeyValuePair { Name = "A", Value = new string('x', 65_800) }],
                            },
                        ],
                    },
                    world.Caller,
                    default
                )
            )
        );

    [Fact]
    public Task What_is_said_of_who_started_tasks() =>
        RefusedAsync(
            (
                "startedBy may contain letters, numbers, hyphens, forward slashes and underscores.",
                Run(request => request with { StartedBy = "a b" })
            ),
            ("Cannot filter by startedBy together with family or containerInstance.", world =>
                world.Api.ListTasksAsync(new ListTasksRequest { StartedBy = "a", Family = "web" }, world.Caller)
            ),
            ("Cannot filter by startedBy together with family or containerInstance.", world =>
                world.Api.ListTasksAsync(
                    new ListTasksRequest { StartedBy = "a", ContainerInstance = "i" },
                    world.Caller
                )
            )
        );
}
