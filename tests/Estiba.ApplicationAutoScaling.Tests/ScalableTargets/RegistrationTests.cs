using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.Tests.ScalableTargets;

public sealed class RegistrationTests
{
    private const string Unsupported = "Unsupported service namespace, resource type or scalable dimension";

    [Fact]
    public async Task A_registered_service_is_shown_with_its_bounds_and_the_service_linked_role()
    {
        await using var world = await ScalingWorld.CreateAsync();
        world.Ecs.Add("shop", "web", 2);

        var arn = await world.RegisterAsync(1, 10);

        arn.ShouldMatch("^arn:aws:application-autoscaling:eu-west-1:111122223333:scalable-target/0ec5[0-9a-f]{32}$");
        var target = await world.TargetAsync();
        target.ScalableTargetARN.ShouldBe(arn);
        (target.MinCapacity, target.MaxCapacity).ShouldBe((1, 10));
        target.RoleARN.ShouldBe(
            "arn:aws:iam::111122223333:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
                + "AWSServiceRoleForApplicationAutoScaling_ECSService"
        );
        target.SuspendedState.ShouldBe(
            new SuspendedState
            {
                DynamicScalingInSuspended = false,
                DynamicScalingOutSuspended = false,
                ScheduledScalingSuspended = false,
            }
        );
        world
            .Iam.Created.ShouldHaveSingleItem()
            .ShouldBe(("ecs.application-autoscaling.amazonaws.com", "arn:aws:iam::111122223333:root"));
    }

    [Fact]
    public async Task What_is_not_said_again_stays_as_it_is()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        var before = await world.TargetAsync();

        await world.RegisterAsync(null, 20, new SuspendedState { ScheduledScalingSuspended = true });
        await world.RegisterAsync(2, null);

