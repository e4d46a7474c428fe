using System.Collections.Concurrent;
using Estiba.Contracts;

namespace Estiba.Gateway.Tests;

/// <summary>Allows what a test says, and remembers what it was asked.</summary>
internal sealed class StandInAuthorizer : IAuthorizer
{
    /// <summary>Why everybody but the root is refused; null while nobody is.</summary>
    public string? Refusal { get; set; }

    /// <summary>What was asked: an action, and the resource or the type of the request.</summary>
    public ConcurrentQueue<(string Action, string About, CallContext Caller)> Asked { get; } = new();

    public ValueTask<AccessDecision> DecideAsync(
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller,
        CancellationToken cancellation
    ) => DecideAsync($"{service.SigningName}:{operation.Name}", request.GetType().Name, caller, cancellation);

    public ValueTask<AccessDecision> DecideAsync(
        string action,
        string resource,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        Asked.Enqueue((action, resource, caller));
        if (!caller.May(action))
            return new(AccessDecision.NotGranted(caller.PrincipalArn, action, resource));
        return new(
            new AccessDecision(caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal) ? null : Refusal)
        );
    }
}
