using System.Text;
using Estiba.Console.Commands;
using Estiba.Console.Sessions;
using Estiba.Contracts;

namespace Estiba.Console.Pages.Compute;

/// <summary>Instances that somebody is about to add to a cluster, with a security group where they need one.</summary>
internal sealed class InstancePlan
{
    internal const string NewGroup = "new";

    private const string Image = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";

    private const string ComingGroup = "$GROUP_ID";

    internal string Cluster { get; set; } = "";
    internal string InstanceType { get; set; } = "t3.small";
    internal int? Count { get; set; } = 2;
    internal int? StorageGiB { get; set; } = 30;
    internal string Subnet { get; set; } = "";

    /// <summary>An id; empty for the usual one, <see cref="NewGroup"/> for one that is made.</summary>
    internal string SecurityGroup { get; set; } = "";

    internal string GroupName { get; set; } = "";
    internal string Ports { get; set; } = "80";

    /// <summary>All that will be asked for, in this order.</summary>
    internal IReadOnlyList<IShape> Requests =>
        SecurityGroup == NewGroup
            ? [GroupRequest, IngressRequest(ComingGroup), RunRequest(ComingGroup)]
            : [RunRequest(SecurityGroup)];

    /// <summary>The commands that do the same.</summary>
    internal string Commands =>
        string.Join(
            "\n",
            Requests.Select(request =>
                AwsCommand.Of(
                    "ec2",
                    request switch
                    {
                        Ec2.CreateSecurityGroupRequest => "CreateSecurityGroup",
                        Ec2.AuthorizeSecurityGroupIngressRequest => "AuthorizeSecurityGroupIngress",
                        _ => "RunInstances",
                    },
                    request
                )
            )
        );

    /// <summary>Makes all of it.</summary>
    internal async Task MakeAsync(Ec2.IEc2Api ec2)
    {
        var group = SecurityGroup;
        if (group == NewGroup)
        {
            group = (await ec2.CreateSecurityGroupAsync(GroupRequest, Session.Context)).GroupId!;
            await ec2.AuthorizeSecurityGroupIngressAsync(IngressRequest(group), Session.Context);
        }

        await ec2.RunInstancesAsync(RunRequest(group), Session.Context);
    }

    private Ec2.CreateSecurityGroupRequest GroupRequest =>
        new() { GroupName = GroupName, Description = $"Instances of the cluster {Cluster}" };

    private Ec2.AuthorizeSecurityGroupIngressRequest IngressRequest(string group) =>
        new()
        {
            GroupId = group,
            IpPermissions =
            [
                .. OpenPorts()
                    .Select(range => new Ec2.IpPermission
                    {
                        IpProtocol = "tcp",
                        FromPort = range.From,
                        ToPort = range.To,
                        IpRanges = [new() { CidrIp = "0.0.0.0/0" }],
                    }),
            ],
        };

    private Ec2.RunInstancesRequest RunRequest(string group) =>
        new()
        {
            ImageId = Image,
            InstanceType = InstanceType,
            MinCount = Count,
            MaxCount = Count,
            SubnetId = Subnet.Length == 0 ? null : Subnet,
            SecurityGroupIds = group.Length == 0 ? null : [group],
            BlockDeviceMappings = StorageGiB is { } size
                ?
                [
                    new()
                    {
                        DeviceName = "/dev/xvda",
                        Ebs = new() { VolumeSize = size, VolumeType = "gp3" },
                    },
                ]
                : null,
            UserData = Convert.ToBase64String(
                Encoding.UTF8.GetBytes($"#!/bin/bash\necho ECS_CLUSTER={Cluster} >> /etc/ecs/ecs.config\n")
            ),
        };

    /// <summary>The ports and ranges of ports that are written: <c>80, 9000-9010</c>.</summary>
    internal IEnumerable<(int From, int To)> OpenPorts() =>
        from part in Ports.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
        let ends = part.Split('-')
        where int.TryParse(ends[0], out _) && int.TryParse(ends[^1], out _)
        select (Number(ends[0]), Number(ends[^1]));

    private static int Number(string digits) => int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
}
