using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Instances;

public sealed class DescribeInstancesTests
{
    [Fact]
    public async Task A_launch_is_one_reservation()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync(2);
        await world.RunAsync(1);
        var answer = await world.Api.DescribeInstancesAsync(new DescribeInstancesRequest(), ComputeWorld.Context);
        answer.Reservations!.Select(reservation => reservation.Instances!.Count).ShouldBe([2, 1], ignoreOrder: true);
    }

    [Theory]
    [InlineData("instance-state-name", "running", 3)]
    [InlineData("instance-state-name", "stopped", 0)]
    [InlineData("availability-zone", "eu-west-1b", 1)]
    [InlineData("availability-zone", "eu-west-1?", 3)]
    [InlineData("private-ip-address", "10.66.255.1", 1)]
    [InlineData("private-ip-address", "10.66.25*", 3)]
    [InlineData("instance-type", "t3.*", 3)]
    [InlineData("image-id", "ami-*", 3)]
    [InlineData("tag:Name", "web", 3)]
    [InlineData("tag:Name", "w*", 3)]
    [InlineData("tag:Name", "db", 0)]
    [InlineData("tag-key", "Name", 3)]
    [InlineData("tag-key", "name", 0)]
    [InlineData("group-name", "default", 3)]
    [InlineData("boot-mode", "uefi-preferred", 3)]
    [InlineData("current-instance-boot-mode", "legacy-bios", 3)]
    [InlineData("enclave-options.enabled", "false", 3)]
    [InlineData("hibernation-options.configured", "true", 0)]
    [InlineData("maintenance-options.auto-recovery", "default", 3)]
    [InlineData("capacity-reservation-specification.capacity-reservation-preference", "open", 3)]
    [InlineData("metadata-options.http-tokens", "required", 3)]
    [InlineData("metadata-options.http-put-response-hop-limit", "2", 3)]
    [InlineData("private-dns-name-options.hostname-type", "ip-name", 3)]
    [InlineData("usage-operation-update-time", "2025-03-04T05:06:07.000Z", 3)]
    [InlineData("block-device-mapping.device-name", "/dev/xvda", 3)]
    [InlineData("block-device-mapping.attach-time", "2025-03-04T05:06:07.000Z", 3)]
    [InlineData("block-device-mapping.delete-on-termination", "true", 3)]
    [InlineData("block-device-mapping.volume-id", "vol-*", 3)]
    [InlineData("ipv6-address", "*", 0)]
    [InlineData("host-id", "*", 0)]
    [InlineData("network-interface.association.public-ip", "10.66.255.1", 1)]
    [InlineData("network-interface.addresses.association.ip-owner-id", "amazon", 3)]
    [InlineData("network-interface.attachment.device-index", "0", 3)]
    [InlineData("network-interface.attachment.attach-time", "2025-03-04T05:*", 3)]
    [InlineData("network-interface.attachment.status", "attached", 3)]
    [InlineData("network-interface.group-name", "default", 3)]
    [InlineData("network-interface.mac-address", "02:42:0a:42:ff:01", 1)]
    [InlineData("network-interface.owner-id", "111122223333", 3)]
    [InlineData("network-interface.source-dest-check", "true", 3)]
    [InlineData("network-interface.ipv6-native", "*", 0)]
    public async Task Instances_are_found_by(string filter, string value, int expected)
    {
        await using var world = await ComputeWorld.CreateAsync();
        var tags = new TagSpecification { ResourceType = "instance", Tags = [new Tag { Key = "Name", Value = "web" }] };
        await world.RunAsync(3, request => request with { TagSpecifications = [tags] });
        (await world.FilterAsync(filter, value)).Count.ShouldBe(expected);
    }

    [Fact]
    public async Task Any_value_of_a_filter_is_enough()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync(3);
        (await world.FilterAsync("availability-zone", "eu-west-1a", "eu-west-1c")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_unknown_filter_is_refused()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() => world.FilterAsync("colour", "red"));
        error.Code.ShouldBe("InvalidParameterValue");
        error.Message.ShouldBe("The filter 'colour' is invalid");
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gaps()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var launched = (await world.RunAsync(12)).Select(instance => instance.InstanceId).ToList();
        var seen = new List<string?>();
        string? token = null;
        do
        {
            var page = await world.Api.DescribeInstancesAsync(
                new DescribeInstancesRequest { MaxResults = 5, NextToken = token },
                ComputeWorld.Context
            );
            seen.AddRange(
                page.Reservations!.SelectMany(reservation => reservation.Instances!)
                    .Select(instance => instance.InstanceId)
            );
            token = page.NextToken;
        } while (token is not null);
        seen.ShouldBe(launched);
    }

    [Fact]
    public async Task A_page_has_at_least_five_places()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DescribeInstancesAsync(new DescribeInstancesRequest { MaxResults = 2 }, ComputeWorld.Context)
        );
        error.Message.ShouldBe("Value ( 2 ) for parameter maxResults is invalid. Expecting a value greater than 5.");
    }

    [Fact]
    public async Task Only_running_instances_have_a_status_unless_all_are_asked_for()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var ids = (await world.RunAsync(2)).Select(instance => instance.InstanceId!).ToList();
        await world.TerminateAsync(ids[0]);
        var some = await world.Api.DescribeInstanceStatusAsync(
            new DescribeInstanceStatusRequest(),
            ComputeWorld.Context
        );
        some.InstanceStatuses!.Single().InstanceStatusValue!.Status.ShouldBe("ok");
        var all = await world.Api.DescribeInstanceStatusAsync(
            new DescribeInstanceStatusRequest { IncludeAllInstances = true },
            ComputeWorld.Context
        );
        all.InstanceStatuses!.Count.ShouldBe(2);
    }
}
