using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Describing;

/// <summary>The filters that the API reference documents of each operation, from documented-filters.json.</summary>
public sealed class FilterTests
{
    public static TheoryData<string, string[]> Documented { get; } = [.. Read().Select(each => (each.Key, each.Value))];

    [Theory]
    [MemberData(nameof(Documented))]
    public async Task Every_documented_filter_is_taken(string operation, string[] filters)
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync();
        foreach (var filter in filters)
            await Ec2Calls.CallAsync(world.Api, operation, FilteredBy(operation, filter));
    }

    [Theory]
    [MemberData(nameof(Documented))]
    public async Task An_unknown_filter_is_refused(string operation, string[] filters)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        filters.ShouldNotBeEmpty();
        var error = await ComputeWorld.ErrorOfAsync(() =>
            Ec2Calls.CallAsync(world.Api, operation, FilteredBy(operation, "colour"))
        );
        (error.Code, error.Message).ShouldBe(("InvalidParameterValue", "The filter 'colour' is invalid"));
    }

    [Theory]
    [InlineData("auto-recovery-supported", "true", "t3.micro", "m5d.large")]
    [InlineData("bare-metal", "true", "m5.metal", "m5.large")]
    [InlineData("current-generation", "false", "m4.large", "m7i.large")]
    [InlineData("ebs-info.nvme-support", "unsupported", "t2.micro", "t3.micro")]
    [InlineData("ebs-info.ebs-optimized-info.maximum-throughput-in-mbps", "260.625", "t3.micro", "t3.large")]
    [InlineData("free-tier-eligible", "true", "t3.micro", "m5.large")]
    [InlineData("instance-storage-info.disk.size-in-gb", "75", "m5d.large", "m5d.xlarge")]
    [InlineData("instance-storage-supported", "true", "m5d.large", "m5.large")]
    [InlineData("memory-info.size-in-mib", "8192", "m5.large", "m5.xlarge")]
    [InlineData("network-info.network-performance", "Up to * Gigabit", "t3.micro", "t2.micro")]
    [InlineData("network-info.ipv4-addresses-per-interface", "2", "t3.micro", "t3.large")]
    [InlineData("processor-info.supported-architecture", "arm64", "t4g.micro", "t3.micro")]
    [InlineData("processor-info.sustained-clock-speed-in-ghz", "2.5", "t3.micro", "t3a.micro")]
    [InlineData("supported-boot-mode", "uefi", "t4g.micro", "t2.micro")]
    [InlineData("vcpu-info.valid-cores", "2", "m5.xlarge", "m5.large")]
    [InlineData("instance-type", "t3.*", "t3.micro", "t3a.micro")]
    public async Task Instance_types_are_found_by_what_they_are(string filter, string value, string found, string other)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var answer = await world.Api.DescribeInstanceTypesAsync(
            new DescribeInstanceTypesRequest { Filters = [new Filter { Name = filter, Values = [value] }] },
            ComputeWorld.Context
        );
        var names = answer.InstanceTypes!.Select(type => type.InstanceType).ToList();
        names.ShouldContain(found);
        names.ShouldNotContain(other);
    }

    [Theory]
    [InlineData("DescribeRouteTables", "association.main", "true", 1)]
    [InlineData("DescribeRouteTables", "association.main", "false", 0)]
    [InlineData("DescribeRouteTables", "route.gateway-id", "igw-*", 1)]
    [InlineData("DescribeInternetGateways", "attachment.state", "available", 1)]
    [InlineData("DescribeNetworkAcls", "default", "true", 1)]
    [InlineData("DescribeNetworkAcls", "entry.rule-number", "32767", 1)]
    [InlineData("DescribeDhcpOptions", "value", "AmazonProvidedDNS", 1)]
    [InlineData("DescribeManagedPrefixLists", "prefix-list-name", "com.amazonaws.eu-west-1.s3", 1)]
    [InlineData("DescribePrefixLists", "prefix-list-name", "com.amazonaws.*", 2)]
    [InlineData("DescribeVolumes", "attachment.device", "/dev/xvda", 1)]
    [InlineData("DescribeVolumes", "create-time", "2025-03-04T05:06:07.000Z", 1)]
    [InlineData("DescribeVolumes", "size", "31", 0)]
    [InlineData("DescribeNetworkInterfaces", "addresses.private-ip-address", "10.66.255.1", 1)]
    [InlineData("DescribeNetworkInterfaces", "attachment.instance-owner-id", "111122223333", 1)]
    [InlineData("DescribeSubnets", "map-public-ip-on-launch", "true", 3)]
    [InlineData("DescribeSubnets", "default-for-az", "false", 0)]
    [InlineData("DescribeSecurityGroups", "ip-permission.group-name", "default", 1)]
    [InlineData("DescribeSecurityGroups", "egress.ip-permission.cidr", "0.0.0.0/0", 1)]
    [InlineData("DescribeImages", "block-device-mapping.volume-size", "30", 4)]
    [InlineData("DescribeInstanceTypeOfferings", "instance-type", "t3.micro", 1)]
    public async Task Resources_are_found_by(string operation, string filter, string value, int expected)
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync();
        var answer = await Ec2Calls.CallAsync(world.Api, operation, FilteredBy(operation, filter, value));
        using var json = JsonDocument.Parse(ShapeJson.ToUtf8(answer));
        json.RootElement.EnumerateObject()
            .Single(member => member.Value.ValueKind == JsonValueKind.Array)
            .Value.GetArrayLength()
            .ShouldBe(expected);
    }

    private static IShape FilteredBy(string operation, string name, string value = "x")
    {
        var request = Ec2Calls.NewRequest(operation);
        IReadOnlyList<Filter> filters = [new Filter { Name = name, Values = [value] }];
        (request.GetType().GetProperty("Filters") ?? request.GetType().GetProperty("Filter"))!.SetValue(
            request,
            filters
        );
        if (request is DescribeLaunchTemplateVersionsRequest versions)
            return versions with { Versions = ["$Latest"] };
        if (request is GetSecurityGroupsForVpcRequest)
            request
                .GetType()
                .GetProperty("VpcId")!
                .SetValue(request, new Compute.Vpcs.DefaultVpc(ComputeWorld.Context, new StandInNetwork().Range).VpcId);
        return request;
    }

    private static Dictionary<string, string[]> Read()
    {
        using var stream = typeof(FilterTests).Assembly.GetManifestResourceStream("documented-filters.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(stream)!;
    }
}
