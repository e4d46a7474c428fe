using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.SecurityGroups;

/// <summary>
/// Turns the permissions of a request into rules and rules back into permissions ("Security group rules", Amazon VPC
/// user guide).
/// </summary>
internal static partial class SecurityGroupRules
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

    /// <summary>The rules that the permissions state, still without ids.</summary>
    /// <param name="permissions">What is let in, or out.</param>
    /// <param name="egress">Whether it is let out.</param>
    /// <param name="peers">Finds what a rule refers to.</param>
    /// <exception cref="AwsException">A protocol, port range or peer that EC2 does not take.</exception>
    public static IReadOnlyList<SecurityGroupRule> FromPermissions(
        IReadOnlyList<IpPermission> permissions,
        bool egress,
        RulePeers peers
    )
    {
        var rules = new List<SecurityGroupRule>();
        foreach (var permission in permissions)
        {
            var basis = Basis(permission.IpProtocol, permission.FromPort, permission.ToPort) with { IsEgress = egress };
            var before = rules.Count;
            foreach (var range in permission.IpRanges ?? [])
                rules.Add(
                    basis with
                    {
                        CidrIpv4 = Cidr(range.CidrIp, AddressFamily.InterNetwork),
                        Description = CheckDescription(range.Description),
                    }
                );
            foreach (var range in permission.Ipv6Ranges ?? [])
                rules.Add(
                    basis with
                    {
                        CidrIpv6 = Cidr(range.CidrIpv6, AddressFamily.InterNetworkV6),
                        Description = CheckDescription(range.Description),
                    }
                );
            foreach (var prefix in permission.PrefixListIds ?? [])
                rules.Add(
                    basis with
                    {
                        PrefixListId = peers.PrefixList(prefix.PrefixListIdValue),
                        Description = CheckDescription(prefix.Description),
                    }
                );
            foreach (var pair in permission.UserIdGroupPairs ?? [])
                rules.Add(
                    basis with
                    {
                        ReferencedGroupInfo = peers.Group(pair.GroupId, pair.GroupName, pair.UserId),
                        Description = CheckDescription(pair.Description),
                    }
                );
            if (rules.Count == before)
                throw new AwsException("InvalidRequest", "The request received was invalid.");
        }
        return rules;
    }

    /// <summary>A rule as ModifySecurityGroupRules states it anew: with one peer.</summary>
    /// <exception cref="AwsException">As above; <c>InvalidParameterCombination</c>: no peer or several.</exception>
    public static SecurityGroupRule FromRequest(SecurityGroupRuleRequest request, RulePeers peers)
    {
        if (
            new[] { request.CidrIpv4, request.CidrIpv6, request.PrefixListId, request.ReferencedGroupId }.Count(peer =>
                peer is not null
            ) != 1
        )
            throw Ec2Requests.Combination(
                "A security group rule has one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId."
            );
        return Basis(request.IpProtocol, request.FromPort, request.ToPort) with
        {
            CidrIpv4 = request.CidrIpv4 is { } cidr ? Cidr(cidr, AddressFamily.InterNetwork) : null,
            CidrIpv6 = request.CidrIpv6 is { } cidr6 ? Cidr(cidr6, AddressFamily.InterNetworkV6) : null,
            PrefixListId = request.PrefixListId is { } list ? peers.PrefixList(list) : null,
            ReferencedGroupInfo = request.ReferencedGroupId is { } group ? peers.Group(group, null, null) : null,
            Description = CheckDescription(request.Description),
        };
    }

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>.</exception>
    public static string? CheckDescription(string? description) =>
        description is null || DescriptionText().IsMatch(description)
            ? description
            : throw Ec2Requests.Invalid(
                "Invalid rule description. Valid descriptions are strings less than 256 characters from the "
                    + "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
            );

    public static IReadOnlyList<IpPermission> ToPermissions(IEnumerable<SecurityGroupRule> rules) =>
        [
            .. rules
                .GroupBy(rule => (rule.IpProtocol, rule.FromPort, rule.ToPort))
                .Select(same => new IpPermission
                {
                    IpProtocol = same.Key.IpProtocol,
                    FromPort = same.Key.IpProtocol == "-1" ? null : same.Key.FromPort,
                    ToPort = same.Key.IpProtocol == "-1" ? null : same.Key.ToPort,
                    IpRanges =
                    [
                        .. same.Where(rule => rule.CidrIpv4 is not null)
                            .Select(rule => new IpRange { CidrIp = rule.CidrIpv4, Description = rule.Description }),
                    ],
                    Ipv6Ranges =
                    [
                        .. same.Where(rule => rule.CidrIpv6 is not null)
                            .Select(rule => new Ipv6Range { CidrIpv6 = rule.CidrIpv6, Description = rule.Description }),
                    ],
                    PrefixListIds =
                    [
                        .. same.Where(rule => rule.PrefixListId is not null)
                            .Select(rule => new PrefixListId
                            {
                                PrefixListIdValue = rule.PrefixListId,
                                Description = rule.Description,
                            }),
                    ],
                    UserIdGroupPairs =
                    [
                        .. same.Where(rule => rule.ReferencedGroupInfo is not null)
                            .Select(rule => new UserIdGroupPair
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

    private static SecurityGroupRule Basis(string? given, int? from, int? to)
    {
        var protocol = Protocol(given ?? throw Ec2Requests.Missing("ipProtocol"));
        switch (protocol)
        {
            case "tcp" or "udp":
                CheckPorts(from, to);
                break;
            case "icmp":
                CheckTypeAndCode(from, to);
                break;
        }

        var all = protocol == "-1";
        return new SecurityGroupRule
        {
            IsEgress = false,
            IpProtocol = protocol,
            FromPort = all ? -1 : from ?? -1,
            ToPort = all ? -1 : to ?? -1,
        };
    }

    private static void CheckPorts(int? from, int? to)
    {
        if (from is null || to is null)
            throw Ec2Requests.Invalid(
                "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."
            );
        if (from is < 0 or > 65535)
            throw Ec2Requests.Invalid($"TCP/UDP (from) port ({from}) out of range");
        if (to is < 0 or > 65535)
            throw Ec2Requests.Invalid($"TCP/UDP (to) port ({to}) out of range");
        if (from > to)
            throw Ec2Requests.Invalid($"Invalid value '{from}-{to}' for portRange. The lower port comes first.");
    }

    // Those of ICMP are a message's type and code; -1 stands for all. ICMPv6 may leave them out.
    private static void CheckTypeAndCode(int? type, int? code)
    {
        if (type is null || code is null)
            throw Ec2Requests.Invalid("Invalid value 'Must specify both from and to ports with ICMP.' for portRange.");
        if (type is < -1 or > 255)
            throw Ec2Requests.Invalid($"ICMP type ({type}) out of range");
        if (code is < -1 or > 255)
            throw Ec2Requests.Invalid($"ICMP code ({code}) out of range");
    }

    /// <summary>Names and the numbers that have names are the same protocol.</summary>
    private static string Protocol(string protocol) =>
        protocol.ToLowerInvariant() switch
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
        if (
            slash < 0
            || !IPAddress.TryParse(cidr.AsSpan(0, slash), out var address)
            || address.AddressFamily != family
            || (family == AddressFamily.InterNetwork && address.ToString() != cidr[..slash])
            || !int.TryParse(cidr.AsSpan(slash + 1), out var length)
            || length < 0
            || length > (family == AddressFamily.InterNetwork ? 32 : 128)
        )
            throw Ec2Requests.Invalid($"CIDR block {cidr} is malformed");

        // EC2 keeps the block that the address is in: 10.0.0.7/24 becomes 10.0.0.0/24.
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return $"{new IPAddress(bytes)}/{length}";
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DescriptionText();
}
