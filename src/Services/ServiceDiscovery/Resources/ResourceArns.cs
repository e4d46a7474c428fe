using Estiba.Contracts;

namespace Estiba.ServiceDiscovery.Resources;

/// <summary>The ARNs of namespaces and services: <c>arn:aws:servicediscovery:REGION:ACCOUNT:TYPE/ID</c>.</summary>
internal static class ResourceArns
{
    /// <summary>As whom other services are called.</summary>
    internal const string Principal = "servicediscovery.amazonaws.com";

    internal const string Namespace = "namespace";
    internal const string Service = "service";

    private const string Name = "servicediscovery";

    /// <summary>The ARN of a resource.</summary>
    internal static string Of(Scope scope, string type, string id) =>
        new Arn(Name, scope.Region, scope.AccountId, $"{type}/{id}").ToString();

    /// <summary>The id in what a request names a resource by: the id itself, or its ARN.</summary>
    /// <returns>Null for the ARN of something else, or of somebody else's.</returns>
    internal static string? IdOf(Scope scope, string type, string idOrArn)
    {
        if (!Arn.IsArn(idOrArn))
            return idOrArn;
        return
            Arn.TryParse(idOrArn, out var arn)
            && (arn.Service, arn.Region, arn.AccountId, arn.ResourceType) == (Name, scope.Region, scope.AccountId, type)
            ? arn.ResourceName
            : null;
    }
}
