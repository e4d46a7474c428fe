using Estiba.Contracts;

namespace Estiba.LoadBalancing.Names;

/// <summary>
/// A kind of resource, and how its ARNs are built: what follows the type names the resource in its scope, and its
/// record in the store.
/// </summary>
/// <param name="Type">What the resource part begins with.</param>
/// <param name="Parts">How many parts follow it.</param>
/// <param name="Noun">How messages call it.</param>
/// <param name="One">Refuses one that is not there, given its ARN.</param>
/// <param name="Several">Refuses a list in which one is not there.</param>
internal sealed record ArnKind(
    string Type,
    int Parts,
    string Noun,
    Func<string, AwsException> One,
    Func<AwsException> Several
)
{
    internal const string Service = "elasticloadbalancing";

    /// <summary>The ARN of a resource: <c>arn:aws:elasticloadbalancing:…:loadbalancer/app/NAME/ID</c>.</summary>
    /// <param name="scope">Where it is.</param>
    /// <param name="resource">What follows the type.</param>
    internal string Arn(Scope scope, string resource) =>
        new Arn(Service, scope.Region, scope.AccountId, $"{Type}/{resource}").ToString();

    /// <summary>The key of the resource that an ARN names; null when it is not of this account and region.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it is no such ARN.</exception>
    internal string? KeyOf(Scope scope, string arn) =>
        TryParse(arn, out var its, out var resource)
            ? its == scope
                ? scope.Key(resource)
                : null
            : throw ElbErrors.ValidationError($"'{arn}' is not a valid {Noun} ARN");

    /// <summary>Whether an ARN is one of this kind.</summary>
    internal bool Is(string arn) => TryParse(arn, out _, out _);

    private bool TryParse(string arn, out Scope scope, out string resource)
    {
        (scope, resource) = (default, "");
        if (!Contracts.Arn.TryParse(arn, out var parsed) || parsed.Service != Service)
            return false;
        var parts = parsed.Resource.Split('/');
        if (parts[0] != Type || parts.Length != Parts + 1 || parts.Any(part => part.Length == 0))
            return false;
        scope = new Scope(parsed.AccountId, parsed.Region);
        resource = parsed.Resource[(Type.Length + 1)..];
        return true;
    }
}
