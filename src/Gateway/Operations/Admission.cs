using Estiba.Contracts;

namespace Estiba.Gateway.Operations;

/// <summary>
/// Lets in who may do what it asks for, and words the refusal of everybody else in the protocol of the request.
/// </summary>
/// <param name="authorizer">Decides; null where everybody may do everything that the key is good for.</param>
internal sealed class Admission(IAuthorizer? authorizer)
{
    private const string AnyResource = "*";

    /// <summary>What is to be asked when the request has been read; null for nothing.</summary>
    public Func<IShape, ValueTask>? Of(Exchange exchange, Route route, CallContext caller)
    {
        // Who is not signed in calls what is for everybody.
        if (caller.AccessKeyId.Length == 0 || (authorizer is null && caller.Actions is null))
            return null;
        return async request =>
        {
            var decision = authorizer is null
                ? OfKey($"{route.Service.ActionPrefix}:{route.Operation.Model.Name}", AnyResource, caller)
                : await authorizer.DecideAsync(
                    route.Service,
                    route.Operation.Model,
                    request,
                    caller,
                    exchange.Http.RequestAborted
                );
            if (decision.Refusal is { } refusal)
                throw exchange.Protocol.NotAuthorized(refusal);
        };
    }

    /// <summary>Whether a caller may do what is no operation.</summary>
    public ValueTask<AccessDecision> DecideAsync(
        string action,
        string resource,
        CallContext caller,
        CancellationToken cancellation
    ) =>
        authorizer is null
            ? new ValueTask<AccessDecision>(OfKey(action, resource, caller))
            : authorizer.DecideAsync(action, resource, caller, cancellation);

    private static AccessDecision OfKey(string action, string resource, CallContext caller) =>
        caller.May(action) ? AccessDecision.Allowed : AccessDecision.NotGranted(caller.PrincipalArn, action, resource);
}
