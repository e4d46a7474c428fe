using System.Text.Json.Serialization;
using Estiba.State;

namespace Estiba.Machines;

/// <summary>
/// The machine of an instance: written down before the hook is asked for it, and gone when the hook has taken it away.
/// </summary>
internal sealed record MachineRecord
{
    /// <summary>The account and region of its instance.</summary>
    public required Scope Scope { get; init; }

    public required string InstanceId { get; init; }

    /// <summary>The token that it joins with, sealed; null once it has.</summary>
    public string? Token { get; init; }

    /// <summary>By when it has to join.</summary>
    public required DateTimeOffset JoinBy { get; init; }

    /// <summary>Whether the hook has agreed to make it.</summary>
    public bool IsLaunched { get; init; }

    /// <summary>How often the hook has not.</summary>
    public int Failures { get; init; }

    /// <summary>When to ask it again; null for now.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Why it has not, the last time.</summary>
    public string? Failure { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(InstanceId);

    /// <summary>Without the token.</summary>
    public override string ToString() => InstanceId;
}

/// <summary>What is kept of machines.</summary>
internal static class MachineTables
{
    internal static readonly Table<MachineRecord> Machines = new(
        "estiba.machines",
        machine => machine.Key,
        MachinesJson.Default
    );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(MachineRecord))]
[JsonSerializable(typeof(InstanceHookCall))]
internal sealed partial class MachinesJson : JsonSerializerContext;
