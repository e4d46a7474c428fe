using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Instances;

/// <summary>What an instance has besides its state: credits, monitoring, metadata options, a profile, a
/// volume.</summary>
public sealed class InstanceOptionTests
{
    private const string Unknown = "i-0123456789abcdef0";

    [Theory]
    [InlineData("t2.micro", null, "standard")]
    [InlineData("t3.micro", null, "unlimited")]
    [InlineData("t3.micro", "standard", "standard")]
    public async Task A_burstable_instance_has_a_credit_option(string type, string? wanted, string expected)
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (
            await world.RunAsync(1, request =>
                request with
                {
                    InstanceType = type,
                    CreditSpecification = wanted is null
                        ? null
                        : new CreditSpecificationRequest { CpuCredits = wanted },
                }
            )
        )[0].InstanceId!;
        (await CreditsAsync(world, id)).ShouldBe(expected);
    }

    [Fact]
    public async Task Credits_are_changed_of_each_instance_for_itself()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var other = (await world.RunAsync(1, request => request with { InstanceType = "m5.large" }))[0].InstanceId!;
        var answer = await world.Api.ModifyInstanceCreditSpecificationAsync(
            new ModifyInstanceCreditSpecificationRequest
            {
                InstanceCreditSpecifications =
                [
                    .. new[] { id, other, Unknown }.Select(each => new InstanceCreditSpecificationRequest
                    {
                        InstanceId = each,
                        CpuCredits = "standard",
                    }),
                ],
            },
            ComputeWorld.Context
        );
        answer.SuccessfulInstanceCreditSpecifications!.Select(each => each.InstanceId).ShouldBe([id]);
        answer
            .UnsuccessfulInstanceCreditSpecifications!.Select(each => $"{each.InstanceId} {each.Error!.Code}")
            .ShouldBe([$"{other} InstanceCreditSpecification.NotSupported", $"{Unknown} InvalidInstanceID.NotFound"]);
        (await CreditsAsync(world, id)).ShouldBe("standard");
        var all = await world.Api.DescribeInstanceCreditSpecificationsAsync(
            new DescribeInstanceCreditSpecificationsRequest(),
            ComputeWorld.Context
        );
        all.InstanceCreditSpecifications.ShouldBeEmpty();
    }

    [Fact]
    public async Task Detailed_monitoring_is_turned_on_and_off()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var on = await world.Api.MonitorInstancesAsync(
            new MonitorInstancesRequest { InstanceIds = [id] },
            ComputeWorld.Context
        );
        on.InstanceMonitorings!.Single().Monitoring!.State.ShouldBe("pending");
        (await world.FindAsync(id)).Monitoring!.State.ShouldBe("enabled");
        var off = await world.Api.UnmonitorInstancesAsync(
            new UnmonitorInstancesRequest { InstanceIds = [id] },
            ComputeWorld.Context
        );
        off.InstanceMonitorings!.Single().Monitoring!.State.ShouldBe("disabling");
        (await world.FindAsync(id)).Monitoring!.State.ShouldBe("disabled");
    }

    [Fact]
    public async Task Metadata_options_are_changed_one_by_one()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var answer = await world.Api.ModifyInstanceMetadataOptionsAsync(
            new ModifyInstanceMetadataOptionsRequest
            {
                InstanceId = id,
                HttpTokens = "optional",
                HttpPutResponseHopLimit = 1,
            },
            ComputeWorld.Context
        );
        answer.InstanceMetadataOptions!.State.ShouldBe("pending");
        var options = (await world.FindAsync(id)).MetadataOptions!;
        (options.State, options.HttpTokens, options.HttpPutResponseHopLimit, options.HttpEndpoint).ShouldBe(
            ("applied", "optional", 1, "enabled")
        );
    }

    [Fact]
    public async Task A_profile_is_associated_replaced_and_taken_away()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var profile = new IamInstanceProfileSpecification { Name = StandInIam.ProfileName };
        var associate = new AssociateIamInstanceProfileRequest { InstanceId = id, IamInstanceProfile = profile };
        var first = (
            await world.Api.AssociateIamInstanceProfileAsync(associate, ComputeWorld.Context)
        ).IamInstanceProfileAssociation!;
        (first.State, first.IamInstanceProfile!.Arn).ShouldBe(("associating", StandInIam.ProfileArn));
        (
            await ComputeWorld.ErrorOfAsync(() =>
                world.Api.AssociateIamInstanceProfileAsync(associate, ComputeWorld.Context)
            )
        ).Code.ShouldBe("IncorrectState");

        var second = (
            await world.Api.ReplaceIamInstanceProfileAssociationAsync(
                new ReplaceIamInstanceProfileAssociationRequest
                {
                    AssociationId = first.AssociationId,
                    IamInstanceProfile = profile,
                },
                ComputeWorld.Context
            )
        ).IamInstanceProfileAssociation!;
        var described = (
            await world.Api.DescribeIamInstanceProfileAssociationsAsync(
                new DescribeIamInstanceProfileAssociationsRequest
                {
                    Filters = [new Filter { Name = "instance-id", Values = [id] }],
                },
                ComputeWorld.Context
            )
        ).IamInstanceProfileAssociations!.Single();
        (described.AssociationId, described.State).ShouldBe((second.AssociationId, "associated"));

        await world.Api.DisassociateIamInstanceProfileAsync(
            new DisassociateIamInstanceProfileRequest { AssociationId = second.AssociationId },
            ComputeWorld.Context
        );
        (await world.FindAsync(id)).IamInstanceProfile.ShouldBeNull();
        var gone = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DisassociateIamInstanceProfileAsync(
                new DisassociateIamInstanceProfileRequest { AssociationId = second.AssociationId },
                ComputeWorld.Context
            )
        );
        (gone.Code, gone.Message).ShouldBe(
            ("InvalidAssociationID.NotFound", $"An invalid association-id of '{second.AssociationId}' was given")
        );
    }

    [Fact]
    public async Task A_root_volume_is_as_the_launch_said_and_gone_with_its_instance()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var root = new BlockDeviceMapping
        {
            DeviceName = "/dev/xvda",
            Ebs = new EbsBlockDevice { VolumeSize = 50, VolumeType = "gp2" },
        };
        var tags = new TagSpecification { ResourceType = "volume", Tags = [new Tag { Key = "team", Value = "a" }] };
        var instance = (
            await world.RunAsync(1, request =>
                request with
                {
                    BlockDeviceMappings = [root],
                    TagSpecifications = [tags],
                }
            )
        )[0];
        var volume = (
            await world.Api.DescribeVolumesAsync(new DescribeVolumesRequest(), ComputeWorld.Context)
        ).Volumes!.Single();
        (volume.Size, volume.VolumeType, volume.Iops, volume.State).ShouldBe((50, "gp2", 150, "in-use"));
        (volume.VolumeArn, volume.OwnerId).ShouldBe(
            ($"arn:aws:ec2:eu-west-1:111122223333:volume/{volume.VolumeId}", "111122223333")
        );
        volume.Tags!.Single().Value.ShouldBe("a");
        volume.Attachments!.Single().InstanceId.ShouldBe(instance.InstanceId);
        instance.BlockDeviceMappings!.Single().Ebs!.VolumeId.ShouldBe(volume.VolumeId);

        await world.TerminateAsync(instance.InstanceId!);
        (
            await world.Api.DescribeVolumesAsync(new DescribeVolumesRequest(), ComputeWorld.Context)
        ).Volumes.ShouldBeEmpty();
        (await world.FindAsync(instance.InstanceId!)).BlockDeviceMappings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_modifies_nothing_is_refused()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.ModifyInstanceAttributeAsync(
                new ModifyInstanceAttributeRequest { InstanceId = id },
                ComputeWorld.Context
            )
        );
        (error.Code, error.Message).ShouldBe(("InvalidParameterCombination", "No attributes specified."));
    }

    [Fact]
    public async Task What_no_instance_has_is_refused_and_not_ignored()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var enclaves = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.ModifyInstanceAttributeAsync(
                new ModifyInstanceAttributeRequest
                {
                    InstanceId = id,
                    EnclaveOptions = new EnclaveOptionsRequest { Enabled = true },
                },
                ComputeWorld.Context
            )
        );
        var on = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.MonitorInstancesAsync(
                new MonitorInstancesRequest { InstanceIds = [id], MetricCategoryIds = ["mc-1"] },
                ComputeWorld.Context
            )
        );
        var off = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.UnmonitorInstancesAsync(
                new UnmonitorInstancesRequest { InstanceIds = [id], MetricCategoryIds = ["mc-1"] },
                ComputeWorld.Context
            )
        );
        (enclaves.Code, on.Code, off.Code).ShouldBe(
            ("UnsupportedOperation", "UnsupportedOperation", "UnsupportedOperation")
        );
        (enclaves.Message, on.Message).ShouldBe(
            (
                "Estiba does not support enclaves yet; leave it out of the request.",
                "Estiba does not support metric categories yet; leave it out of the request."
            )
        );
    }

    private static async Task<string?> CreditsAsync(ComputeWorld world, string id) =>
        (
            await world.Api.DescribeInstanceCreditSpecificationsAsync(
                new DescribeInstanceCreditSpecificationsRequest { InstanceIds = [id] },
                ComputeWorld.Context
            )
        )
            .InstanceCreditSpecifications!.Single()
            .CpuCredits;
}
