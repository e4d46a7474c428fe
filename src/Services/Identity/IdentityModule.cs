using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using Estiba.Contracts.Sts;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Identity.Authorization;
using Estiba.Identity.Authorization.Requests;
using Estiba.Identity.Credentials;
using Estiba.Identity.Sessions;
using Estiba.Identity.Uses;
using Estiba.State;

namespace Estiba.Identity;

/// <summary>
/// AWS IAM and STS. It asks for the <see cref="RootCredentials"/> and the <see cref="SecretKey"/>, and shares the
/// platform's <see cref="ICredentialSource"/> and <see cref="IAuthorizer"/>.
/// </summary>
/// <param name="anyCredentials">Everybody may do everything: there is no authorizer.</param>
public sealed class IdentityModule(bool anyCredentials = false) : Module
{
    /// <summary>As whom tags and names of resources are looked up.</summary>
    private const string Service = "iam.amazonaws.com";

    /// <inheritdoc/>
    public override string Name => "identity";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => IdentityTables.Tables;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IStsApi, StsApi>("AWS STS"), ServiceDeclaration.Of<IIamApi, IamApi>("AWS IAM")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var (store, time) = (host.Store, host.Time);
        var (root, secrets) = (host.Get<RootCredentials>(), host.Get<SecretKey>());
        var random = RandomNumberGenerator.Create();
        var ids = new UniqueIds(random);
        var uses = new LastUses(store, time);
        host.Share<ICredentialSource>(new CredentialDirectory(store, root, secrets, uses));
        if (!anyCredentials)
            host.Share<IAuthorizer>(new Authorizer(store, TagsOf(host), time, new ResourcesOfKeys(host)));
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers =
                [
                    new StsDispatcher(new StsApi(store, root, ids, secrets, time, anyCredentials)),
                    new IamDispatcher(new IamApi(store, root, ids, secrets, uses, time)),
                ],
                Chores =
                [
                    new Chore("identity.last-uses", LastUses.Period, uses.WriteAsync) { Scope = WorkScope.Everywhere },
                ],
                CloseAsync = () =>
                {
                    random.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }

    private static ResourceTags TagsOf(ModuleHost host)
    {
        var iam = CallPrincipal.Service(Service);
        return new ResourceTags
        {
            Ecs = host.Neighbour<IEcsApi>(iam),
            Ecr = host.Neighbour<IEcrApi>(iam),
            Logs = host.Neighbour<ILogsApi>(iam),
            Ec2 = host.Neighbour<IEc2Api>(iam),
            Acm = host.Neighbour<IAcmApi>(iam),
            Sqs = host.Neighbour<ISqsApi>(iam),
            Sns = host.Neighbour<ISnsApi>(iam),
            AutoScaling = host.Neighbour<IApplicationAutoScalingApi>(iam),
            ServiceDiscovery = host.Neighbour<IServiceDiscoveryApi>(iam),
            LoadBalancing = host.Neighbour<IElbV2Api>(iam),
            CloudWatch = host.Neighbour<ICloudWatchApi>(iam),
            Iam = host.Neighbour<IIamApi>(iam),
        };
    }

    /// <summary>
    /// What a module that opens later says of the keys that it makes; all resources as long as none does.
    /// </summary>
    private sealed class ResourcesOfKeys(ModuleHost host) : IKeyResources
    {
        public bool Allow(CallContext caller, string action, string resource) =>
            host.Find<IKeyResources>()?.Allow(caller, action, resource) ?? true;
    }
}
