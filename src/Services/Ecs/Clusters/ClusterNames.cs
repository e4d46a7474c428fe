using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.Clusters;

/// <summary>
/// Finds the cluster that a request means: by short name, by ARN, or <c>default</c> when it says nothing.
/// </summary>
internal static partial class ClusterNames
{
    internal const string Default = "default";

    /// <summary>What a name must match, as ECS words it.</summary>
    internal const string Pattern = @"^[a-zA-Z0-9\-_]{1,255}$";

    /// <summary>The cluster's name, whether or not there is such a cluster.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the ARN is not of a cluster, or the name cannot
    /// be one.</exception>
    internal static string NameOf(string? nameOrArn)
    {
        if (string.IsNullOrEmpty(nameOrArn))
            return Default;
        if (Arn.IsArn(nameOrArn))
        {
            return Arn.TryParse(nameOrArn, out var arn) && arn is { Service: "ecs", ResourceType: "cluster" }
                ? arn.ResourceName
                : throw EcsErrors.InvalidParameterException("Invalid identifier: " + nameOrArn);
        }

        return IsValid(nameOrArn)
            ? nameOrArn
            : throw EcsErrors.InvalidParameterException($"Cluster must match {Pattern}, but was {nameOrArn}");
    }

    /// <summary>Whether a text can be the name of a cluster.</summary>
    internal static bool IsValid(string name) => ValidName().IsMatch(name);

    /// <summary>The cluster, which must be there and active.</summary>
    /// <exception cref="AwsException"><c>ClusterNotFoundException</c>.</exception>
    internal static ClusterRecord Require(View view, Scope scope, string? nameOrArn) =>
        Find(view, scope, nameOrArn) switch
        {
            null => throw EcsErrors.ClusterNotFoundException("Cluster not found."),
            { Status: ClusterStatus.Inactive } => throw EcsErrors.ClusterNotFoundException(
                "The referenced cluster was inactive."
            ),
            var cluster => cluster,
        };

    /// <summary>
    /// The cluster, active or not; null when there is none or its ARN is of another account or region.
    /// </summary>
    internal static ClusterRecord? Find(View view, Scope scope, string? nameOrArn)
    {
        if (
            nameOrArn is not null
            && Arn.TryParse(nameOrArn, out var arn)
            && new Scope(arn.AccountId, arn.Region) != scope
        )
            return null;
        return view.Find(EcsTables.Clusters, ClusterRecord.KeyOf(scope, NameOf(nameOrArn)));
    }

    /// <summary>
    /// The name or id of something in the cluster, given by name or by ARN, also one of the old form that does not name
    /// the cluster.
    /// </summary>
    /// <param name="cluster">The cluster of the request.</param>
    /// <param name="resourceType">What it is in ARNs: <c>task</c>, <c>service</c>, <c>container-instance</c>.</param>
    /// <param name="nameOrArn">As in the request.</param>
    /// <returns>Null for an ARN of another account or region.</returns>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the ARN is of something else, or of something
    /// in another cluster.</exception>
    internal static string? NameWithin(ClusterRecord cluster, string resourceType, string nameOrArn)
    {
        if (!Arn.IsArn(nameOrArn))
            return nameOrArn;
        if (!Arn.TryParse(nameOrArn, out var arn) || arn.Service != "ecs" || arn.ResourceType != resourceType)
            throw EcsErrors.InvalidParameterException("Invalid identifier: " + nameOrArn);
        if (new Scope(arn.AccountId, arn.Region) != cluster.Scope)
            return null;
        var path = arn.ResourceName.Split('/');
        return path.Length == 1 || path[0] == cluster.Name
            ? path[^1]
            : throw EcsErrors.InvalidParameterException(
                $"Invalid identifier: Identifier is for cluster {path[0]}. Your cluster is {cluster.Name}"
            );
    }

    [GeneratedRegex(@"^[a-zA-Z0-9\-_]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
