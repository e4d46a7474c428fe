using System.Text;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests;

/// <summary>A dry run is about the caller's rights: what it names need not be there, and nothing is changed.</summary>
public sealed class DryRunTests
{
    /// <summary>Of members that requests have, ones that are well formed and name nothing that exists.</summary>
    private static readonly Dictionary<string, object[]> Values = new()
    {
        ["AllocationIds"] = [List("eipalloc-0123456789abcdef0")],
        ["Attribute"] = ["sourceDestCheck"],
        ["DefaultVersion"] = ["1"],
        ["Description"] = ["web servers"],
        ["DhcpOptionsIds"] = [List("dopt-0123456789abcdef0")],
        ["GroupId"] = ["sg-0123456789abcdef0", List("sg-0123456789abcdef0")],
        ["GroupIds"] = [List("sg-0123456789abcdef0")],
        ["GroupName"] = ["nobody"],
        ["ImageId"] = ["ami-0123456789abcdef0"],
        ["ImageIds"] = [List("ami-0123456789abcdef0")],
        ["InstanceCreditSpecifications"] =
        [
            Of(new InstanceCreditSpecificationRequest { InstanceId = "i-0123456789abcdef0", CpuCredits = "standard" }),
        ],
        ["InstanceId"] = ["i-0123456789abcdef0"],
        ["InstanceIds"] = [List("i-0123456789abcdef0")],
        ["InternetGatewayIds"] = [List("igw-0123456789abcdef0")],
        ["IpPermissions"] =
        [
            Of(
                new IpPermission
                {
                    IpProtocol = "tcp",
                    FromPort = 80,
                    ToPort = 80,
                    IpRanges = [new IpRange { CidrIp = "192.0.2.0/24" }],
                }
            ),
        ],
        ["KeyName"] = ["nobody"],
        ["KeyPairIds"] = [List("key-0123456789abcdef0")],
        ["LaunchTemplateData"] = [new RequestLaunchTemplateData { InstanceType = "t3.micro" }],
        ["LaunchTemplateName"] = ["nobody"],
        ["MaxCount"] = [1],
        ["MinCount"] = [1],
        ["NatGatewayIds"] = [List("nat-0123456789abcdef0")],
        ["NetworkAclIds"] = [List("acl-0123456789abcdef0")],
        ["NetworkInterfaceId"] = ["eni-0123456789abcdef0"],
        ["NetworkInterfaceIds"] = [List("eni-0123456789abcdef0")],
        ["PrefixListId"] = ["pl-0123456789abcdef0"],
        ["PrefixListIds"] = [List("pl-0123456789abcdef0")],
        ["PublicKeyMaterial"] = [new ReadOnlyMemory<byte>(Encoding.ASCII.GetBytes(KeyPairs.KeyPairTests.Ed25519Line))],
        ["Resources"] = [List("i-0123456789abcdef0")],
        ["RouteTableIds"] = [List("rtb-0123456789abcdef0")],
        ["SecurityGroupRules"] = [Of(new SecurityGroupRuleUpdate { SecurityGroupRuleId = "sgr-0123456789abcdef0" })],
        ["SnapshotIds"] = [List("snap-0123456789abcdef0")],
        ["SourceDestCheck"] = [new AttributeBooleanValue { Value = false }],
        ["SubnetId"] = ["subnet-0123456789abcdef0"],
        ["SubnetIds"] = [List("subnet-0123456789abcdef0")],
        ["Tags"] = [Of(new Tag { Key = "a", Value = "b" })],
        ["Versions"] = [List("1")],
        ["VolumeIds"] = [List("vol-0123456789abcdef0")],
        ["VpcEndpointIds"] = [List("vpce-0123456789abcdef0")],
        ["VpcId"] = ["vpc-0123456789abcdef0"],
        ["VpcIds"] = [List("vpc-0123456789abcdef0")],
    };

    public static TheoryData<string> Operations { get; } =
    [.. Ec2Calls.Implemented.Where(operation => Ec2Calls.RequestType(operation).GetProperty("DryRun") is not null)];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_dry_run_would_have_succeeded_whatever_it_names(string operation)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var request = Ec2Calls.NewRequest(operation);
        foreach (var property in request.GetType().GetProperties())
        {
            if (property.Name == "DryRun")
                property.SetValue(request, true);
            // The older way to modify an attribute names it and has a value besides.
            if (property.Name == "Attribute" && operation == "ModifyInstanceAttribute")
                continue;
            if (
                Values.GetValueOrDefault(property.Name)?.FirstOrDefault(value => IsOf(value, property.PropertyType)) is
                { } value
            )
                property.SetValue(request, value);
        }

        var answer = await ComputeWorld.ErrorOfAsync(() => Ec2Calls.CallAsync(world.Api, operation, request));

        (answer.Code, answer.Message, answer.StatusCode).ShouldBe(
            ("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        );
    }

    [Fact]
    public void There_are_many_of_them() => Operations.Count.ShouldBeGreaterThan(60);

    private static bool IsOf(object value, Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type).IsInstanceOfType(value);

    private static IReadOnlyList<string> List(string value) => [value];

    private static IReadOnlyList<T> Of<T>(T value) => [value];
}
