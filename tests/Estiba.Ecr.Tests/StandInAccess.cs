using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Ecr.Tests;

/// <summary>
/// Allows everything but what a test takes away, and knows every key until a test says that it is gone.
/// </summary>
internal sealed class StandInAccess : IAuthorizer, ICredentialSource
{
    /// <summary>
    /// What is refused: an action alone, or an action and the name of a repository, <c>ecr:PutImage app</c>.
    /// </summary>
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    public bool KeysAreGone { get; set; }

    /// <summary>The only actions that keys are good for; null for all.</summary>
    public IReadOnlySet<string>? Actions { get; set; }

    public ValueTask<AccessDecision> DecideAsync(
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller,
        CancellationToken cancellation
    ) => new(AccessDecision.Allowed);

    public ValueTask<AccessDecision> DecideAsync(
        string action,
        string resource,
        CallContext caller,
        CancellationToken cancellation
    ) =>
        new(
            Refused.Contains(action)
            || Refused.Contains($"{action} {resource[(resource.LastIndexOf(':') + "repository/".Length + 1)..]}")
                ? AccessDecision.NotGranted(caller.PrincipalArn, action, resource)
                : AccessDecision.Allowed
        );

    public Credential? Find(string accessKeyId) =>
        KeysAreGone
            ? null
            : new Credential
            {
                AccessKeyId = accessKeyId,
                SecretAccessKey = "",
                AccountId = Platform.Account,
                PrincipalArn = "",
                Actions = Actions,
            };
}
