using Estiba.Compute.Images;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Instances;

public sealed class LaunchTests
{
    [Fact]
    public async Task A_launched_instance_is_pending_in_the_answer()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var instance = (await world.RunAsync())[0];
        instance.State!.Name.ShouldBe("pending");
        instance.State.Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_launched_instance_runs()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        (await world.FindAsync(id)).State!.Name.ShouldBe("running");
        world.Host.Running.Keys.ShouldBe([id]);
    }

    [Fact]
    public async Task An_instance_id_looks_like_one_of_EC2()
    {
        await using var world = await ComputeWorld.CreateAsync();
        (await world.RunAsync())[0].InstanceId!.ShouldMatch("^i-0[0-9a-f]{16}$");
    }

    [Fact]
    public async Task Instances_are_spread_over_three_zones()
    {
        await using var world = await ComputeWorld.CreateAsync();
        (await world.RunAsync(3))
            .Select(instance => instance.Placement!.AvailabilityZone)
            .ShouldBe(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    }

    [Fact]
    public async Task A_second_launch_goes_to_the_emptiest_zone()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync(2);
        (await world.RunAsync())[0].Placement!.AvailabilityZone.ShouldBe("eu-west-1c");
    }

    [Fact]
    public async Task A_zone_that_is_asked_for_is_taken()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var instances = await world.RunAsync(2, request =>
            request with
            {
                Placement = new Placement { AvailabilityZone = "eu-west-1b" },
            }
        );
        instances.ShouldAllBe(instance => instance.Placement!.AvailabilityZone == "eu-west-1b");
    }

    [Fact]
    public async Task A_subnet_decides_the_zone()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var subnets = await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ComputeWorld.Context);
        var last = subnets.Subnets![2];
        var instance = (await world.RunAsync(1, request => request with { SubnetId = last.SubnetId }))[0];
        instance.Placement!.AvailabilityZone.ShouldBe(last.AvailabilityZone);
    }

    [Fact]
    public async Task The_one_address_is_private_and_public()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var instance = (await world.RunAsync())[0];
        instance.PrivateIpAddress.ShouldBe("10.66.255.1");
        instance.PublicIpAddress.ShouldBe("10.66.255.1");
        instance.PrivateDnsName.ShouldBe("ip-10-66-255-1.eu-west-1.compute.internal");
    }

    [Fact]
    public async Task Instances_of_two_accounts_never_share_an_address()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var one = (await world.RunAsync())[0];
        var other = (await world.RunAsync(context: ComputeWorld.Context with { AccountId = "999988887777" }))[0];
        other.PrivateIpAddress.ShouldNotBe(one.PrivateIpAddress);
    }

    [Fact]
    public async Task Instances_of_another_account_do_not_exist()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync(context: ComputeWorld.Context with { AccountId = "999988887777" }))[
            0
        ].InstanceId!;
        (await ComputeWorld.ErrorOfAsync(() => world.FindAsync(id))).Code.ShouldBe("InvalidInstanceID.NotFound");
    }

    [Fact]
    public async Task The_same_client_token_launches_once()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var first = await world.RunAsync(2, request => request with { ClientToken = "once" });
        var second = await world.RunAsync(2, request => request with { ClientToken = "once" });
        second.Select(instance => instance.InstanceId).ShouldBe(first.Select(instance => instance.InstanceId));
    }

    [Fact]
    public async Task A_dry_run_with_a_client_token_that_was_used_is_a_dry_run()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync(1, request => request with { ClientToken = "once" });
        var answer = await ComputeWorld.ErrorOfAsync(() =>
            world.RunAsync(1, request => request with { ClientToken = "once", DryRun = true })
        );
        answer.Code.ShouldBe("DryRunOperation");
    }

    [Fact]
    public async Task A_client_token_is_not_for_another_request()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync(1, request => request with { ClientToken = "once" });
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.RunAsync(2, request => request with { ClientToken = "once" })
        );
        error.Code.ShouldBe("IdempotentParameterMismatch");
    }

    [Fact]
    public async Task Fewer_instances_than_MaxCount_are_launched_when_the_zone_is_full()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var placement = new Placement { AvailabilityZone = "eu-west-1a" };
        await world.RunAsync(250, request => request with { Placement = placement });
        (await world.RunAsync(1, request => request with { Placement = placement, MaxCount = 10 })).Count.ShouldBe(4);
    }

    [Fact]
    public async Task No_instance_is_launched_when_MinCount_does_not_fit()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.RunAsync(255, request =>
                request with
                {
                    Placement = new Placement { AvailabilityZone = "eu-west-1a" },
                }
            )
        );
        error.Code.ShouldBe("InsufficientFreeAddressesInSubnet");
        (await world.FilterAsync("instance-state-name", "*")).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_more_instances_are_launched_than_the_account_may_have_vCPUs_for()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        (
            await world.RunAsync(1, request => request with { InstanceType = "m5.24xlarge", MaxCount = 100_000 })
        ).Count.ShouldBe(10);

        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.RunAsync(1, request => request with { InstanceType = "m5.24xlarge" })
        );

        error.Code.ShouldBe("VcpuLimitExceeded");
        error.Message.ShouldStartWith(
            "You have requested more vCPU capacity than your current vCPU limit of 1000 allows"
        );
    }

    [Fact]
    public async Task No_more_instances_are_started_again_than_the_account_may_have_vCPUs_for()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var stopped = (await world.RunAsync(10, request => request with { InstanceType = "m5.24xlarge" }))[
            0
        ].InstanceId!;
        await world.Api.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [stopped] }, ComputeWorld.Context);
        await world.IdleAsync();
        var other = (await world.RunAsync(1, request => request with { InstanceType = "m5.24xlarge" }))[0].InstanceId!;

        var error = await ComputeWorld.ErrorOfAsync(() => StartAsync());
        error.Code.ShouldBe("VcpuLimitExceeded");

        await world.TerminateAsync(other);
        (await StartAsync()).StartingInstances!.Single().CurrentState!.Name.ShouldBe("pending");

        Task<StartInstancesResult> StartAsync() =>
            world.Api.StartInstancesAsync(new StartInstancesRequest { InstanceIds = [stopped] }, ComputeWorld.Context);
    }

    [Fact]
    public async Task Tags_are_given_at_launch()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var specification = new TagSpecification
        {
            ResourceType = "instance",
            Tags = [new Tag { Key = "Name", Value = "one" }],
        };
        var instance = (await world.RunAsync(1, request => request with { TagSpecifications = [specification] }))[0];
        instance.Tags!.Single().Value.ShouldBe("one");
    }

    [Fact]
    public async Task An_image_may_be_named_by_the_public_parameter_of_the_ECS_optimised_one()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var parameter = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
        var instance = (await world.RunAsync(1, request => request with { ImageId = parameter }))[0];
        var images = await world.Api.DescribeImagesAsync(
            new DescribeImagesRequest { ImageIds = [instance.ImageId!] },
            ComputeWorld.Context
        );
        images.Images![0].Name!.ShouldStartWith("al2023-ami-ecs-hvm-");
    }

    [Fact]
    public async Task An_ARM_type_does_not_take_an_x86_image()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var parameter = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended";
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.RunAsync(1, request => request with { ImageId = parameter, InstanceType = "t4g.small" })
        );
        error.Message.ShouldStartWith(
            "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64'"
        );
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() => world.RunAsync(1, request => request with { DryRun = true }));
        error.Code.ShouldBe("DryRunOperation");
        error.StatusCode.ShouldBe(412);
        (await world.FilterAsync("instance-state-name", "*")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_instance_profile_is_named_or_given_by_its_ARN()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var named = await world.RunAsync(1, request =>
            request with
            {
                IamInstanceProfile = new IamInstanceProfileSpecification { Name = StandInIam.ProfileName },
            }
        );
        var given = await world.RunAsync(1, request =>
            request with
            {
                IamInstanceProfile = new IamInstanceProfileSpecification { Arn = StandInIam.ProfileArn },
            }
        );
        named.Concat(given).ShouldAllBe(instance => instance.IamInstanceProfile!.Arn == StandInIam.ProfileArn);
    }

    [Fact]
    public async Task The_root_device_may_be_described_and_another_be_left_out()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var root = new BlockDeviceMapping
        {
            DeviceName = "/dev/xvda",
            Ebs = new EbsBlockDevice { VolumeSize = 30, VolumeType = "gp3" },
        };
        var none = new BlockDeviceMapping { DeviceName = "/dev/xvdcz", NoDevice = "" };
        (await world.RunAsync(1, request => request with { BlockDeviceMappings = [root, none] })).Count.ShouldBe(1);
    }

    private static readonly string Snapshot = ImageCatalog
        .All(ComputeWorld.Context.Region)[0]
        .BlockDeviceMappings![0]
        .Ebs!.SnapshotId!;

    public static TheoryData<
        string,
        Func<RunInstancesRequest, RunInstancesRequest>,
        string,
        string
    > BadRequests { get; } =
        new()
        {
            {
                "no image",
                request => request with { ImageId = null },
                "MissingParameter",
                "The request must contain the parameter ImageId"
            },
            {
                "bad image",
                request => request with { ImageId = "nginx" },
                "InvalidAMIID.Malformed",
                "Invalid id: \"nginx\" (expecting \"ami-...\")"
            },
            {
                "unknown image",
                request => request with { ImageId = "ami-0123456789abcdef0" },
                "InvalidAMIID.NotFound",
                "The image id '[ami-0123456789abcdef0]' does not exist"
            },
            {
                "too small a root device",
                request =>
                    request with
                    {
                        BlockDeviceMappings =
                        [
                            new BlockDeviceMapping
                            {
                                DeviceName = "/dev/xvda",
                                Ebs = new EbsBlockDevice { VolumeSize = 8 },
                            },
                        ],
                    },
                "InvalidBlockDeviceMapping",
                $"Volume of size 8GB is smaller than snapshot '{Snapshot}', expect size >= 30GB"
            },
            {
                "credits of a type that has none",
                request =>
                    request with
                    {
                        InstanceType = "m5.large",
                        CreditSpecification = new CreditSpecificationRequest { CpuCredits = "unlimited" },
                    },
                "InvalidParameterCombination",
                "The specified instance type 'm5.large' does not support a CPU credit specification."
            },
            {
                "too many hops",
                request =>
                    request with
                    {
                        MetadataOptions = new InstanceMetadataOptionsRequest { HttpPutResponseHopLimit = 65 },
                    },
                "InvalidParameterValue",
                "Value (65) for parameter HttpPutResponseHopLimit is invalid. It is from 1 to 64."
            },
            {
                "bad type",
                request => request with { InstanceType = "t3.enormous" },
                "InvalidParameterValue",
                "Invalid value 't3.enormous' for InstanceType."
            },
            {
                "bad zone",
                request => request with { Placement = new Placement { AvailabilityZone = "eu-west-1d" } },
                "InvalidParameterValue",
                "Invalid availability zone: [eu-west-1d]"
            },
            {
                "bad subnet",
                request => request with { SubnetId = "subnet-0123456789abcdef0" },
                "InvalidSubnetID.NotFound",
                "The subnet ID 'subnet-0123456789abcdef0' does not exist"
            },
            {
                "bad group",
                request => request with { SecurityGroupIds = ["sg-0123456789abcdef0"] },
                "InvalidGroup.NotFound",
                "The security group 'sg-0123456789abcdef0' does not exist"
            },
            {
                "bad key",
                request => request with { KeyName = "mine" },
                "InvalidKeyPair.NotFound",
                "The key pair 'mine' does not exist"
            },
            {
                "bad user data",
                request => request with { UserData = "#!/bin/bash" },
                "InvalidParameterValue",
                "Invalid BASE64 encoding of user data."
            },
            {
                "long user data",
                request => request with { UserData = ComputeWorld.Base64(new string('x', 16385)) },
                "InvalidParameterValue",
                "User data is limited to 16384 bytes"
            },
            {
                "too few",
                request => request with { MinCount = 0 },
                "InvalidParameterValue",
                "Value (0) for parameter minCount is invalid. Minimum is 1."
            },
            {
                "wrong address",
                request => request with { PrivateIpAddress = "192.0.2.7" },
                "InvalidParameterValue",
                "Address 192.0.2.7 does not fall within the subnet's address range"
            },
            {
                "wrong tag type",
                request =>
                    request with
                    {
                        TagSpecifications =
                        [
                            new TagSpecification { ResourceType = "vpc", Tags = [new Tag { Key = "a" }] },
                        ],
                    },
                "InvalidParameterValue",
                "'vpc' is not a valid taggable resource type for this operation."
            },
            {
                "no such profile",
                request => request with { IamInstanceProfile = new IamInstanceProfileSpecification { Name = "nope" } },
                "InvalidParameterValue",
                "Value (nope) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            },
            {
                "no ARN of a profile",
                request => request with { IamInstanceProfile = new IamInstanceProfileSpecification { Arn = "zz" } },
                "InvalidParameterValue",
                "Value (zz) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            },
            {
                "an ARN without the profile's path",
                request =>
                    request with
                    {
                        IamInstanceProfile = new IamInstanceProfileSpecification
                        {
                            Arn = "arn:aws:iam::111122223333:instance-profile/ecsInstanceRole",
                        },
                    },
                "InvalidParameterValue",
                "Value (arn:aws:iam::111122223333:instance-profile/ecsInstanceRole) for parameter "
                    + "iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            },
            {
                "tags of a snapshot",
                request =>
                    request with
                    {
                        TagSpecifications =
                        [
                            new TagSpecification { ResourceType = "snapshot", Tags = [new Tag { Key = "a" }] },
                        ],
                    },
                "InvalidParameterValue",
                "'snapshot' is not a valid taggable resource type for this operation."
            },
            {
                "a second device",
                request =>
                    request with
                    {
                        BlockDeviceMappings =
                        [
                            new BlockDeviceMapping
                            {
                                DeviceName = "/dev/sdh",
                                Ebs = new EbsBlockDevice { VolumeSize = 30 },
                            },
                        ],
                    },
                "UnsupportedOperation",
                "Estiba does not support block devices of instances other than /dev/xvda yet; leave it out of the "
                    + "request."
            },
            {
                "no root device",
                request =>
                    request with
                    {
                        BlockDeviceMappings = [new BlockDeviceMapping { DeviceName = "/dev/xvda", NoDevice = "" }],
                    },
                "UnsupportedOperation",
                "Estiba does not support block devices of instances other than /dev/xvda yet; leave it out of the "
                    + "request."
            },
            {
                "no such launch template",
                request =>
                    request with
                    {
                        LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = "x" },
                    },
                "InvalidLaunchTemplateName.NotFoundException",
                "At least one of the launch templates specified in the request does not exist."
            },
        };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_launch_is_refused_in_the_words_of_EC2(
        string what,
        Func<RunInstancesRequest, RunInstancesRequest> change,
        string code,
        string message
    )
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() => world.RunAsync(1, change));
        error.Code.ShouldBe(code, what);
        error.Message.ShouldBe(message);
    }
}
