using Estiba.Contracts.Ec2;

namespace Estiba.Compute.LaunchTemplates;

/// <summary>A launch template: a name under which versions of what to launch are kept.</summary>
internal sealed record LaunchTemplateRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string LaunchTemplateId { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>The version that is launched where none is named.</summary>
    public long DefaultVersion { get; init; } = 1;

    /// <summary>The newest version; numbers are not given twice.</summary>
    public long LatestVersion { get; init; } = 1;

    public string? ClientToken { get; init; }

    /// <summary>
    /// The hash of the request, to tell a repetition from another request with the same token.
    /// </summary>
    public string? RequestHash { get; init; }
}

/// <summary>A version of a launch template; it never changes.</summary>
internal sealed record LaunchTemplateVersionRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string LaunchTemplateId { get; init; }

    /// <summary>Counted from 1.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public string? Description { get; init; }

    /// <summary>What to launch.</summary>
    public required RequestLaunchTemplateData Data { get; init; }

    public string? ClientToken { get; init; }

    /// <summary>The hash of the request, as of a template.</summary>
    public string? RequestHash { get; init; }
}
