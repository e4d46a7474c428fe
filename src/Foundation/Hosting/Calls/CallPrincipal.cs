using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Hosting.Calls;

/// <summary>
/// As whom one service calls another. Account and region, the request's id and the resource for whose sake it calls
/// are those of the context that each call is made with.
/// </summary>
public abstract class CallPrincipal
{
    private CallPrincipal() { }

    /// <summary>As the caller whose request is being answered: with his identity and his permissions.</summary>
    public static CallPrincipal Caller { get; } = new PassedOn();

    /// <summary>As the account itself: what an operator asks for with the platform's options.</summary>
    public static CallPrincipal Account { get; } = new Root();

    /// <summary>As whoever has the access key that the context names, as the gateway would find him.</summary>
    public static CallPrincipal KeyHolder { get; } = new Holder();

    /// <summary>As a service of the platform, which does what it does on its own behalf.</summary>
    /// <param name="name">The name in policies: <c>ecs-tasks.amazonaws.com</c>.</param>
    public static CallPrincipal Service(string name) => new OfService(name);

    internal abstract CallContext In(CallContext context, ModuleHost host);

    private sealed class PassedOn : CallPrincipal
    {
        internal override CallContext In(CallContext context, ModuleHost host) => context;
    }

    private sealed class OfService(string name) : CallPrincipal
    {
        internal override CallContext In(CallContext context, ModuleHost host) =>
            context with
            {
                PrincipalArn = name,
                Service = name,
                AccessKeyId = "",
                Actions = null,
                Origin = null,
            };
    }

    private sealed class Root : CallPrincipal
    {
        internal override CallContext In(CallContext context, ModuleHost host) =>
            context with
            {
                PrincipalArn = new Arn("iam", "", context.AccountId, "root")
                {
                    Partition = Arn.PartitionOf(context.Region),
                }.ToString(),
                Service = null,
                AccessKeyId = "",
                Actions = null,
                Origin = null,
            };
    }

    private sealed class Holder : CallPrincipal
    {
        internal override CallContext In(CallContext context, ModuleHost host)
        {
            if (host.Get<ICredentialSource>().Find(context.AccessKeyId) is not { } credential)
                throw new SignatureException(
                    SignatureFault.UnknownCredentials,
                    "The security token included in the request is invalid."
                );
            if (credential.Expires <= host.Time.GetUtcNow())
                throw new SignatureException(
                    SignatureFault.ExpiredCredentials,
                    "The security token included in the request is expired"
                );
            return context with
            {
                AccountId = credential.AccountId,
                PrincipalArn = credential.PrincipalArn,
                Service = null,
                Actions = credential.Actions,
                Origin = null,
            };
        }
    }
}
