using Estiba.Contracts.Ecr;

namespace Estiba.Ecr.Settings;

/// <summary>The settings of the registry of an account in a region.</summary>
internal sealed record RegistryRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public string? PolicyText { get; init; }

    /// <summary>How images would be scanned; null when nobody has said.</summary>
    public RegistryScanningConfiguration? Scanning { get; init; }

    /// <summary>Account settings that were put, by name.</summary>
    public IReadOnlyDictionary<string, string> AccountSettings { get; init; } = new Dictionary<string, string>();
}
