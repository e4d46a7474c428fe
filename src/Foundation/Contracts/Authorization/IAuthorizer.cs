namespace Estiba.Contracts;

/// <summary>
/// Decides who may do what. The gateway asks before every operation, and services ask for what is none, such as a pull
/// from the registry.
/// </summary>
/// <remarks>
/// Whoever knows more of a caller than its policies say, as of hosts, wraps another one: it answers for the callers
/// that it knows, and passes the rest on.
/// </remarks>
public interface IAuthorizer
{
    /// <summary>Decides about an operation.</summary>
    /// <param name="service">The service that the operation belongs to.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="request">What is asked for: it names the resources that the operation concerns.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="Signing.SignatureException">The caller's credentials are none for this service
    /// ("GetSessionToken", STS API reference).</exception>
    ValueTask<AccessDecision> DecideAsync(
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller,
        CancellationToken cancellation
    );

    /// <summary>Decides about an action on one resource.</summary>
    /// <param name="action">As IAM names it, for example <c>ecs:Poll</c>.</param>
    /// <param name="resource">The ARN of the resource; <c>*</c> for an action that has none.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Abandons it.</param>
    ValueTask<AccessDecision> DecideAsync(
        string action,
        string resource,
        CallContext caller,
        CancellationToken cancellation
    );
}
