using Estiba.Contracts;
using Estiba.Identity.Authorization.Policies;
using Estiba.Identity.Authorization.Principals;
using Estiba.Identity.Authorization.Requests;
using Estiba.State;

namespace Estiba.Identity.Authorization;

/// <summary>Decides by the policies of IAM who may do what ("Policy evaluation logic", IAM user guide).</summary>
/// <remarks>
/// The account's root may do everything. A key that is good for some actions alone (<see cref="CallContext.Actions"/>)
/// may do those, and a service of the platform what it calls for: both are none of IAM's principals.
/// </remarks>
/// <param name="store">Where principals and their policies are.</param>
/// <param name="tags">Looks up tags of resources, where a policy asks for them.</param>
/// <param name="time">The clock.</param>
/// <param name="keyResources">Says which resources keys for some actions alone are good for.</param>
internal sealed class Authorizer(Store store, ResourceTags tags, TimeProvider time, IKeyResources keyResources)
    : IAuthorizer
{
    private const string AnyResource = "*";

    private readonly PrincipalDirectory _principals = new(store);
    private readonly EntityNames _names = new(store, tags);

    /// <inheritdoc/>
    /// <exception cref="AwsException">Credentials of GetSessionToken are not for this operation.</exception>
    public ValueTask<AccessDecision> DecideAsync(
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        if (caller.Actions is null && PrincipalDirectory.IsRootItself(caller))
            return new(AccessDecision.Allowed);
        var access = OperationActions.Of(service.ActionPrefix).Find(operation.Name);
        var action = access.Action;
        if (Outsider(action, AnyResource, caller) is { } decision)
            return new(decision.IsAllowed ? WithinKey(access, request, caller) : decision);
        var principal = _principals.Find(caller);
        if (principal is null)
            return new(AccessDecision.NotGranted(caller.PrincipalArn, action, AnyResource));
        if (principal.IsSessionOfKey)
            SessionLimits.Check(service, operation);
        return principal.Kind == PrincipalKind.Root
            ? new(AccessDecision.Allowed)
            : DecideAsync(principal, service, operation, request, caller, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<AccessDecision> DecideAsync(
        string action,
        string resource,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        if (Outsider(action, resource, caller) is { } decision)
            return new(
                decision.IsAllowed && caller.Actions is not null && !keyResources.Allow(caller, action, resource)
                    ? AccessDecision.NotGranted(caller.PrincipalArn, action, resource)
                    : decision
            );
        var principal = _principals.Find(caller);
        if (principal is null)
            return new(AccessDecision.NotGranted(caller.PrincipalArn, action, resource));
        if (principal.Kind == PrincipalKind.Root)
            return new(AccessDecision.Allowed);
        var keys = new RequestKeys(caller, time.GetUtcNow())
        {
            Principal = principal,
            OfService = key => ClusterOf(key, resource),
        };
        return DecideAsync(
            principal,
            action,
            [
                [resource],
            ],
            keys,
            cancellation
        );
    }

    private async ValueTask<AccessDecision> DecideAsync(
        Principal principal,
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        var facts = OperationActions.Of(service.ActionPrefix);
        var access = facts.Find(operation.Name);
        if (access.IsFree)
            return AccessDecision.Allowed;

        var members = RequestMembers.Of(request, access.Members);
        var keys = new RequestKeys(caller, time.GetUtcNow())
        {
            Principal = principal,
            RequestTags = members.Tags,
            TagKeys = [.. members.TagKeys],
            OfService = key => facts.ValuesOf(key, members, caller, _names),
        };
        var decision = await DecideAsync(
            principal,
            access.Action,
            Named(access.Resources, members, caller),
            keys,
            cancellation
        );
        if (!decision.IsAllowed || access.TagAction is null || members.Tags.Count == 0)
            return decision;

        var tagging = keys with
        {
            OfService = key =>
                key.Equals(facts.CreateAction, StringComparison.OrdinalIgnoreCase)
                    ? [operation.Name]
                    : facts.ValuesOf(key, members, caller, _names),
        };
        return await DecideAsync(
            principal,
            access.TagAction,
            Named(access.TaggedResources, members, caller),
            tagging,
            cancellation
        );
    }

    private async ValueTask<AccessDecision> DecideAsync(
        Principal principal,
        string action,
        IReadOnlyList<IReadOnlyList<string>> resources,
        RequestKeys keys,
        CancellationToken cancellation
    )
    {
        foreach (var names in resources)
        {
            // Of several names the first is for refusals, and the second is the ARN that the service itself takes.
            var known = keys;
            if (principal.Policies.AskForTags)
            {
                var arn = names[names.Count > 1 ? 1 : 0];
                known = keys with { ResourceTags = await tags.OfAsync(arn, keys.Caller, cancellation) };
            }

            if (principal.Policies.Refusal(new AccessRequest(action, names, known)) is { } reason)
                return AccessDecision.Refused(principal.Arn, action, names[0], reason);
        }

        return AccessDecision.Allowed;
    }

    /// <summary>Whether a key for some actions alone is good for all that a request names.</summary>
    private AccessDecision WithinKey(OperationAccess access, IShape request, CallContext caller)
    {
        if (caller.Actions is null)
            return AccessDecision.Allowed;
        var members = RequestMembers.Of(request, access.Members);
        foreach (var names in Named(access.Resources, members, caller))
        {
            // Of several names the first is for refusals, and the second is the ARN.
            var resource = names[names.Count > 1 ? 1 : 0];
            if (!keyResources.Allow(caller, access.Action, resource))
                return AccessDecision.NotGranted(caller.PrincipalArn, access.Action, resource);
        }

        return AccessDecision.Allowed;
    }

    /// <summary>
    /// The resources that a request concerns, each with all of its names; where it concerns none in particular, every
    /// resource.
    /// </summary>
    private List<IReadOnlyList<string>> Named(
        IReadOnlyList<ResourceTemplate[]> resources,
        RequestMembers members,
        CallContext caller
    )
    {
        var named = new List<IReadOnlyList<string>>();
        foreach (var templates in resources)
        {
            var byTemplate = Array.ConvertAll(templates, template => template.Expand(members, caller, _names));
            for (var i = 0; i < byTemplate[0].Count; i++)
                named.Add(Array.ConvertAll(byTemplate, names => names[i]));
        }

        if (named.Count == 0)
            named.Add([AnyResource]);
        return named;
    }

    // Who is no principal of IAM.
    private static AccessDecision? Outsider(string action, string resource, CallContext caller)
    {
        if (caller.Service is not null)
            return AccessDecision.Allowed;
        if (caller.Actions is null)
            return null;
        return caller.May(action)
            ? AccessDecision.Allowed
            : AccessDecision.NotGranted(caller.PrincipalArn, action, resource);
    }

    // A container instance has its cluster in its ARN.
    private static IReadOnlyList<string>? ClusterOf(string key, string resource) =>
        key.Equals("ecs:cluster", StringComparison.OrdinalIgnoreCase)
        && Arn.TryParse(resource, out var arn)
        && arn.ResourceName.Split('/') is [var cluster, _]
            ? [(arn with { Resource = $"cluster/{cluster}" }).ToString()]
            : null;
}
