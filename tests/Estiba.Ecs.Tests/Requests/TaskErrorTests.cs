using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.TaskDefinitions;
using static Estiba.Ecs.Tests.Requests.RequestErrors;

namespace Estiba.Ecs.Tests.Requests;

/// <summary>The words that ECS has for tasks that cannot be run.</summary>
public sealed class TaskErrorTests
{
    private const string NoNetwork =
        "Network Configuration is not valid for the given networkMode of this task definition.";
    private const string NoTaskRole =
        " because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and "
        + "try again.";
    private static readonly NetworkConfiguration Network = new()
    {
        AwsvpcConfiguration = new AwsVpcConfiguration { Subnets = ["subnet-1"] },
    };

    [Fact]
    public Task A_network_that_the_tasks_do_not_have() =>
        RefusedAsync(
            (NoNetwork, world =>
                UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", NetworkConfiguration = Network })
            ),
            (NoNetwork, world => CreateTaskSetAsync(world, request => request with { NetworkConfiguration = Network })),
            ("The platform version must be null when specifying an EC2 launch type.", world =>
                CreateTaskSetAsync(world, request => request with { PlatformVersion = "LATEST" })
            )
        );

    [Fact]
    public Task Commands_in_tasks_without_a_role() =>
        RefusedAsync(
            ("The task couldn't be started" + NoTaskRole, Run(request => request with { EnableExecuteCommand = true })),
            ("The service couldn't be created" + NoTaskRole, world =>
                world.CreateServiceAsync(1, with: request => request with { EnableExecuteCommand = true })
            ),
            ("The service couldn't be updated" + NoTaskRole, world =>
                UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", EnableExecuteCommand = true })
            ),
            ("The service couldn't be updated" + NoTaskRole, async world =>
            {
                await RegisterWithRoleAsync(world);
                await world.CreateServiceAsync(1, definition: "role", with: request =>
                    request with
                    {
                        EnableExecuteCommand = true,
                    }
                );
                await world.Api.UpdateServiceAsync(
                    new UpdateServiceRequest { Service = "s", TaskDefinition = "web" },
                    world.Caller
                );
            })
        );

    [Fact]
    public async Task Commands_in_tasks_with_a_role_are_taken()
    {
        await using var world = await CreateAsync();
        world.Sts.Roles.Add("arn:aws:iam::123456789012:role/r");
        await RegisterWithRoleAsync(world);

        (
            await world.CreateServiceAsync(1, definition: "role", with: request =>
                request with
                {
                    EnableExecuteCommand = true,
                }
            )
        ).EnableExecuteCommand.ShouldBe(true);
        (
            await world.Api.RunTaskAsync(
                new RunTaskRequest
                {
                    TaskDefinition = "web",
                    EnableExecuteCommand = true,
                    Overrides = new TaskOverride { TaskRoleArn = "r" },
                },
                world.Caller
            )
        ).Tasks!.Single().EnableExecuteCommand.ShouldBe(true);
    }

    [Fact]
    public Task Overrides_that_no_task_definition_could_have() =>
        RefusedAsync(
            (
                "ClientException",
                "Invalid 'environment' setting for container 'nginx'. The name should not be null or empty.",
                Override(new ContainerOverride { Environment = [new EcsKeyValuePair { Value = "v" }] })
            ),
            (
                "ClientException",
                "Invalid arn syntax.",
                Override(
                    new ContainerOverride { EnvironmentFiles = [new EnvironmentFile { Type = "s3", Value = "file" }] }
                )
            ),
            (
                "ClientException",
                "Invalid 'resourceRequirements' setting for container 'nginx'. The value of GPU must be a "
                    + "positive integer.",
                Override(
                    new ContainerOverride
                    {
                        ResourceRequirements = [new ResourceRequirement { Type = "GPU", Value = "many" }],
                    }
                )
            ),
            (
                "ClientException",
                "Unsupported field 'inferenceAccelerators'.",
                Run(request =>
                    request with
                    {
                        Overrides = new TaskOverride
                        {
                            InferenceAcceleratorOverrides = [new InferenceAcceleratorOverride()],
                        },
                    }
                )
            )
        );

