using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.Clusters;

/// <summary>Finds the cluster that a request means: by short name, by ARN, or <c>default</c> when it says nothing.</summary>
internal static partial class ClusterNames
{
    internal const string Default = "default";

    /// <summary>The cluster's name, whether or not there is such a cluster.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the ARN is not of a cluster, or the name cannot be one.</exception>
    internal static string NameOf(string? nameOrArn)
    {
        if (string.IsNullOrEmpty(nameOrArn)) return Default;
        if (Arn.IsArn(nameOrArn))
        {
            return Arn.TryParse(nameOrArn, out var arn) && arn is { Service: "ecs", ResourceType: "cluster" }
                ? arn.ResourceName
                : throw EcsErrors.InvalidParameterException("Invalid identifier: Identifier is for cluster. Your identifier is " + nameOrArn);
        }

        return ValidName().IsMatch(nameOrArn) ? nameOrArn : throw EcsErrors.InvalidParameterException("Invalid cluster name. Use up to 255 letters, numbers, underscores, and hyphens.");
    }

    /// <summary>The cluster, which must be there and active.</summary>
    /// <exception cref="AwsException"><c>ClusterNotFoundException</c>.</exception>
    internal static ClusterRecord Require(View view, Scope scope, string? nameOrArn) =>
        Find(view, scope, nameOrArn) is { Status: "ACTIVE" } cluster ? cluster : throw EcsErrors.ClusterNotFoundException("Cluster not found.");

    /// <summary>The cluster, active or not; null when there is none or its ARN is of another account or region.</summary>
    internal static ClusterRecord? Find(View view, Scope scope, string? nameOrArn)
    {
        if (nameOrArn is not null && Arn.TryParse(nameOrArn, out var arn) && new Scope(arn.AccountId, arn.Region) != scope) return null;
        return view.Find(EcsTables.Clusters, ClusterRecord.KeyOf(scope, NameOf(nameOrArn)));
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,255}$", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
