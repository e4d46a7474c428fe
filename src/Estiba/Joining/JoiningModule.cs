using Estiba.Contracts.Signing;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Hosting;
using Estiba.Identity.Authorization;
using Estiba.Identity.Credentials;
using Estiba.Instances;
using Estiba.Platforms;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Joining;

/// <summary>
/// How hosts come to have keys of their own. It asks for the <see cref="ICredentialSource"/> of customers and shares
/// one that knows hosts too, the <see cref="IHostKeys"/>, and the keys of virtual instances.
/// </summary>
/// <param name="anyCredentials">Every key is good.</param>
/// <param name="ecs">Where hosts find the registry.</param>
internal sealed class JoiningModule(bool anyCredentials, EcsOptions ecs) : Module
{
    public override string Name => "joining";

    public override IReadOnlyList<Table> Tables => JoinTables.All;

    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var secrets = host.Get<SecretKey>();
        var hosts = new HostKeys(host.Store, secrets, host.Get<ICredentialSource>());
        var credentials = new InstanceCredentials(hosts);
        host.Share(credentials);
        host.Share<ICredentialSource>(credentials);
        var hostKeys = new KeysOfHosts(hosts, credentials, anyCredentials);
        host.Share<IHostKeys>(hostKeys);
        host.Share<IKeyResources>(new HostResources(host.Store, hostKeys, ecs));
        var tokens = new JoinTokens(host.Store, secrets, host.Time, (account, region, name) =>
            host.Find<AgentDoor>()?.HasAgentOf(account, region, name) == true
        );
        var paths = new JoinDoors(
            tokens,
            host.Get<DataDirectory>().Identity.Id,
            host.Loggers.CreateLogger("Estiba.Joining")
        );
        return Task.FromResult(new OpenModule { Paths = [.. paths.Paths] });
    }
}
