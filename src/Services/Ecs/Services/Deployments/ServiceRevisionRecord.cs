using Estiba.Contracts.Ecs;
using Estiba.Ecs.ServiceConnect;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// What a service deployment rolls out: the settings that only new tasks can have. It never changes ("Amazon ECS
/// service revisions", developer guide).
/// </summary>
public sealed record ServiceRevisionRecord
{
    /// <summary>The key of its service.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>Nineteen digits.</summary>
    public required string Id { get; init; }

    /// <summary>The revision as <c>DescribeServiceRevisions</c> shows it.</summary>
    public required ServiceRevision Revision { get; init; }

    /// <summary>What its tasks are in a namespace of Service Connect.</summary>
    public ServiceConnectSettings? ServiceConnect { get; init; }

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(ServiceKey, Id);

    /// <summary>The key of a revision.</summary>
    public static string KeyOf(string serviceKey, string id) => $"{serviceKey}/{id}";
}
