using Estiba.Contracts.Logs;

namespace Estiba.Logs.Deliveries;

/// <summary>What delivers logs, under a name.</summary>
internal sealed record DeliverySourceRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>As it is shown.</summary>
    public required DeliverySource Source { get; init; }

    public string Key => new Scope(AccountId, Region).Key(Source.Name!);
}

/// <summary>Where logs are delivered to, under a name.</summary>
internal sealed record DeliveryDestinationRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>As it is shown.</summary>
    public required DeliveryDestination Destination { get; init; }

    public string Key => new Scope(AccountId, Region).Key(Destination.Name!);
}

/// <summary>A delivery from a source to a destination.</summary>
internal sealed record DeliveryRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>As it is shown.</summary>
    public required Delivery Delivery { get; init; }

    public string Key => new Scope(AccountId, Region).Key(Delivery.Id!);
}
