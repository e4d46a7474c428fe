using System.Globalization;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Attributes;

namespace Estiba.LoadBalancing.HealthChecks;

/// <summary>
/// What of health checks may be set, and what they are unless something is said ("CreateTargetGroup", API reference;
/// "Health checks", user guides of both kinds of load balancers).
/// </summary>
internal static class HealthCheckRules
{
    private const string GrpcPath = "/AWS.ALB/healthcheck";

    /// <summary>The health check of a new group.</summary>
    /// <param name="kind">What of the group matters.</param>
    /// <param name="asked">What is asked for.</param>
    internal static HealthCheckSettings Create(GroupKind kind, HealthCheckChange asked)
    {
        var protocol = asked.Protocol ?? (kind.IsTcp && !kind.IsAlb ? ProtocolEnum.Tcp : ProtocolEnum.Http);
        return Change(
            kind,
            new HealthCheckSettings
            {
                Protocol = protocol,
                Port = HealthCheckSettings.TrafficPort,
                IntervalSeconds = 30,
                TimeoutSeconds =
                    !kind.IsTcp ? 5
                    : protocol == ProtocolEnum.Http ? 6
                    : 10,
                HealthyThreshold = 5,
                UnhealthyThreshold = 2,
            },
            asked
        );
    }

    /// <summary>A health check after a change.</summary>
    internal static HealthCheckSettings Change(GroupKind kind, HealthCheckSettings before, HealthCheckChange asked)
    {
        if (asked.Enabled == false)
            throw ElbErrors.ValidationError(
                $"Health check enabled must be true for target groups with target type '{kind.TargetType}'"
            );
        var protocol = asked.Protocol ?? before.Protocol;
        CheckProtocol(kind, protocol);
        CheckPort(asked.Port);
        var after = before with
        {
            Protocol = protocol,
            Port = asked.Port ?? before.Port,
            IntervalSeconds = asked.IntervalSeconds ?? before.IntervalSeconds,
            TimeoutSeconds = asked.TimeoutSeconds ?? before.TimeoutSeconds,
            HealthyThreshold = asked.HealthyThreshold ?? before.HealthyThreshold,
            UnhealthyThreshold = asked.UnhealthyThreshold ?? before.UnhealthyThreshold,
        };
        after = protocol == ProtocolEnum.Tcp ? OverTcp(after, asked) : OverHttp(kind, after, asked);
        return after.IntervalSeconds > after.TimeoutSeconds
            ? after
            : throw ElbErrors.ValidationError("Health check interval must be greater than the timeout.");
    }

    private static HealthCheckSettings OverTcp(HealthCheckSettings after, HealthCheckChange asked) =>
        asked.Path is not null
            ? throw ElbErrors.ValidationError(
                "Health check path cannot be specified for health checks with the TCP protocol"
            )
        : asked.Matcher is { HttpCode: not null } or { GrpcCode: not null }
            ? throw ElbErrors.ValidationError(
                "Health check matcher cannot be specified for health checks with the TCP protocol"
            )
        : after with { Path = null, HttpCodes = null, GrpcCodes = null };

    private static HealthCheckSettings OverHttp(GroupKind kind, HealthCheckSettings after, HealthCheckChange asked)
    {
        if (asked.Path is { } path && (path[0] != '/' || path.Any(each => each is <= ' ' or > '~')))
            throw ElbErrors.ValidationError(
                $"Health check path '{path}' must begin with a '/' character, and can only contain printable ASCII "
                    + "characters, without spaces"
            );
        after = after with { Path = asked.Path ?? after.Path ?? (kind.IsGrpc ? GrpcPath : "/") };
        if (kind.IsGrpc)
        {
            if (asked.Matcher?.HttpCode is not null)
                throw ElbErrors.ValidationError(
                    "Health check matcher HTTP code cannot be specified for target groups with the GRPC protocol "
                        + "version"
                );
            CheckCodes("GRPC", asked.Matcher?.GrpcCode, 0, 99);
            return after with { GrpcCodes = asked.Matcher?.GrpcCode ?? after.GrpcCodes ?? "12" };
        }

        if (asked.Matcher?.GrpcCode is not null)
            throw ElbErrors.ValidationError(
                "Health check matcher GRPC code can only be specified for target groups with the GRPC protocol version"
            );
        CheckCodes("HTTP", asked.Matcher?.HttpCode, 200, kind.IsTcp ? 599 : 499);
        return after with
        {
            HttpCodes = asked.Matcher?.HttpCode ?? after.HttpCodes ?? (kind.IsTcp ? "200-399" : "200"),
        };
    }

    private static void CheckProtocol(GroupKind kind, string protocol)
    {
        string[] allowed =
            kind.IsTcp && !kind.IsAlb
                ? [ProtocolEnum.Http, ProtocolEnum.Https, ProtocolEnum.Tcp]
                : [ProtocolEnum.Http, ProtocolEnum.Https];
        if (!allowed.Contains(protocol))
            throw ElbErrors.ValidationError(
                $"Health check protocol '{protocol}' must be one of '{string.Join(", ", allowed)}'"
            );
    }

    private static void CheckPort(string? port)
    {
        var isPort =
            port is null or HealthCheckSettings.TrafficPort
            || (AttributeSpec.TryNumber(port, out var number) && number is >= 1 and <= ushort.MaxValue);
        if (!isPort)
            throw ElbErrors.ValidationError(
                $"Health check port '{port}' must be '{HealthCheckSettings.TrafficPort}' or a port between '1' and "
                    + $"'{ushort.MaxValue.ToString(CultureInfo.InvariantCulture)}'"
            );
    }

    private static void CheckCodes(string kind, string? codes, int least, int most)
    {
        if (codes is null)
            return;
        if (CodeRange.Parse(codes) is not { } ranges || ranges.Any(range => range.First < least || range.Last > most))
            throw ElbErrors.ValidationError(
                $"Health check matcher {kind} code '{codes}' must be within '{least}-{most}' inclusive"
            );
    }
}

/// <summary>What of a target group decides about its health checks.</summary>
/// <param name="TargetType">What it has.</param>
/// <param name="IsTcp">Whether it belongs to Network Load Balancers.</param>
/// <param name="IsGrpc">Whether its targets speak gRPC.</param>
internal readonly record struct GroupKind(string TargetType, bool IsTcp, bool IsGrpc)
{
    internal bool IsAlb => TargetType == TargetTypeEnum.Alb;
}

/// <summary>What a request says of health checks.</summary>
internal sealed record HealthCheckChange
{
    internal string? Protocol { get; init; }
    internal string? Port { get; init; }
    internal string? Path { get; init; }
    internal bool? Enabled { get; init; }
    internal int? IntervalSeconds { get; init; }
    internal int? TimeoutSeconds { get; init; }
    internal int? HealthyThreshold { get; init; }
    internal int? UnhealthyThreshold { get; init; }
    internal Matcher? Matcher { get; init; }
}
