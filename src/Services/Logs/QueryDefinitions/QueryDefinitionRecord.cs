using Estiba.Contracts.Logs;

namespace Estiba.Logs.QueryDefinitions;

/// <summary>A saved query of CloudWatch Logs Insights.</summary>
internal sealed record QueryDefinitionRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>What was put, as it is shown.</summary>
    public required QueryDefinition Definition { get; init; }

    public string Key => new Scope(AccountId, Region).Key(Definition.QueryDefinitionId!);
}
