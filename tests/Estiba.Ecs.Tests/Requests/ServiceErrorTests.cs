using Estiba.Contracts.Ecs;
using static Estiba.Ecs.Tests.Requests.RequestErrors;

namespace Estiba.Ecs.Tests.Requests;

/// <summary>The words that ECS has for services that cannot be, and what Estiba says that it does not have.</summary>
public sealed class ServiceErrorTests
{
    private const string NoVolumes =
        "Estiba has no Amazon EBS volumes. Leave volumeConfigurations out, and use bind mounts or Docker volumes.";

    [Fact]
    public Task Volumes_that_the_platform_does_not_have() =>
        RefusedAsync(
            (
                "UnsupportedFeatureException",
                NoVolumes,
                Run(request => request with { VolumeConfigurations = [new TaskVolumeConfiguration { Name = "v" }] })
            ),
            ("UnsupportedFeatureException", NoVolumes, world =>
                world.CreateServiceAsync(1, with: request =>
                    request with
                    {
                        VolumeConfigurations = [new ServiceVolumeConfiguration { Name = "v" }],
                    }
                )
            ),
            ("UnsupportedFeatureException", NoVolumes, world =>
                world.Api.UpdateServiceAsync(
                    new UpdateServiceRequest
                    {
                        Service = "s",
                        VolumeConfigurations = [new ServiceVolumeConfiguration { Name = "v" }],
                    },
                    world.Caller
                )
            )
        );

    [Fact]
    public Task A_bake_time_that_cannot_be() =>
        RefusedAsync(
            ("bakeTimeInMinutes must be between 0 and 1440.", world =>
                world.CreateServiceAsync(1, with: request =>
                    request with
                    {
                        DeploymentConfiguration = new DeploymentConfiguration { BakeTimeInMinutes = -1 },
                    }
                )
            )
        );

    [Fact]
    public Task A_service_without_load_balancer_takes_no_role() =>
        RefusedAsync(
            ("IAM roles are only valid for services configured to use load balancers.", world =>
                world.Api.CreateServiceAsync(NewService with { Role = "ecsServiceRole" }, world.Caller)
            )
        );

    [Theory]
    [InlineData(101, 200, "minimumHealthyPercent must be at most 100")]
    [InlineData(50, 99, "maximumPercent must be at least 100")]
    [InlineData(100, 50, "maximumPercent must be at least 100")]
    [InlineData(
        100,
        100,
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
    )]
    public Task Percentages_that_cannot_be(int minimum, int maximum, string message) =>
        RefusedAsync((message, world => world.Api.CreateServiceAsync(
                    NewService with
                    {
                        DeploymentConfiguration = new DeploymentConfiguration
                        {
                            MinimumHealthyPercent = minimum,
                            MaximumPercent = maximum,
                        },
                    },
                    world.Caller
                )));

    [Fact]
    public Task Percentages_that_cannot_be_with_those_that_are_not_given()
    {
        const string Blocks =
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
        var configuration = new DeploymentConfiguration { MaximumPercent = 100 };
        return RefusedAsync(
            (Blocks, world =>
                world.Api.CreateServiceAsync(NewService with { DeploymentConfiguration = configuration }, world.Caller)
            ),
            (Blocks, world =>
                UpdateServiceAsync(
                    world,
                    new UpdateServiceRequest { Service = "s", DeploymentConfiguration = configuration }
                )
            )
        );
    }

    [Fact]
    public Task What_the_platform_does_not_have_is_refused_and_not_ignored()
    {
        const string Managed =
            "Estiba does not have the launch type MANAGED_INSTANCES. Use EC2 or EXTERNAL: their container "
            + "instances are hosts of your own.";
        var hooks = new DeploymentConfiguration
        {
            LifecycleHooks =
            [
                new DeploymentLifecycleHook
                {
                    HookTargetArn = "arn:aws:lambda:eu-west-1:123456789012:function:f",
                    RoleArn = "arn:aws:iam::123456789012:role/r",
                    LifecycleStages = ["PRE_SCALE_UP"],
                },
            ],
        };
        return RefusedAsync(
            ("UnsupportedFeatureException", Managed, Run(request => request with { LaunchType = "MANAGED_INSTANCES" })),
            ("UnsupportedFeatureException", Managed, world =>
                world.Api.CreateServiceAsync(NewService with { LaunchType = "MANAGED_INSTANCES" }, world.Caller)
            ),
            (
                "UnsupportedFeatureException",
                "Estiba has no Lambda functions. Use lifecycle hooks with the targetType PAUSE.",
                world => world.Api.CreateServiceAsync(NewService with { DeploymentConfiguration = hooks }, world.Caller)
            ),
            (
                "UnsupportedFeatureException",
                "Estiba has no Lambda functions. Use lifecycle hooks with the targetType PAUSE.",
                world =>
                    UpdateServiceAsync(
                        world,
                        new UpdateServiceRequest { Service = "s", DeploymentConfiguration = hooks }
                    )
            ),
            (
                "UnsupportedFeatureException",
                "Estiba does not end deployments early yet. Leave earlySuccessCriteria out.",
                world =>
                    world.Api.CreateServiceAsync(
                        NewService with
                        {
                            DeploymentConfiguration = new DeploymentConfiguration
                            {
                                EarlySuccessCriteria = new DeploymentEarlySuccessCriteria { Enable = true },
                            },
                        },
                        world.Caller
                    )
            ),
            ("UnsupportedFeatureException", "Estiba has no ECS gateways. Leave gatewayConnectors out.", world =>
                world.Api.CreateServiceAsync(
                    NewService with
                    {
                        GatewayConnectors = [new GatewayConnector()],
                    },
                    world.Caller
                )
            ),
            ("UnsupportedFeatureException", "Estiba has no ECS gateways. Leave gatewayConnectors out.", world =>
                UpdateServiceAsync(
                    world,
                    new UpdateServiceRequest { Service = "s", GatewayConnectors = [new GatewayConnector()] }
                )
            ),
            (
                "UnsupportedFeatureException",
                "Estiba publishes no metrics of services yet. Leave monitoring out.",
                world =>
                    world.Api.CreateServiceAsync(
                        NewService with
                        {
                            Monitoring = new MonitoringConfiguration
                            {
                                MetricConfigurations = [new MetricConfiguration()],
                            },
                        },
                        world.Caller
                    )
            ),
            (
                "UnsupportedFeatureException",
                "Estiba has no ECS Managed Instances. Use a capacity provider with an Auto Scaling group, and "
                    + "leave cluster out.",
                world =>
                    world.Api.DeleteCapacityProviderAsync(
                        new DeleteCapacityProviderRequest { CapacityProvider = "p", Cluster = "default" },
                        world.Caller
                    )
            ),
            (
                "UnsupportedFeatureException",
                "Estiba does not change the deployment controller of a service. Create another service with it.",
                world =>
                    UpdateServiceAsync(
                        world,
                        new UpdateServiceRequest
                        {
                            Service = "s",
                            DeploymentController = new DeploymentController { Type = "EXTERNAL" },
                        }
                    )
            )
        );
    }
}
