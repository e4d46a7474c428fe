using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ec2;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;
using Tag = Estiba.Contracts.AutoScaling.Tag;

namespace Estiba.AutoScaling.Tests.Groups;

/// <summary>Groups keep their capacity.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task A_group_launches_as_many_instances_as_are_desired_evenly_over_its_zones()
    {
        await using var world = await WithGroupAsync(desired: 5);

        var instances = await world.InstancesAsync();
        instances.Count.ShouldBe(5);
        instances.ShouldAllBe(each => each.LifecycleState == "InService" && each.HealthStatus == "Healthy");
        instances.CountBy(each => each.AvailabilityZone!).Select(zone => zone.Value).ShouldBe([2, 2, 1], true);
        (await world.RunningAsync())
            .Select(each => each.InstanceId)
            .ShouldBe(instances.Select(each => each.InstanceId), ignoreOrder: true);
    }

    [Fact]
    public async Task Nothing_happens_where_everything_is_as_it_should_be()
    {
        await using var world = await WithGroupAsync(desired: 3);
        var before = await world.ActivitiesAsync();
        var revision = world.Store.Current.Revision;

        await world.SettleAsync(120);

        (await world.ActivitiesAsync()).Count.ShouldBe(before.Count);
        world.Store.Current.Revision.ShouldBe(revision);
    }

    [Fact]
    public async Task An_instance_carries_the_tags_of_its_group_and_template()
    {
        await using var world = await WithGroupAsync(desired: 1, change: request => request with { Tags =
                [
                    new Tag
                    {
                        ResourceId = Web,
                        ResourceType = "auto-scaling-group",
                        Key = "Name",
                        Value = "w",
                        PropagateAtLaunch = true,
                    },
                    new Tag
                    {
                        ResourceId = Web,
                        ResourceType = "auto-scaling-group",
                        Key = "owner",
                        Value = "me",
                        PropagateAtLaunch = false,
                    },
                ] });

        var tags = (await world.RunningAsync()).Single().Tags!.ToDictionary(tag => tag.Key!, tag => tag.Value);
        tags["aws:autoscaling:groupName"].ShouldBe(Web);
        tags["aws:ec2launchtemplate:version"].ShouldBe("1");
        tags["Name"].ShouldBe("w");
        tags.ShouldNotContainKey("owner");
    }

    [Fact]
    public async Task An_instance_that_was_terminated_from_outside_is_replaced()
    {
        await using var world = await WithGroupAsync(desired: 2);
        var lost = (await world.InstancesAsync())[0].InstanceId!;

        await world.TerminateInEc2Async(lost);
        await world.SettleAsync();

        var instances = await world.InstancesAsync();
        instances.Count.ShouldBe(2);
        instances.ShouldNotContain(each => each.InstanceId == lost);
        instances.ShouldAllBe(each => each.LifecycleState == "InService");
        var activities = await world.ActivitiesAsync();
        activities
            .Single(each => each.Description == $"Terminating EC2 instance: {lost}")
            .Cause!.ShouldEndWith(
                "an instance was taken out of service in response to an EC2 health check indicating it has been "
                    + "terminated or stopped."
            );
        activities[0]
            .Cause!.ShouldEndWith(
                "an instance was launched in response to an unhealthy instance needing to be replaced."
            );
    }

    [Fact]
    public async Task An_instance_that_was_stopped_is_terminated_and_replaced()
    {
        await using var world = await WithGroupAsync(desired: 1);
        var stopped = (await world.InstancesAsync())[0].InstanceId!;

        await world.Ec2.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [stopped] }, Context);
        await world.SettleAsync();

        (await world.RunningAsync()).ShouldHaveSingleItem().InstanceId.ShouldNotBe(stopped);
        (await world.InstancesAsync()).ShouldHaveSingleItem().LifecycleState.ShouldBe("InService");
    }

    [Fact]
    public async Task A_group_follows_its_desired_capacity_and_says_why()
    {
        await using var world = await WithGroupAsync(desired: 1);
        var first = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        first.Cause.ShouldBe(
            "At 2026-05-06T07:08:09Z a user request created an AutoScalingGroup changing the desired capacity "
                + "from 0 to 1.  "
                + "At 2026-05-06T07:08:09Z an instance was started in response to a difference between desired "
                + "and actual capacity, increasing the capacity from 0 to 1."
        );
        first.Description.ShouldBe($"Launching a new EC2 instance: {(await world.InstancesAsync())[0].InstanceId}");
        (first.StatusCode, first.Progress).ShouldBe((ScalingActivityStatusCode.Successful, 100));

        await world.WantAsync(3);
        await world.SettleAsync();
        (await world.InstancesAsync()).Count.ShouldBe(3);
        (await world.ActivitiesAsync())[0]
            .Cause!.ShouldContain(
                "a user request explicitly set group desired capacity changing the desired capacity from 1 to 3."
            );

        await world.UpdateAsync(request => request with { MinSize = 0, MaxSize = 1 });
        await world.SettleAsync();
        (await world.InstancesAsync()).Count.ShouldBe(1);
        (await world.RunningAsync()).Count.ShouldBe(1);
        (await world.ActivitiesAsync())[0]
            .Cause!.ShouldContain(
                "a user request update of AutoScalingGroup constraints to min: 0, max: 1, desired: 1 changing the "
                    + "desired capacity from 3 to 1."
            );
    }

    [Fact]
    public async Task Scaling_in_leaves_the_zones_even()
    {
        await using var world = await WithGroupAsync(desired: 6);

        await world.WantAsync(3);
        await world.SettleAsync();

        (await world.InstancesAsync()).Select(each => each.AvailabilityZone).ShouldBeUnique();
    }

    [Fact]
    public async Task Zones_that_became_uneven_are_evened_out_before_anything_is_terminated()
    {
        await using var world = await WithGroupAsync(desired: 4, change: request =>
            request with
            {
                AvailabilityZones = ["eu-west-1a"],
            }
        );

        await world.UpdateAsync(request => request with { AvailabilityZones = ["eu-west-1a", "eu-west-1b"] });
        for (var second = 0; second < 90; second++)
        {
            await world.SettleAsync(1);
            (await world.InstancesAsync()).Count(each => each.LifecycleState == "InService").ShouldBeGreaterThan(3);
        }

        (await world.InstancesAsync())
            .CountBy(each => each.AvailabilityZone!)
            .Select(zone => zone.Value)
            .ShouldBe([2, 2]);
    }

    [Fact]
    public async Task A_platform_that_is_killed_between_a_launch_and_its_record_launches_nothing_twice()
    {
        await using var world = await CreateAsync();
        await world.CreateGroupAsync(2);
        await world.Scheduler.RunAsync();
        var launched = world.Store.Current.Range(AutoScalingTables.Instances).ToList();
        launched.Count.ShouldBe(2);
        // As if the platform had ended before it wrote down what EC2 had answered.
        var requests = world.Store.Current.Range(AutoScalingTables.Groups).Single();
        await world.Store.CommitAsync(
            transaction =>
            {
                foreach (var instance in launched)
                    transaction.Put(
                        AutoScalingTables.Instances,
                        instance with
                        {
                            InstanceId = null,
                            State = "Pending",
                            Launch = new RunInstancesRequest
                            {
                                LaunchTemplate = new Contracts.Ec2.LaunchTemplateSpecification
                                {
                                    LaunchTemplateId = requests.LaunchTemplate!.LaunchTemplateId,
                                    Version = "1",
                                },
                                MinCount = 1,
                                MaxCount = 1,
                                SubnetId = instance.SubnetId,
                                ClientToken = instance.Id,
                                TagSpecifications =
                                [
                                    new TagSpecification
                                    {
                                        ResourceType = "instance",
                                        Tags =
                                        [
                                            new Contracts.Ec2.Tag { Key = "aws:autoscaling:groupName", Value = Web },
                                        ],
                                    },
                                ],
                            },
                        }
                    );
            },
            CancellationToken.None
        );
        // Nor does it matter that the template is another by now, or gone.
        await world.Ec2.DeleteLaunchTemplateAsync(
            new DeleteLaunchTemplateRequest { LaunchTemplateName = Template },
            Context
        );

        await world.RestartAsync();
        await world.SettleAsync();

        (await world.RunningAsync()).Count.ShouldBe(2);
        (await world.InstancesAsync()).Select(each => each.LifecycleState).ShouldBe(["InService", "InService"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_platform_that_is_killed_again_and_again_comes_to_the_same_end(int seed)
    {
        var random = new Random(seed);
        await using var world = await CreateAsync();
        await world.CreateGroupAsync(4);
        for (var i = 0; i < 40; i++)
        {
            if (random.Next(3) == 0)
                await world.WantAsync(random.Next(6));
            if (random.Next(4) == 0 && await world.RunningAsync() is [var any, ..])
                await world.TerminateInEc2Async(any.InstanceId!);
            await world.RestartAsync();
            if (random.Next(2) == 0)
                await world.SettleAsync(random.Next(3));
        }

        await world.WantAsync(4);
        await world.SettleAsync(60);

        var instances = await world.InstancesAsync();
        instances.Select(each => each.LifecycleState).ShouldBe(Enumerable.Repeat("InService", 4));
        (await world.RunningAsync())
            .Select(each => each.InstanceId)
            .ShouldBe(instances.Select(each => each.InstanceId), ignoreOrder: true);
        (await world.ActivitiesAsync()).ShouldAllBe(each => each.EndTime != null);
    }

    [Fact]
    public async Task A_launch_that_fails_is_told_and_tried_again_later()
    {
        await using var world = await CreateAsync();
        await world.CreateGroupAsync(0);
        await world.Ec2.DeleteLaunchTemplateAsync(
            new DeleteLaunchTemplateRequest { LaunchTemplateName = Template },
            Context
        );

        await world.WantAsync(1);
        await world.SettleAsync(5);

        var failed = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        failed.StatusCode.ShouldBe(ScalingActivityStatusCode.Failed);
        failed.StatusMessage!.ShouldEndWith("Launching EC2 instance failed.");
        failed.Description!.ShouldStartWith("Launching a new EC2 instance.  Status Reason: ");
        await world.SettleAsync(10);
        (await world.ActivitiesAsync()).Count.ShouldBe(2);
        (await world.InstancesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_with_instances_is_deleted_by_force_only()
    {
        await using var world = await WithGroupAsync(desired: 2);

        (await ErrorOfAsync(() => DeleteAsync(force: null))).ShouldBe(
            (
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
                    + "request(s) still in the group."
            )
        );
        await DeleteAsync(force: true);
        (await world.GroupAsync()).Status.ShouldBe("Delete in progress");
        (await ErrorOfAsync(() => world.WantAsync(1))).Code.ShouldBe("ScalingActivityInProgress");
        await world.SettleAsync();

        (await world.FindGroupAsync()).ShouldBeNull();
        (await world.RunningAsync()).ShouldBeEmpty();
        (await world.ActivitiesAsync()).ShouldAllBe(each => each.AutoScalingGroupState == "Deleted");

        Task DeleteAsync(bool? force) =>
            world.Api.DeleteAutoScalingGroupAsync(
                new DeleteAutoScalingGroupType { AutoScalingGroupName = Web, ForceDelete = force },
                Context
            );
    }

    [Fact]
    public async Task Suspended_processes_do_nothing_until_they_are_resumed()
    {
        await using var world = await WithGroupAsync(desired: 1);
        await SuspendAsync("Launch", "Terminate");

        await world.WantAsync(2);
        await world.SettleAsync();
        (await world.InstancesAsync()).Count.ShouldBe(1);
        await world.WantAsync(0);
        await world.SettleAsync();
        (await world.InstancesAsync()).Count.ShouldBe(1);

        await world.Api.ResumeProcessesAsync(new ScalingProcessQuery { AutoScalingGroupName = Web }, Context);
        await world.SettleAsync();
        (await world.InstancesAsync()).ShouldBeEmpty();
        (await ErrorOfAsync(() => SuspendAsync("Sleep"))).ShouldBe(
            ("ValidationError", "Invalid Scaling Process [Sleep]")
        );

        Task SuspendAsync(params string[] processes) =>
            world.Api.SuspendProcessesAsync(
                new ScalingProcessQuery { AutoScalingGroupName = Web, ScalingProcesses = processes },
                Context
            );
    }

    [Fact]
    public async Task Instances_are_replaced_when_they_have_lived_for_too_long()
    {
        await using var world = await WithGroupAsync(desired: 2, change: request =>
            request with
            {
                MaxInstanceLifetime = 86_400,
            }
        );
        var before = (await world.InstancesAsync()).Select(each => each.InstanceId).ToList();

        await world.PassAsync(TimeSpan.FromDays(1));
        await world.SettleAsync(60);

        var after = await world.InstancesAsync();
        after.Count.ShouldBe(2);
        after.ShouldAllBe(each => !before.Contains(each.InstanceId) && each.LifecycleState == "InService");
    }

    public static TheoryData<string, Func<CreateAutoScalingGroupType, CreateAutoScalingGroupType>, string> BadGroups =>
        new()
        {
            {
                "nothing to launch",
                request => request with { LaunchTemplate = null },
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
                    + "MixedInstancesPolicy parameter"
            },
            {
                "a template by two names",
                request =>
                    request with
                    {
                        LaunchTemplate = new LaunchTemplateSpecification
                        {
                            LaunchTemplateId = "lt-0123456789abcdef0",
                            LaunchTemplateName = Template,
                        },
                    },
                "Valid requests must contain either launchTemplateId or LaunchTemplateName"
            },
            {
                "no place",
                request => request with { AvailabilityZones = null },
                "At least one Availability Zone or VPC Subnet is required."
            },
            {
                "bounds that cross",
                request => request with { MinSize = 3, MaxSize = 2 },
                "Max bound, 2, must be greater than or equal to min bound, 3"
            },
            {
                "too many wanted",
                request => request with { MaxSize = 2, DesiredCapacity = 3 },
                "Desired capacity:3 must be between the specified min size:0 and max size:2"
            },
            {
                "a target group that is not there",
                request =>
                    request with
                    {
                        TargetGroupARNs =
                        [
                            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/none/0123456789abcdef",
                        ],
                    },
                "Provided Target Groups may not be valid. Please ensure they exist and try again."
            },
            {
                "a mixture",
                request => request with { MixedInstancesPolicy = new MixedInstancesPolicy() },
                "Estiba does not support mixed instances policies yet; leave it out of the request."
            },
        };

    [Theory]
    [MemberData(nameof(BadGroups))]
    public async Task A_bad_group_is_refused_in_the_words_of_AWS(
        string what,
        Func<CreateAutoScalingGroupType, CreateAutoScalingGroupType> change,
        string message
    )
    {
        await using var world = await CreateAsync();

        (await ErrorOfAsync(() => world.CreateGroupAsync(1, change: change))).ShouldBe(
            ("ValidationError", message),
            what
        );
        (await world.FindGroupAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var world = await WithGroupAsync();

        (await ErrorOfAsync(() => world.CreateGroupAsync(1))).ShouldBe(
            ("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name web already exists")
        );
        (await ErrorOfAsync(() => world.WantAsync(11))).ShouldBe(
            ("ValidationError", "New SetDesiredCapacity value 11 is above max value 10 for the AutoScalingGroup.")
        );
    }

    [Fact]
    public async Task Groups_are_found_by_tags_and_page_by_page()
    {
        await using var world = await CreateAsync();
        foreach (var name in new[] { "a", "b", "c" })
            await world.CreateGroupAsync(0, change: request =>
                request with
                {
                    AutoScalingGroupName = name,
                    Tags = [new Tag { Key = "stage", Value = name == "b" ? "prod" : "test" }],
                }
            );

        var filtered = await world.Api.DescribeAutoScalingGroupsAsync(
            new AutoScalingGroupNamesType
            {
                Filters = [new Contracts.AutoScaling.Filter { Name = "tag:stage", Values = ["prod"] }],
            },
            Context
        );
        filtered.AutoScalingGroups!.Select(group => group.AutoScalingGroupName).ShouldBe(["b"]);
        var names = new List<string?>();
        string? token = null;
        do
        {
            var page = await world.Api.DescribeAutoScalingGroupsAsync(
                new AutoScalingGroupNamesType { MaxRecords = 2, NextToken = token },
                Context
            );
            names.AddRange(page.AutoScalingGroups!.Select(group => group.AutoScalingGroupName));
            token = page.NextToken;
        } while (token is not null);
        names.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_launch_configuration_is_launched_too()
    {
        await using var world = await CreateAsync();
        var images = await world.Ec2.DescribeImagesAsync(new DescribeImagesRequest(), Context);
        var image = images.Images!.First(each => each.Architecture == "x86_64").ImageId;
        await world.Api.CreateLaunchConfigurationAsync(
            new CreateLaunchConfigurationType
            {
                LaunchConfigurationName = "old",
                ImageId = image,
                InstanceType = "t3.nano",
            },
            Context
        );

        await world.CreateGroupAsync(1, change: request =>
            request with
            {
                LaunchTemplate = null,
                LaunchConfigurationName = "old",
            }
        );
        await world.SettleAsync();

        var instance = (await world.InstancesAsync()).ShouldHaveSingleItem();
        (instance.InstanceType, instance.LaunchConfigurationName).ShouldBe(("t3.nano", "old"));
        (
            await ErrorOfAsync(() =>
                world.Api.DeleteLaunchConfigurationAsync(
                    new LaunchConfigurationNameType { LaunchConfigurationName = "old" },
                    Context
                )
            )
        ).Code.ShouldBe("ResourceInUse");
    }

    [Fact]
    public async Task Traffic_sources_are_the_target_groups_of_a_group()
    {
        await using var world = await WithGroupAsync(desired: 0);
        TrafficSourceIdentifier[] sources = [new() { Identifier = StandInBalancers.Web, Type = "elbv2" }];
        await world.Api.AttachTrafficSourcesAsync(
            new AttachTrafficSourcesType { AutoScalingGroupName = Web, TrafficSources = sources },
            Context
        );
        (await world.GroupAsync()).TargetGroupARNs.ShouldBe([StandInBalancers.Web]);
        (await SourcesAsync("elbv2")).ShouldBe([StandInBalancers.Web]);
        (await SourcesAsync("vpc-lattice")).ShouldBeEmpty();
        (await ErrorOfAsync(() => SourcesAsync("none"))).Code.ShouldBe("ValidationError");

        await DetachAsync();
        await world.SettleAsync();
        (await SourcesAsync(null)).ShouldBeEmpty();
        (await ErrorOfAsync(DetachAsync)).Message.ShouldStartWith("Trying to remove Traffic Sources");
        (
            await ErrorOfAsync(() =>
                world.Api.AttachTrafficSourcesAsync(
                    new AttachTrafficSourcesType
                    {
                        AutoScalingGroupName = Web,
                        TrafficSources = [new() { Identifier = "lattice", Type = "vpc-lattice" }],
                    },
                    Context
                )
            )
        ).Code.ShouldBe("ValidationError");

        Task DetachAsync() =>
            world.Api.DetachTrafficSourcesAsync(
                new DetachTrafficSourcesType { AutoScalingGroupName = Web, TrafficSources = sources },
                Context
            );

        async Task<IReadOnlyList<string?>> SourcesAsync(string? type) =>
            [
                .. (
                    await world.Api.DescribeTrafficSourcesAsync(
                        new DescribeTrafficSourcesRequest { AutoScalingGroupName = Web, TrafficSourceType = type },
                        Context
                    )
                ).TrafficSources!.Select(source => source.Identifier),
            ];
    }

    [Fact]
    public async Task Classic_Load_Balancers_and_warm_pools_are_none()
    {
        await using var world = await WithGroupAsync(desired: 0);
        (
            await world.Api.DescribeLoadBalancersAsync(
                new DescribeLoadBalancersRequest { AutoScalingGroupName = Web },
                Context
            )
        ).LoadBalancers.ShouldBeEmpty();
        (
            await world.Api.DescribeWarmPoolAsync(new DescribeWarmPoolType { AutoScalingGroupName = Web }, Context)
        ).Instances.ShouldBeEmpty();
        foreach (
            var refused in new Func<Task>[]
            {
                () =>
                    world.Api.AttachLoadBalancersAsync(
                        new AttachLoadBalancersType { AutoScalingGroupName = Web, LoadBalancerNames = ["old"] },
                        Context
                    ),
                () =>
                    world.Api.DetachLoadBalancersAsync(
                        new DetachLoadBalancersType { AutoScalingGroupName = Web, LoadBalancerNames = ["old"] },
                        Context
                    ),
                () => world.Api.PutWarmPoolAsync(new PutWarmPoolType { AutoScalingGroupName = Web }, Context),
                () => world.Api.DeleteWarmPoolAsync(new DeleteWarmPoolType { AutoScalingGroupName = Web }, Context),
            }
        )
            (await ErrorOfAsync(refused)).Code.ShouldBe("ValidationError");
    }
}