    [Fact]
    public Task What_a_task_cannot_say_of_itself() =>
        RefusedAsync(
            ("Invalid namespace for group", Run(request => request with { Group = "service:s" })),
            ("referenceId longer than 1024.", Run(request => request with { ReferenceId = new string('x', 1025) })),
            (
                "propagateTags can be SERVICE only for the tasks of a service. Use TASK_DEFINITION or NONE.",
                Run(request => request with { PropagateTags = "SERVICE" })
            )
        );

    [Theory]
    [InlineData(null, -5, "Invalid 'memory' setting for container 'nginx'. The minimum is 4 MiB.")]
    [InlineData(-1, null, "Invalid 'cpu' setting for container 'nginx'.")]
    public Task An_override_of_a_size_that_cannot_be(int? cpu, int? memory, string message) =>
        RefusedAsync(
            (
                "ClientException",
                message,
                Run(request =>
                    request with
                    {
                        Overrides = new TaskOverride
                        {
                            ContainerOverrides =
                            [
                                new ContainerOverride
                                {
                                    Name = "nginx",
                                    Cpu = cpu,
                                    Memory = memory,
                                },
                            ],
                        },
                    }
                )
            )
        );

    [Fact]
    public Task A_placement_that_cannot_be() =>
        RefusedAsync(
            (
                "binpack field 'instanceId' is invalid.",
                Run(request =>
                    request with
                    {
                        PlacementStrategy = [new PlacementStrategy { Type = "binpack", Field = "instanceId" }],
                    }
                )
            ),
            (
                "random field should not be specified.",
                Run(request =>
                    request with
                    {
                        PlacementStrategy = [new PlacementStrategy { Type = "random", Field = "cpu" }],
                    }
                )
            ),
            (
                "Maximum number of strategies is 5.",
                Run(request =>
                    request with
                    {
                        PlacementStrategy = [.. Names(6).Select(_ => new PlacementStrategy { Type = "random" })],
                    }
                )
            ),
            (
                "distinctInstance expression should not be specified.",
                Run(request =>
                    request with
                    {
                        PlacementConstraints =
                        [
                            new PlacementConstraint { Type = "distinctInstance", Expression = "a == b" },
                        ],
                    }
                )
            )
        );

    [Fact]
    public Task What_only_Fargate_has() =>
        RefusedAsync(
            (
                "The platform version must be null when specifying an EC2 launch type.",
                Run(request => request with { LaunchType = "EC2", PlatformVersion = "1.4.0" })
            ),
            ("The platform version must be null when specifying an EC2 launch type.", world =>
                world.Api.CreateServiceAsync(
                    NewService with
                    {
                        LaunchType = "EC2",
                        PlatformVersion = "1.4.0",
                    },
                    world.Caller
                )
            )
        );

    [Fact]
    public async Task A_network_configuration_belongs_to_awsvpc()
    {
        var network = new NetworkConfiguration
        {
            AwsvpcConfiguration = new AwsVpcConfiguration { Subnets = ["subnet-1"] },
        };
        await RefusedAsync(
            (
                "Network Configuration is not valid for the given networkMode of this task definition.",
                Run(request => request with { NetworkConfiguration = network })
            ),
            ("Network Configuration is not valid for the given networkMode of this task definition.", world =>
                world.Api.CreateServiceAsync(NewService with { NetworkConfiguration = network }, world.Caller)
            ),
            ("Network Configuration must be provided when networkMode 'awsvpc' is specified.", async world =>
            {
                await TaskDefinitionTests.RegisterAsync(
                    world,
                    """{"family":"web","networkMode":"awsvpc","containerDefinitions":[{"name":"a","image":"i","memory":64}]}"""
                );
                await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);
            })
        );
    }
}