        var after = await world.TargetAsync();
        (after.MinCapacity, after.MaxCapacity).ShouldBe((2, 20));
        after.SuspendedState!.ScheduledScalingSuspended.ShouldBe(true);
        after.SuspendedState.DynamicScalingInSuspended.ShouldBe(false);
        after.ScalableTargetARN.ShouldBe(before.ScalableTargetARN);
        after.CreationTime.ShouldBe(before.CreationTime);
        world.Iam.Created.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("dynamodb", "table/music", "dynamodb:table:ReadCapacityUnits")]
    [InlineData("ecs", "service/web", "ecs:service:DesiredCount")]
    [InlineData("ecs", "service/shop/web/more", "ecs:service:DesiredCount")]
    [InlineData("ecs", "service/shop/web", "dynamodb:table:ReadCapacityUnits")]
    public async Task Only_services_of_ECS_can_be_scaled(string serviceNamespace, string resource, string dimension)
    {
        await using var world = await ScalingWorld.CreateAsync();

        var error = await ScalingWorld.ErrorOfAsync(() =>
            world.Api.RegisterScalableTargetAsync(
                new RegisterScalableTargetRequest
                {
                    ServiceNamespace = serviceNamespace,
                    ResourceId = resource,
                    ScalableDimension = dimension,
                    MinCapacity = 1,
                    MaxCapacity = 2,
                },
                ScalingWorld.Context
            )
        );

        error.ShouldBe(("ValidationException", Unsupported));
    }

    [Fact]
    public async Task A_service_must_be_there()
    {
        await using var world = await ScalingWorld.CreateAsync();
        (await ScalingWorld.ErrorOfAsync(() => world.RegisterAsync(1, 2))).ShouldBe(
            ("ValidationException", "ECS service doesn't exist: service/shop/web")
        );

        world.Ecs.Add("shop", "web", 1).Status = "INACTIVE";
        (await ScalingWorld.ErrorOfAsync(() => world.RegisterAsync(1, 2))).Code.ShouldBe("ValidationException");
        world.Iam.Created.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, 5, "Minimum capacity must be specified")]
    [InlineData(5, null, "Maximum capacity must be specified")]
    [InlineData(-1, 5, "Minimum capacity cannot be less than 0")]
    [InlineData(6, 5, "Maximum capacity cannot be less than minimum capacity")]
    public async Task Bounds_must_be_bounds(int? min, int? max, string message)
    {
        await using var world = await ScalingWorld.CreateAsync();
        world.Ecs.Add("shop", "web", 1);

        (await ScalingWorld.ErrorOfAsync(() => world.RegisterAsync(min, max))).ShouldBe(
            ("ValidationException", message)
        );
    }

    [Fact]
    public async Task A_target_is_deregistered_with_all_that_belongs_to_it()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        await world.TrackAsync();
        await world.ScheduleAsync("night", "cron(0 22 * * ? *)", 1, 2);

        await world.DeregisterAsync();

        (await world.PoliciesAsync()).ShouldBeEmpty();
        world.CloudWatch.Alarms.ShouldBeEmpty();
        world.Store.Current.Count(ApplicationAutoScalingTables.ScheduledActions).ShouldBe(0);
        (await ScalingWorld.ErrorOfAsync(world.DeregisterAsync)).ShouldBe(
            (
                "ObjectNotFoundException",
                "No scalable target found for service namespace: ecs, resource ID: service/shop/web, "
                    + "scalable dimension: ecs:service:DesiredCount"
            )
        );
    }

    [Fact]
    public async Task A_list_has_pages_whose_tokens_are_good_for_it_alone()
    {
        await using var world = await ScalingWorld.CreateAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            world.Ecs.Add("shop", name, 1);
            await world.Api.RegisterScalableTargetAsync(
                new RegisterScalableTargetRequest
                {
                    ServiceNamespace = "ecs",
                    ResourceId = "service/shop/" + name,
                    ScalableDimension = "ecs:service:DesiredCount",
                    MinCapacity = 1,
                    MaxCapacity = 2,
                },
                ScalingWorld.Context
            );
        }

        var request = new DescribeScalableTargetsRequest { ServiceNamespace = "ecs", MaxResults = 2 };
        var first = await world.Api.DescribeScalableTargetsAsync(request, ScalingWorld.Context);
        var second = await world.Api.DescribeScalableTargetsAsync(
            request with
            {
                NextToken = first.NextToken,
            },
            ScalingWorld.Context
        );

        first
            .ScalableTargets!.Concat(second.ScalableTargets!)
            .Select(target => target.ResourceId)
            .ShouldBe(["service/shop/a", "service/shop/b", "service/shop/c"]);
        second.NextToken.ShouldBeNull();
        var error = await ScalingWorld.ErrorOfAsync(() =>
            world.Api.DescribeScalableTargetsAsync(
                request with
                {
                    NextToken = first.NextToken,
                },
                ScalingWorld.In("444455556666")
            )
        );
        error.Code.ShouldBe("InvalidNextTokenException");
    }

    [Fact]
    public async Task A_list_may_be_of_some_resources_alone()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        async Task<int> CountAsync(string serviceNamespace, string? dimension, params string[] resources) => (
                await world.Api.DescribeScalableTargetsAsync(
                    new DescribeScalableTargetsRequest
                    {
                        ServiceNamespace = serviceNamespace,
                        ScalableDimension = dimension,
                        ResourceIds = resources,
                    },
                    ScalingWorld.Context
                )
            ).ScalableTargets!.Count;

        (await CountAsync("ecs", null, ScalingWorld.Web)).ShouldBe(1);
        (await CountAsync("ecs", "ecs:service:DesiredCount", "service/shop/other")).ShouldBe(0);
        (await CountAsync("dynamodb", null)).ShouldBe(0);
        (await ScalingWorld.ErrorOfAsync(() => CountAsync("ecs", "ecs:service:DesiredCount"))).ShouldBe(
            ("ValidationException", "ResourceIds must be specified when ScalableDimension is specified")
        );
    }

    [Fact]
    public async Task Tags_are_given_with_the_registration_and_changed_by_themselves()
    {
        await using var world = await ScalingWorld.CreateAsync();
        world.Ecs.Add("shop", "web", 1);
        var request = new RegisterScalableTargetRequest
        {
            ServiceNamespace = "ecs",
            ResourceId = ScalingWorld.Web,
            ScalableDimension = "ecs:service:DesiredCount",
            MinCapacity = 1,
            MaxCapacity = 2,
            Tags = new Dictionary<string, string> { ["environment"] = "test" },
        };
        var arn = (await world.Api.RegisterScalableTargetAsync(request, ScalingWorld.Context)).ScalableTargetARN;

        await world.Api.TagResourceAsync(
            new TagResourceRequest
            {
                ResourceARN = arn,
                Tags = new Dictionary<string, string> { ["team"] = "shop" },
            },
            ScalingWorld.Context
        );
        await world.Api.UntagResourceAsync(
            new UntagResourceRequest { ResourceARN = arn, TagKeys = ["environment"] },
            ScalingWorld.Context
        );

        var tags = await world.Api.ListTagsForResourceAsync(
            new ListTagsForResourceRequest { ResourceARN = arn },
            ScalingWorld.Context
        );
        tags.Tags.ShouldBe(new Dictionary<string, string> { ["team"] = "shop" });
        (
            await ScalingWorld.ErrorOfAsync(() => world.Api.RegisterScalableTargetAsync(request, ScalingWorld.Context))
        ).ShouldBe(
            (
                "ValidationException",
                "The scalable target that you tried to tag already exists. To update tags on an existing scalable "
                    + "target, use the TagResource API."
            )
        );
        var missing = await ScalingWorld.ErrorOfAsync(() =>
            world.Api.ListTagsForResourceAsync(
                new ListTagsForResourceRequest { ResourceARN = arn + "0" },
                ScalingWorld.Context
            )
        );
        missing.Code.ShouldBe("ResourceNotFoundException");
    }
}
