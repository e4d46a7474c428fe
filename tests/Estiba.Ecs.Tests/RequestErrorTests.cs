using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.TaskDefinitions;

namespace Estiba.Ecs.Tests;

/// <summary>The words that ECS has for requests that cannot be.</summary>
public sealed class RequestErrorTests
{
    private const string NoVolumes = "Estiba has no Amazon EBS volumes. Leave volumeConfigurations out, and use bind mounts or Docker volumes.";
    private const string NoNetwork = "Network Configuration is not valid for the given networkMode of this task definition.";
    private const string NoTask = "0123456789abcdef0123456789abcdef";
    private const string NoTaskRole = " because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.";
    private const string NoPrincipal = "The specified principalArn is not the ARN of a user, a role or the root user of this account.";

    private static readonly NetworkConfiguration Network = new() { AwsvpcConfiguration = new AwsVpcConfiguration { Subnets = ["subnet-1"] } };

    [Fact]
    public Task Nothing_to_describe() => RefusedAsync(
        ("Tasks cannot be empty.", world => world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [] }, world.Caller)),
        ("Services cannot be empty.", world => world.Api.DescribeServicesAsync(new DescribeServicesRequest { Services = [] }, world.Caller)),
        ("Container instance cannot be empty.", world => world.Api.DescribeContainerInstancesAsync(new DescribeContainerInstancesRequest { ContainerInstances = [] }, world.Caller)));

    [Fact]
    public Task A_blank_name() => RefusedAsync(
        ("Tasks can not be blank.", world => world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [""] }, world.Caller)),
        ("Clusters can not be blank.", world => world.Api.DescribeClustersAsync(new DescribeClustersRequest { Clusters = ["default", ""] }, world.Caller)));

    [Fact]
    public Task A_text_that_is_too_long() => RefusedAsync(
        ("startedBy longer than 128.", Run(request => request with { StartedBy = new string('x', 129) })),
        ("clientToken longer than 64.", Run(request => request with { ClientToken = new string('x', 65) })),
        ("clientToken longer than 36.", world => world.CreateServiceAsync(1, with: request => request with { ClientToken = new string('x', 37) })),
        ("reason longer than 1024.", world => world.Api.StopTaskAsync(new StopTaskRequest { Task = "t", Reason = new string('x', 1025) }, world.Caller)),
        ("Container Overrides length must be at most 8192", Run(request => request with
        {
            Overrides = new TaskOverride { ContainerOverrides = [new ContainerOverride { Name = "nginx", Command = [new string('x', 8192)] }] },
        })));

    [Fact]
    public Task A_client_token_of_other_characters() => RefusedAsync(
        ("clientToken can only have ASCII characters in the range of 33-126.", Run(request => request with { ClientToken = "two words" })),
        ("clientToken can only have ASCII characters in the range of 33-126.", world => world.CreateServiceAsync(1, with: request => request with { ClientToken = "ñ" })));

    [Fact]
    public Task Volumes_that_the_platform_does_not_have() => RefusedAsync(
        ("UnsupportedFeatureException", NoVolumes, Run(request => request with { VolumeConfigurations = [new TaskVolumeConfiguration { Name = "v" }] })),
        ("UnsupportedFeatureException", NoVolumes, world => world.CreateServiceAsync(1, with: request => request with { VolumeConfigurations = [new ServiceVolumeConfiguration { Name = "v" }] })),
        ("UnsupportedFeatureException", NoVolumes, world => world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", VolumeConfigurations = [new ServiceVolumeConfiguration { Name = "v" }] }, world.Caller)));

    [Fact]
    public Task A_bake_time_that_cannot_be() => RefusedAsync(
        ("bakeTimeInMinutes must be between 0 and 1440.", world => world.CreateServiceAsync(1, with: request => request with { DeploymentConfiguration = new DeploymentConfiguration { BakeTimeInMinutes = -1 } })));

    [Fact]
    public Task A_network_that_the_tasks_do_not_have() => RefusedAsync(
        (NoNetwork, world => UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", NetworkConfiguration = Network })),
        (NoNetwork, world => CreateTaskSetAsync(world, request => request with { NetworkConfiguration = Network })),
        ("The platform version must be null when specifying an EC2 launch type.", world => CreateTaskSetAsync(world, request => request with { PlatformVersion = "LATEST" })));

    [Fact]
    public Task A_principal_of_nobody_here() => RefusedAsync(
        (NoPrincipal, world => world.Api.PutAccountSettingAsync(new PutAccountSettingRequest { Name = "containerInsights", Value = "enabled", PrincipalArn = "somebody" }, world.Caller)),
        (NoPrincipal, world => world.Api.ListAccountSettingsAsync(new ListAccountSettingsRequest { PrincipalArn = "arn:aws:iam::999999999999:root" }, world.Caller)));

    [Fact]
    public async Task A_token_of_another_list()
    {
        await using var world = await CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "another" }, world.Caller);
        var token = (await world.Api.ListClustersAsync(new ListClustersRequest { MaxResults = 1 }, world.Caller)).NextToken;

        foreach (var other in new[] { token, "xxxx", "" })
        {
            var error = await Should.ThrowAsync<AwsException>(() => world.Api.ListTasksAsync(new ListTasksRequest { NextToken = other }, world.Caller));
            (error.Code, error.Message).ShouldBe(("InvalidParameterException", "Invalid token " + other));
        }
    }

    [Fact]
    public async Task Tasks_of_a_daemon_are_none()
    {
        await using var world = await CreateAsync();
        await Run(request => request)(world);

        (await world.Api.ListTasksAsync(new ListTasksRequest { DaemonName = "d" }, world.Caller)).TaskArns.ShouldBeEmpty();
    }

    [Fact]
    public Task Too_much_to_describe() => RefusedAsync(
        ("taskIds can have at most 100 items.", world => world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = Names(101) }, world.Caller)),
        ("service names can have at most 10 items.", world => world.Api.DescribeServicesAsync(new DescribeServicesRequest { Services = Names(11) }, world.Caller)),
        ("instanceIds can have at most 100 items.", world => world.Api.DescribeContainerInstancesAsync(new DescribeContainerInstancesRequest { ContainerInstances = Names(101) }, world.Caller)),
        ("capacityProviders can have at most 100 items.", world => world.Api.DescribeCapacityProvidersAsync(new DescribeCapacityProvidersRequest { CapacityProviders = Names(101) }, world.Caller)),
        ("clusters can have at most 100 items.", world => world.Api.DescribeClustersAsync(new DescribeClustersRequest { Clusters = Names(101) }, world.Caller)));

    [Fact]
    public async Task What_is_not_there_is_described_as_missing()
    {
        await using var world = await CreateAsync();

        var failures = (await world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [NoTask, "arn:aws:ecs:eu-west-1:999999999999:task/default/" + NoTask] }, world.Caller)).Failures!;

        failures.Select(failure => (failure.Arn, failure.Reason)).ShouldBe(
            [("arn:aws:ecs:eu-west-1:123456789012:task/default/" + NoTask, "MISSING"), ("arn:aws:ecs:eu-west-1:999999999999:task/default/" + NoTask, "MISSING")]);
    }

    [Fact]
    public Task An_id_that_no_task_can_have() => RefusedAsync(
        ("taskId length should be one of [32,36]", world => world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = ["None"] }, world.Caller)),
        ("taskId length should be one of [32,36]", world => world.Api.StopTaskAsync(new StopTaskRequest { Task = "arn:aws:ecs:eu-west-1:123456789012:task/default/0123" }, world.Caller)));

    [Fact]
    public Task Commands_in_tasks_without_a_role() => RefusedAsync(
        ("The task couldn't be started" + NoTaskRole, Run(request => request with { EnableExecuteCommand = true })),
        ("The service couldn't be created" + NoTaskRole, world => world.CreateServiceAsync(1, with: request => request with { EnableExecuteCommand = true })),
        ("The service couldn't be updated" + NoTaskRole, world => UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", EnableExecuteCommand = true })),
        ("The service couldn't be updated" + NoTaskRole, async world =>
        {
            await RegisterWithRoleAsync(world);
            await world.CreateServiceAsync(1, definition: "role", with: request => request with { EnableExecuteCommand = true });
            await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", TaskDefinition = "web" }, world.Caller);
        }
    ));

    [Fact]
    public async Task Commands_in_tasks_with_a_role_are_taken()
    {
        await using var world = await CreateAsync();
        world.Sts.Roles.Add("arn:aws:iam::123456789012:role/r");
        await RegisterWithRoleAsync(world);

        (await world.CreateServiceAsync(1, definition: "role", with: request => request with { EnableExecuteCommand = true })).EnableExecuteCommand.ShouldBe(true);
        (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web", EnableExecuteCommand = true, Overrides = new TaskOverride { TaskRoleArn = "r" } }, world.Caller))
            .Tasks!.Single().EnableExecuteCommand.ShouldBe(true);
    }

    [Fact]
    public async Task Nothing_is_an_Express_service_whose_resources_ECS_manages()
    {
        await using var world = await CreateAsync();
        await world.CreateServiceAsync(1);

        (await world.Api.ListServicesAsync(new ListServicesRequest { ResourceManagementType = "ECS" }, world.Caller)).ServiceArns.ShouldBeEmpty();
        (await world.Api.ListServicesAsync(new ListServicesRequest { ResourceManagementType = "CUSTOMER" }, world.Caller)).ServiceArns!.Count.ShouldBe(1);
    }

    [Fact]
    public Task Overrides_that_no_task_definition_could_have() => RefusedAsync(
        ("ClientException", "Invalid 'environment' setting for container 'nginx'. The name should not be null or empty.", Override(new ContainerOverride { Environment = [new EcsKeyValuePair { Value = "v" }] })),
        ("ClientException", "Invalid arn syntax.", Override(new ContainerOverride { EnvironmentFiles = [new EnvironmentFile { Type = "s3", Value = "file" }] })),
        ("ClientException", "Invalid 'resourceRequirements' setting for container 'nginx'. The value of GPU must be a positive integer.", Override(new ContainerOverride { ResourceRequirements = [new ResourceRequirement { Type = "GPU", Value = "many" }] })),
        ("ClientException", "Unsupported field 'inferenceAccelerators'.", Run(request => request with { Overrides = new TaskOverride { InferenceAcceleratorOverrides = [new InferenceAcceleratorOverride()] } })));

    [Fact]
    public Task What_a_task_cannot_say_of_itself() => RefusedAsync(
        ("Invalid namespace for group", Run(request => request with { Group = "service:s" })),
        ("referenceId longer than 1024.", Run(request => request with { ReferenceId = new string('x', 1025) })),
        ("propagateTags can be SERVICE only for the tasks of a service. Use TASK_DEFINITION or NONE.", Run(request => request with { PropagateTags = "SERVICE" })));

    [Fact]
    public Task A_filter_of_blanks() => RefusedAsync(
        ("Filter can not be blank.", world => world.Api.ListContainerInstancesAsync(new ListContainerInstancesRequest { Filter = "   " }, world.Caller)));

    [Fact]
    public Task What_is_not_there() => RefusedAsync(
        ("ClusterNotFoundException", "Cluster not found.", Run(request => request with { Cluster = "nothing" })),
        ("ClientException", "TaskDefinition not found.", Run(request => request with { TaskDefinition = "nothing" })),
        ("ClientException", "TaskDefinition not found.", Run(request => request with { TaskDefinition = "web:7" })),
        ("ClientException", "Invalid revision number. Number: x", Run(request => request with { TaskDefinition = "web:x" })),
        ("InvalidParameterException", "The referenced task was not found.", world => world.Api.StopTaskAsync(new StopTaskRequest { Task = NoTask }, world.Caller)),
        ("InvalidParameterException", "Referenced container instance nothing not found.", world => world.Api.ListTasksAsync(new ListTasksRequest { ContainerInstance = "nothing" }, world.Caller)),
        ("ServiceNotFoundException", "Service not found.", world => world.Api.ListTasksAsync(new ListTasksRequest { ServiceName = "nothing" }, world.Caller)),
        ("ServiceNotFoundException", "Service not found.", world => world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "nothing" }, world.Caller)));

    [Theory]
    [InlineData(null, -5, "Invalid 'memory' setting for container 'nginx'. The minimum is 4 MiB.")]
    [InlineData(-1, null, "Invalid 'cpu' setting for container 'nginx'.")]
    public Task An_override_of_a_size_that_cannot_be(int? cpu, int? memory, string message) => RefusedAsync(
        ("ClientException", message, Run(request => request with { Overrides = new TaskOverride { ContainerOverrides = [new ContainerOverride { Name = "nginx", Cpu = cpu, Memory = memory }] } })));

    [Fact]
    public Task What_is_there_no_more() => RefusedAsync(
        ("ClientException", "TaskDefinition is inactive", async world =>
        {
            await world.Api.DeregisterTaskDefinitionAsync(new DeregisterTaskDefinitionRequest { TaskDefinition = "web:1" }, world.Caller);
            await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web:1" }, world.Caller);
        }
    ),
        ("InvalidParameterException", "No Container Instances were found in your cluster.", async world =>
        {
            await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "empty" }, world.Caller);
            await world.Api.RunTaskAsync(new RunTaskRequest { Cluster = "empty", TaskDefinition = "web" }, world.Caller);
        }
    ),
        ("ClusterNotFoundException", "The referenced cluster was inactive.", async world =>
        {
            await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "gone" }, world.Caller);
            await world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "gone" }, world.Caller);
            await world.Api.CreateServiceAsync(Service with { Cluster = "gone" }, world.Caller);
        }
    ));

    [Theory]
    [InlineData("a b")]
    [InlineData("web\n")]
    [InlineData("ñandú")]
    public Task A_name_that_cannot_be_one(string name) => RefusedAsync(
        (@"ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$", world => world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = name }, world.Caller)),
        ($@"Cluster must match ^[a-zA-Z0-9\-_]{{1,255}}$, but was {name}", world => world.Api.ListTasksAsync(new ListTasksRequest { Cluster = name }, world.Caller)),
        ($@"ServiceName must match ^[a-zA-Z0-9\-_]{{1,255}}$, but was {name}", world => world.Api.CreateServiceAsync(Service with { ServiceName = name }, world.Caller)));

    [Fact]
    public async Task The_arn_of_something_in_another_cluster()
    {
        await using var world = await CreateAsync();
        await world.CreateServiceAsync(desired: 0);
        await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "other" }, world.Caller);
        var arn = (await world.ServiceAsync()).ServiceArn!;

        var error = await Should.ThrowAsync<AwsException>(() => world.Api.DescribeServicesAsync(new DescribeServicesRequest { Cluster = "other", Services = [arn] }, world.Caller));

        (error.Code, error.Message).ShouldBe(("InvalidParameterException", "Invalid identifier: Identifier is for cluster default. Your cluster is other"));
    }

    [Fact]
    public Task A_placement_that_cannot_be() => RefusedAsync(
        ("binpack field 'instanceId' is invalid.", Run(request => request with { PlacementStrategy = [new PlacementStrategy { Type = "binpack", Field = "instanceId" }] })),
        ("random field should not be specified.", Run(request => request with { PlacementStrategy = [new PlacementStrategy { Type = "random", Field = "cpu" }] })),
        ("Maximum number of strategies is 5.", Run(request => request with { PlacementStrategy = [.. Names(6).Select(_ => new PlacementStrategy { Type = "random" })] })),
        ("distinctInstance expression should not be specified.", Run(request => request with { PlacementConstraints = [new PlacementConstraint { Type = "distinctInstance", Expression = "a == b" }] })));

    [Fact]
    public Task What_only_Fargate_has() => RefusedAsync(
        ("The platform version must be null when specifying an EC2 launch type.", Run(request => request with { LaunchType = "EC2", PlatformVersion = "1.4.0" })),
        ("The platform version must be null when specifying an EC2 launch type.", world => world.Api.CreateServiceAsync(Service with { LaunchType = "EC2", PlatformVersion = "1.4.0" }, world.Caller)));

    [Fact]
    public async Task A_network_configuration_belongs_to_awsvpc()
    {
        var network = new NetworkConfiguration { AwsvpcConfiguration = new AwsVpcConfiguration { Subnets = ["subnet-1"] } };
        await RefusedAsync(
            ("Network Configuration is not valid for the given networkMode of this task definition.", Run(request => request with { NetworkConfiguration = network })),
            ("Network Configuration is not valid for the given networkMode of this task definition.", world => world.Api.CreateServiceAsync(Service with { NetworkConfiguration = network }, world.Caller)),
            ("Network Configuration must be provided when networkMode 'awsvpc' is specified.", async world =>
            {
                await TaskDefinitionTests.RegisterAsync(world, """{"family":"web","networkMode":"awsvpc","containerDefinitions":[{"name":"a","image":"i","memory":64}]}""");
                await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);
            }
        ));
    }

    [Fact]
    public Task A_service_without_load_balancer_takes_no_role() => RefusedAsync(
        ("IAM roles are only valid for services configured to use load balancers.", world => world.Api.CreateServiceAsync(Service with { Role = "ecsServiceRole" }, world.Caller)));

    [Theory]
    [InlineData(101, 200, "minimumHealthyPercent must be at most 100")]
    [InlineData(50, 99, "maximumPercent must be at least 100")]
    [InlineData(100, 50, "maximumPercent must be at least 100")]
    [InlineData(100, 100, "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")]
    public Task Percentages_that_cannot_be(int minimum, int maximum, string message) => RefusedAsync(
        (message, world => world.Api.CreateServiceAsync(
            Service with { DeploymentConfiguration = new DeploymentConfiguration { MinimumHealthyPercent = minimum, MaximumPercent = maximum } }, world.Caller)));

    [Fact]
    public Task A_definition_may_not_be_longer_than_64_KiB() => RefusedAsync(
        ("ClientException", "Actual length: '66055'. Max allowed length is '65536' bytes.", world => world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest { Family = "long", ContainerDefinitions = [new ContainerDefinition { Name = "a", Image = "i", Memory = 16, Environment = [new EcsKeyValuePair { Name = "A", Value = new string('x', 65_800) }] }] }, world.Caller, default)));

    [Fact]
    public Task What_is_said_of_who_started_tasks() => RefusedAsync(
        ("startedBy may contain letters, numbers, hyphens, forward slashes and underscores.", Run(request => request with { StartedBy = "a b" })),
        ("Cannot filter by startedBy together with family or containerInstance.", world => world.Api.ListTasksAsync(new ListTasksRequest { StartedBy = "a", Family = "web" }, world.Caller)),
        ("Cannot filter by startedBy together with family or containerInstance.", world => world.Api.ListTasksAsync(new ListTasksRequest { StartedBy = "a", ContainerInstance = "i" }, world.Caller)));

    [Fact]
    public Task Percentages_that_cannot_be_with_those_that_are_not_given()
    {
        const string blocks = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
        var configuration = new DeploymentConfiguration { MaximumPercent = 100 };
        return RefusedAsync(
            (blocks, world => world.Api.CreateServiceAsync(Service with { DeploymentConfiguration = configuration }, world.Caller)),
            (blocks, world => UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", DeploymentConfiguration = configuration })));
    }

    [Fact]
    public Task What_the_platform_does_not_have_is_refused_and_not_ignored()
    {
        const string external = "Estiba does not have the launch type EXTERNAL. Use EC2: its container instances are hosts of your own.";
        var hooks = new DeploymentConfiguration { LifecycleHooks = [new DeploymentLifecycleHook { HookTargetArn = "arn:aws:lambda:eu-west-1:123456789012:function:f", RoleArn = "arn:aws:iam::123456789012:role/r", LifecycleStages = ["PRE_SCALE_UP"] }] };
        return RefusedAsync(
            ("UnsupportedFeatureException", external, Run(request => request with { LaunchType = "EXTERNAL" })),
            ("UnsupportedFeatureException", external, world => world.Api.CreateServiceAsync(Service with { LaunchType = "EXTERNAL" }, world.Caller)),
            ("UnsupportedFeatureException", "Estiba does not call lifecycle hooks yet. Leave lifecycleHooks out.", world => world.Api.CreateServiceAsync(Service with { DeploymentConfiguration = hooks }, world.Caller)),
            ("UnsupportedFeatureException", "Estiba does not call lifecycle hooks yet. Leave lifecycleHooks out.", world => UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", DeploymentConfiguration = hooks })),
            ("UnsupportedFeatureException", "Estiba does not change the deployment controller of a service. Create another service with it.", world => UpdateServiceAsync(world, new UpdateServiceRequest { Service = "s", DeploymentController = new DeploymentController { Type = "EXTERNAL" } })));
    }

    private static CreateServiceRequest Service { get; } = new() { ServiceName = "s", TaskDefinition = "web", DesiredCount = 1 };

    private static Func<EcsWorld, Task> Run(Func<RunTaskRequest, RunTaskRequest> with) =>
        world => world.Api.RunTaskAsync(with(new RunTaskRequest { TaskDefinition = "web" }), world.Caller);

    private static Func<EcsWorld, Task> Override(ContainerOverride change) => Run(request => request with { Overrides = new TaskOverride { ContainerOverrides = [change with { Name = "nginx" }] } });

    private static Task RegisterWithRoleAsync(EcsWorld world) =>
        TaskDefinitionTests.RegisterAsync(world, """{"family":"role","taskRoleArn":"arn:aws:iam::123456789012:role/r","containerDefinitions":[{"name":"a","image":"i","memory":64}]}""");

    private static List<string> Names(int count) => [.. Enumerable.Range(0, count).Select(n => "n" + n)];

    private static async Task<EcsWorld> CreateAsync()
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        return world;
    }

    private static async Task UpdateServiceAsync(EcsWorld world, UpdateServiceRequest request)
    {
        await world.CreateServiceAsync(1);
        await world.Api.UpdateServiceAsync(request, world.Caller);
    }

    private static async Task CreateTaskSetAsync(EcsWorld world, Func<CreateTaskSetRequest, CreateTaskSetRequest> with)
    {
        await world.CreateServiceAsync(1, with: request => request with { TaskDefinition = null, DeploymentController = new DeploymentController { Type = "EXTERNAL" } });
        await world.Api.CreateTaskSetAsync(with(new CreateTaskSetRequest { Cluster = "default", Service = "s", TaskDefinition = "web" }), world.Caller);
    }

    private static Task RefusedAsync(params (string Message, Func<EcsWorld, Task> Call)[] requests) =>
        RefusedAsync([.. requests.Select(request => ("InvalidParameterException", request.Message, request.Call))]);

    private static async Task RefusedAsync(params (string Code, string Message, Func<EcsWorld, Task> Call)[] requests)
    {
        foreach (var (code, message, call) in requests)
        {
            await using var world = await CreateAsync();

            var error = await Should.ThrowAsync<AwsException>(() => call(world));

            (error.Code, error.Message).ShouldBe((code, message));
        }
    }
}
