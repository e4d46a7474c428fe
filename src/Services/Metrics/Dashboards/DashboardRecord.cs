namespace Estiba.Metrics.Dashboards;

/// <summary>A dashboard. It belongs to an account, and to no region.</summary>
internal sealed record DashboardRecord
{
    /// <summary>The account that it belongs to.</summary>
    public required string Account { get; init; }

    /// <summary>Its partition, that of the region in which it was put first.</summary>
    public required string Partition { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its JSON, as it was put.</summary>
    public required string Body { get; init; }

    /// <summary>When it was put last.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Account, Name);

    /// <summary>Its ARN, without a region.</summary>
    public string Arn =>
        new Contracts.Arn("cloudwatch", "", Account, $"dashboard/{Name}") { Partition = Partition }.ToString();

    /// <summary>The key of a dashboard, or what those of several begin with.</summary>
    public static string KeyOf(string account, string name) => $"{account}//{name}";
}
