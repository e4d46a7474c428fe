using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Tagging;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.TargetGroups;

/// <summary>Makes target groups; one with the same name and settings is as good as a new one.</summary>
internal static class TargetGroupCreation
{
    private static readonly string[] HttpProtocols = [ProtocolEnum.Http, ProtocolEnum.Https];
    private static readonly string[] NetworkProtocols =
    [
        ProtocolEnum.Tcp,
        ProtocolEnum.Tls,
        ProtocolEnum.Udp,
        ProtocolEnum.TcpUdp,
    ];
    private static readonly string[] Versions = ["HTTP1", "HTTP2", "GRPC"];

    /// <summary>The group that a request describes, with AWS's defaults, and without an id.</summary>
    internal static TargetGroupRecord Read(CreateTargetGroupInput request, Scope scope)
    {
        var targetType = request.TargetType ?? TargetTypeEnum.Instance;
        CheckSupported(request, targetType);
        var protocol = request.Protocol ?? throw ElbErrors.ValidationError("A protocol must be specified");
        var port = request.Port ?? throw ElbErrors.ValidationError("A port must be specified");
        var vpc = request.VpcId ?? throw ElbErrors.ValidationError("A VPC ID must be specified");
        if (targetType == TargetTypeEnum.Alb && protocol != ProtocolEnum.Tcp)
            throw ElbErrors.ValidationError(
                $"Protocol '{protocol}' is not supported for target groups with target type 'alb': it must be 'TCP'"
            );
        var version = VersionOf(request, protocol);
        return new TargetGroupRecord
        {
            Scope = scope,
            Name = request.Name!,
            Id = "",
            TargetType = targetType,
            Protocol = protocol,
            ProtocolVersion = version,
            Port = port,
            VpcId = vpc,
            HealthCheck = HealthCheckRules.Create(
                new GroupKind(targetType, !HttpProtocols.Contains(protocol), version == "GRPC"),
                new HealthCheckChange
                {
                    Protocol = request.HealthCheckProtocol,
                    Port = request.HealthCheckPort,
                    Path = request.HealthCheckPath,
                    Enabled = request.HealthCheckEnabled,
                    IntervalSeconds = request.HealthCheckIntervalSeconds,
                    TimeoutSeconds = request.HealthCheckTimeoutSeconds,
                    HealthyThreshold = request.HealthyThresholdCount,
                    UnhealthyThreshold = request.UnhealthyThresholdCount,
                    Matcher = request.Matcher,
                }
            ),
        };
    }

    /// <summary>Makes a group, or finds the one that is the same.</summary>
    internal static TargetGroupRecord Apply(
        Transaction transaction,
        TargetGroupRecord wanted,
        IReadOnlyList<Tag>? tags,
        ElbIds ids
    )
    {
        if (TargetGroupNames.Named(transaction, wanted.Scope, wanted.Name) is { } existing)
            return existing with { Id = "", Attributes = wanted.Attributes, Tags = wanted.Tags } == wanted
                ? existing
                : throw DuplicateTargetGroupNameException(
                    $"A target group with the same name '{wanted.Name}' exists, but with different settings"
                );
        if (transaction.Count(LoadBalancingTables.TargetGroups, wanted.Scope.Prefix) >= AccountLimits.TargetGroups)
            throw TooManyTargetGroupsException("The maximum number of target groups has been reached");
        var record = wanted with { Id = ids.Resource(), Tags = Tagging.Tags.Merge([], tags) };
        transaction.Put(LoadBalancingTables.TargetGroups, record);
        return record;
    }

    private static void CheckSupported(CreateTargetGroupInput request, string targetType)
    {
        if (targetType == TargetTypeEnum.Lambda)
            throw ElbErrors.NotSupported("target groups with target type 'lambda'");
        if (
            request.Protocol is { } protocol
            && !HttpProtocols.Contains(protocol)
            && !NetworkProtocols.Contains(protocol)
        )
            throw ElbErrors.NotSupported($"target groups with the {protocol} protocol");
        if (request.IpAddressType == TargetGroupIpAddressTypeEnum.Ipv6)
            throw ElbErrors.NotSupported("target groups with IPv6 addresses");
        if (request.TargetControlPort is not null)
            throw ElbErrors.NotSupported("target control ports");
    }

    private static string? VersionOf(CreateTargetGroupInput request, string protocol)
    {
        // Terraform's provider names an empty one for target groups that have none.
        var given = request.ProtocolVersion is { Length: > 0 } its ? its : null;
        if (!HttpProtocols.Contains(protocol))
            return given is null
                ? null
                : throw ElbErrors.ValidationError(
                    $"Protocol version cannot be specified for target groups with the {protocol} protocol"
                );
        var version = given ?? Versions[0];
        return Versions.Contains(version)
            ? version
            : throw ElbErrors.ValidationError(
                $"Protocol version '{version}' must be one of '{string.Join(", ", Versions)}'"
            );
    }
}
