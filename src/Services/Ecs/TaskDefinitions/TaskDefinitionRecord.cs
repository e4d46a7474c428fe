using System.Globalization;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>One revision of a task definition.</summary>
public sealed record TaskDefinitionRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The definition as <c>DescribeTaskDefinition</c> shows it, all defaults filled in.</summary>
    public required TaskDefinition Definition { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>The family's name.</summary>
    public string Family => Definition.Family!;

    /// <summary>The revision's number, from 1.</summary>
    public int Revision => Definition.Revision!.Value;

    /// <summary>Whether new tasks and services may use it.</summary>
    public bool IsActive => Definition.Status == TaskDefinitionStatus.Active;

    /// <summary>Whether it goes away as soon as nothing uses it.</summary>
    public bool IsBeingDeleted => Definition.Status == TaskDefinitionStatus.DeleteInProgress;

    /// <summary>Its key in the store, ordered by family and then by revision.</summary>
    public string Key => KeyOf(Scope, Family, Revision);

    /// <summary>Its ARN.</summary>
    public string Arn => ArnOf(Scope, Family, Revision);

    /// <summary>The key of a revision.</summary>
    public static string KeyOf(Scope scope, string family, int revision) =>
        $"{FamilyPrefix(scope, family)}{revision.ToString("D10", CultureInfo.InvariantCulture)}";

    /// <summary>What the keys of all revisions of a family begin with.</summary>
    public static string FamilyPrefix(Scope scope, string family) => $"{scope.Prefix}{family}/";

    /// <summary>The ARN of a revision.</summary>
    public static string ArnOf(Scope scope, string family, int revision) =>
        scope.Arn(string.Create(CultureInfo.InvariantCulture, $"task-definition/{family}:{revision}"));
}

/// <summary>
/// What a family remembers beyond its revisions: the last number is never used again, even if that revision is deleted.
/// </summary>
public sealed record FamilyRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The family's name.</summary>
    public required string Name { get; init; }

    /// <summary>The number of the newest revision that ever was.</summary>
    public required int LastRevision { get; init; }

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Scope, Name);

    /// <summary>The key of a family.</summary>
    public static string KeyOf(Scope scope, string name) => scope.Prefix + name;
}
