using System.Net;
using System.Net.Sockets;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.SecurityGroups;

/// <summary>Turns the permissions of a request into rules and rules back into permissions ("Security group rules", Amazon VPC user guide).</summary>
internal static class SecurityGroupRules
{
    /// <summary>What a rule says, without its id: two rules with the same are duplicates.</summary>
    public static string Identity(SecurityGroupRule rule) =>
        $"{rule.IsEgress}/{rule.IpProtocol}/{rule.FromPort}/{rule.ToPort}/{Peer(rule)}";

    /// <summary>EC2's words for a rule in its messages.</summary>
    public static string Describe(SecurityGroupRule rule)
    {
        var protocol = rule.IpProtocol == "-1" ? "ALL" : rule.IpProtocol!.ToUpperInvariant();
        var ports = rule.IpProtocol is "tcp" or "udp" ? $", from port: {rule.FromPort}, to port: {rule.ToPort}" : "";
        return $"peer: {Peer(rule)}, {protocol}{ports}, ALLOW";
    }

    /// <summary>The ingress rules that the permissions state, still without ids.</summary>
    /// <exception cref="AwsException">A protocol, port range or source that EC2 does not take.</exception>
    public static IReadOnlyList<SecurityGroupRule> FromPermissions(IReadOnlyList<IpPermission> permissions, Func<UserIdGroupPair, ReferencedSecurityGroup> resolve)
    {
        var rules = new List<SecurityGroupRule>();
        foreach (var permission in permissions)
        {
            var basis = Basis(permission);
            var before = rules.Count;
            foreach (var range in permission.IpRanges ?? [])
                rules.Add(basis with { CidrIpv4 = Cidr(range.CidrIp, AddressFamily.InterNetwork), Description = range.Description });
            foreach (var range in permission.Ipv6Ranges ?? [])
                rules.Add(basis with { CidrIpv6 = Cidr(range.CidrIpv6, AddressFamily.InterNetworkV6), Description = range.Description });
            foreach (var prefix in permission.PrefixListIds ?? [])
                rules.Add(basis with { PrefixListId = prefix.PrefixListIdValue, Description = prefix.Description });
            foreach (var pair in permission.UserIdGroupPairs ?? [])
                rules.Add(basis with { ReferencedGroupInfo = resolve(pair), Description = pair.Description });
            if (rules.Count == before) throw new AwsException("InvalidRequest", "The request received was invalid.");
        }
        return rules;
    }

    public static IReadOnlyList<IpPermission> ToPermissions(IEnumerable<SecurityGroupRule> rules) =>
    [
        .. rules.GroupBy(rule => (rule.IpProtocol, rule.FromPort, rule.ToPort)).Select(same => new IpPermission
        {
            IpProtocol = same.Key.IpProtocol,
            FromPort = same.Key.IpProtocol == "-1" ? null : same.Key.FromPort,
            ToPort = same.Key.IpProtocol == "-1" ? null : same.Key.ToPort,
            IpRanges = [.. same.Where(rule => rule.CidrIpv4 is not null).Select(rule => new IpRange { CidrIp = rule.CidrIpv4, Description = rule.Description })],
            Ipv6Ranges =
            [
                .. same.Where(rule => rule.CidrIpv6 is not null).Select(rule => new Ipv6Range { CidrIpv6 = rule.CidrIpv6, Description = rule.Description }),
            ],
            PrefixListIds =
            [
                .. same.Where(rule => rule.PrefixListId is not null)
                    .Select(rule => new PrefixListId { PrefixListIdValue = rule.PrefixListId, Description = rule.Description }),
            ],
            UserIdGroupPairs =
            [
                .. same.Where(rule => rule.ReferencedGroupInfo is not null).Select(rule => new UserIdGroupPair
                {
                    GroupId = rule.ReferencedGroupInfo!.GroupId,
                    UserId = rule.ReferencedGroupInfo.UserId,
                    Description = rule.Description,
                }),
            ],
        }),
    ];

    private static string? Peer(SecurityGroupRule rule) =>
        rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;

    private static SecurityGroupRule Basis(IpPermission permission)
    {
        var protocol = Protocol(permission.IpProtocol ?? throw Ec2Requests.Missing("ipProtocol"));
        var (from, to) = (permission.FromPort, permission.ToPort);
        if (protocol is "tcp" or "udp")
        {
            if (from is null || to is null)
                throw Ec2Requests.Invalid("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
            if (from is < 0 or > 65535 || to is < 0 or > 65535 || from > to)
                throw Ec2Requests.Invalid($"Invalid value '{from}-{to}' for portRange. A TCP/UDP port range is from 0 to 65535, the lower port first.");
        }
        return new SecurityGroupRule
        {
            IsEgress = false,
            IpProtocol = protocol,
            FromPort = protocol == "-1" ? -1 : from ?? -1,
            ToPort = protocol == "-1" ? -1 : to ?? -1,
        };
    }

    /// <summary>Names and the numbers that have names are the same protocol.</summary>
    private static string Protocol(string protocol) => protocol.ToLowerInvariant() switch
    {
        "tcp" or "6" => "tcp",
        "udp" or "17" => "udp",
        "icmp" or "1" => "icmp",
        "icmpv6" or "58" => "icmpv6",
        "-1" or "all" => "-1",
        var number when byte.TryParse(number, out _) => number,
        var other => throw Ec2Requests.Invalid($"Invalid value '{other}' for IP protocol. Unknown protocol."),
    };

    private static string Cidr(string? cidr, AddressFamily family)
    {
        var slash = (cidr ??= "").IndexOf('/', StringComparison.Ordinal);
        // .NET reads 10.0.0 as 10.0.0.0, EC2 does not.
        if (slash < 0
            || !IPAddress.TryParse(cidr.AsSpan(0, slash), out var address)
            || address.AddressFamily != family
            || (family == AddressFamily.InterNetwork && address.ToString() != cidr[..slash])
            || !int.TryParse(cidr.AsSpan(slash + 1), out var length)
            || length < 0
            || length > (family == AddressFamily.InterNetwork ? 32 : 128))
            throw Ec2Requests.Invalid($"CIDR block {cidr} is malformed");

        // EC2 keeps the block that the address is in: 10.0.0.7/24 becomes 10.0.0.0/24.
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return $"{new IPAddress(bytes)}/{length}";
    }
}
