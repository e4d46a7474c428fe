using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.Names;

namespace Estiba.LoadBalancing.TargetGroups;

/// <summary>
/// A target group: where requests are forwarded to, and how it is checked that somebody answers there.
/// </summary>
internal sealed record TargetGroupRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary><c>instance</c>, <c>ip</c> or <c>alb</c>.</summary>
    public required string TargetType { get; init; }

    /// <summary><c>HTTP</c>, <c>HTTPS</c>, <c>TCP</c>, <c>TLS</c>, <c>UDP</c> or <c>TCP_UDP</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary><c>HTTP1</c>, <c>HTTP2</c> or <c>GRPC</c>; null where it is neither HTTP nor HTTPS.</summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>The port of targets that are registered without one.</summary>
    public required int Port { get; init; }

    /// <summary>Its VPC.</summary>
    public required string VpcId { get; init; }

    /// <summary>How its targets are checked.</summary>
    public required HealthCheckSettings HealthCheck { get; init; }

    /// <summary>The attributes that were changed.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = NoAttributes;

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    private static readonly Dictionary<string, string> NoAttributes = [];

    /// <summary>What names it in its scope: <c>NAME/ID</c>.</summary>
    public string Resource => $"{Name}/{Id}";

    /// <summary>Its key; those of its targets begin with it and a slash.</summary>
    public string Key => Scope.Key(Resource);

    /// <summary>Its ARN.</summary>
    public string Arn => ArnKinds.TargetGroup.Arn(Scope, Resource);

    /// <summary>Whether it belongs to Application Load Balancers.</summary>
    public bool IsHttp => Protocol is ProtocolEnum.Http or ProtocolEnum.Https;
}
