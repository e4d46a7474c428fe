using Estiba.Compute.Describing;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Describing;

public sealed class DescribeTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("a*c", "abbbc", true)]
    [InlineData("a*c", "abbbd", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("*web*", "my-web-server", true)]
    [InlineData("a\\*c", "a*c", true)]
    [InlineData("a\\*c", "abc", false)]
    [InlineData("Web", "web", false)]
    public void A_wildcard_matches(string pattern, string text, bool expected) =>
        Wildcard.Matches(pattern, text).ShouldBe(expected);

    [Fact]
    public void A_wildcard_of_many_stars_is_not_slow() =>
        Should.CompleteIn(
            () => Wildcard.Matches(string.Concat(Enumerable.Repeat("a*", 120)) + "b", new string('a', 5000)),
            TimeSpan.FromSeconds(30)
        );

    [Fact]
    public async Task A_region_has_three_zones_with_ids()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var zones = await world.Api.DescribeAvailabilityZonesAsync(
            new DescribeAvailabilityZonesRequest(),
            ComputeWorld.Context
        );
        zones
            .AvailabilityZones!.Select(zone => $"{zone.ZoneName} {zone.ZoneId}")
            .ShouldBe(["eu-west-1a euw1-az1", "eu-west-1b euw1-az2", "eu-west-1c euw1-az3"]);
    }

    [Theory]
    [InlineData("us-east-1", "use1-az1")]
    [InlineData("ap-southeast-2", "apse2-az1")]
    [InlineData("us-gov-west-1", "usgw1-az1")]
    [InlineData("local", "local-az1")]
    public async Task Any_region_has_zones(string region, string firstId)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var zones = await world.Api.DescribeAvailabilityZonesAsync(
            new DescribeAvailabilityZonesRequest(),
            ComputeWorld.Context with
            {
                Region = region,
            }
        );
        zones.AvailabilityZones![0].ZoneId.ShouldBe(firstId);
    }

    [Fact]
    public async Task An_unknown_zone_is_refused()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DescribeAvailabilityZonesAsync(
                new DescribeAvailabilityZonesRequest { ZoneNames = ["eu-west-1z"] },
                ComputeWorld.Context
            )
        );
        error.Message.ShouldBe("Invalid availability zone: [eu-west-1z]");
    }

    [Fact]
    public async Task The_callers_region_is_listed_whatever_it_is()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var regions = await world.Api.DescribeRegionsAsync(
            new DescribeRegionsRequest(),
            ComputeWorld.Context with
            {
                Region = "local",
            }
        );
        regions.Regions!.ShouldContain(region => region.RegionName == "local");
    }

    [Fact]
    public async Task Subnets_are_in_the_default_VPC_one_in_each_zone()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var vpc = (await world.Api.DescribeVpcsAsync(new DescribeVpcsRequest(), ComputeWorld.Context)).Vpcs!.Single();
        var subnets = await world.Api.DescribeSubnetsAsync(
            new DescribeSubnetsRequest { Filters = [new Filter { Name = "vpc-id", Values = [vpc.VpcId!] }] },
            ComputeWorld.Context
        );
        vpc.IsDefault.ShouldBe(true);
        subnets.Subnets!.Select(subnet => subnet.AvailabilityZone).ShouldBe(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    }

    [Fact]
    public async Task An_instance_takes_an_address_of_its_subnet()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await world.RunAsync();
        var subnets = await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ComputeWorld.Context);
        subnets.Subnets!.Select(subnet => subnet.AvailableIpAddressCount).ShouldBe([253, 254, 254]);
    }

    [Fact]
    public async Task An_instance_type_has_its_processors_and_memory()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var type = (
            await world.Api.DescribeInstanceTypesAsync(
                new DescribeInstanceTypesRequest { InstanceTypes = ["c5.9xlarge"] },
                ComputeWorld.Context
            )
        ).InstanceTypes!.Single();
        type.VCpuInfo!.DefaultVCpus.ShouldBe(36);
        type.MemoryInfo!.SizeInMiB.ShouldBe(73728);
    }

    [Fact]
    public async Task An_unknown_instance_type_is_refused()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DescribeInstanceTypesAsync(
                new DescribeInstanceTypesRequest { InstanceTypes = ["x9.tiny"] },
                ComputeWorld.Context
            )
        );
        error.Code.ShouldBe("InvalidInstanceType");
        error.Message.ShouldBe("The following supplied instance types do not exist: [x9.tiny]");
    }

    [Fact]
    public void Instance_types_and_types_of_tagged_resources_are_not_judged_before_EC2_does_it_in_its_own_words()
    {
        var validator = new ShapeValidator("parameters");
        new DescribeInstanceTypesRequest { InstanceTypes = ["x9.tiny"] }.Validate(validator);
        new CreateSecurityGroupRequest
        {
            GroupName = "web",
            Description = "web",
            TagSpecifications = [new TagSpecification { ResourceType = "nothing" }],
        }.Validate(validator);
        Should.NotThrow(validator.ThrowIfAny);
    }

    [Fact]
    public async Task All_instance_types_are_paged()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var (names, token) = (new HashSet<string>(), (string?)null);
        do
        {
            var page = await world.Api.DescribeInstanceTypesAsync(
                new DescribeInstanceTypesRequest { MaxResults = 100, NextToken = token },
                ComputeWorld.Context
            );
            names.UnionWith(page.InstanceTypes!.Select(type => type.InstanceType!));
            token = page.NextToken;
        } while (token is not null);
        names.Count.ShouldBeGreaterThan(300);
        names.ShouldContain("t4g.micro");
    }

    [Fact]
    public async Task A_foreign_token_is_refused()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DescribeVpcsAsync(new DescribeVpcsRequest { NextToken = "abc" }, ComputeWorld.Context)
        );
        error.Message.ShouldBe("Unable to parse pagination token");
    }

    [Fact]
    public async Task A_token_is_good_for_the_operation_and_the_parameters_that_it_was_given_for()
    {
        await using var world = await ComputeWorld.CreateAsync();
        foreach (var instance in await world.RunAsync(6))
            await world.Api.CreateTagsAsync(
                new CreateTagsRequest
                {
                    Resources = [instance.InstanceId!],
                    Tags = [new Tag { Key = "app", Value = "web" }],
                },
                ComputeWorld.Context
            );
        Filter[] running = [new Filter { Name = "instance-state-name", Values = ["running"] }];
        var token = (
            await world.Api.DescribeInstancesAsync(
                new DescribeInstancesRequest { Filters = running, MaxResults = 5 },
                ComputeWorld.Context
            )
        ).NextToken;
        var other = (
            await world.Api.DescribeTagsAsync(new DescribeTagsRequest { MaxResults = 5 }, ComputeWorld.Context)
        ).NextToken;
        other.ShouldNotBeNull();

        var last = await world.Api.DescribeInstancesAsync(
            new DescribeInstancesRequest
            {
                Filters = running,
                MaxResults = 7,
                NextToken = token,
            },
            ComputeWorld.Context
        );
        last.Reservations!.Single().Instances!.Count.ShouldBe(1);
        await RefusedAsync(new DescribeInstancesRequest { NextToken = token });
        await RefusedAsync(
            new DescribeInstancesRequest { Filters = [running[0] with { Values = ["stopped"] }], NextToken = token }
        );
        await RefusedAsync(new DescribeInstancesRequest { NextToken = other });

        async Task RefusedAsync(DescribeInstancesRequest request)
        {
            var error = await ComputeWorld.ErrorOfAsync(() =>
                world.Api.DescribeInstancesAsync(request, ComputeWorld.Context)
            );
            (error.Code, error.Message).ShouldBe(("InvalidParameterValue", "Unable to parse pagination token"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_page_of_images_has_a_size_that_can_be(int size)
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DescribeImagesAsync(new DescribeImagesRequest { MaxResults = size }, ComputeWorld.Context)
        );
        error.Code.ShouldBe("InvalidParameterValue");
    }

    [Theory]
    [InlineData("somebody", null)]
    [InlineData(null, "somebody")]
    [InlineData("1234567890", null)]
    [InlineData("all", null)]
    [InlineData(null, "amazon")]
    public async Task An_owner_of_images_must_be_one(string? owner, string? executableBy)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DescribeImagesAsync(
                new DescribeImagesRequest
                {
                    Owners = owner is null ? null : [owner],
                    ExecutableUsers = executableBy is null ? null : [executableBy],
                },
                ComputeWorld.Context
            )
        );
        error.Code.ShouldBe("InvalidUserID.Malformed");
        error.Message.ShouldBe($"Invalid user id: \"{owner ?? executableBy}\"");
    }

    [Fact]
    public async Task Images_of_accounts_and_of_names_for_accounts_may_be_asked_for()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var images = await world.Api.DescribeImagesAsync(
            new DescribeImagesRequest
            {
                Owners = ["amazon", "aws-backup-vault", "aws-marketplace", "self", "123456789012"],
                ExecutableUsers = ["all", "self"],
            },
            ComputeWorld.Context
        );
        images.Images.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task ECS_optimised_images_are_found_by_name()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var images = await world.Api.DescribeImagesAsync(
            new DescribeImagesRequest
            {
                Owners = ["amazon"],
                Filters = [new Filter { Name = "name", Values = ["al2023-ami-ecs-hvm-*-x86_64"] }],
            },
            ComputeWorld.Context
        );
        images.Images!.Single().Architecture.ShouldBe("x86_64");
    }
}
