using Estiba.Compute.Instances;
using Estiba.Contracts.Ecs;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Identity.Credentials;
using Estiba.Platforms;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Machines;

/// <summary>
/// Instances that are machines of the operator's. It shares the <see cref="IInstanceHost"/> that EC2 starts them with,
/// where the platform has an instance hook.
/// </summary>
/// <param name="configuration">Says which.</param>
internal sealed class MachinesModule(PlatformConfiguration configuration) : Module
{
    /// <summary>As whom ECS hears that an instance was terminated.</summary>
    private const string Ec2Service = "ec2.amazonaws.com";

    public override string Name => "machines";

    public override IReadOnlyList<Table> Tables => [MachineTables.Machines];

    public override async Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        if (configuration.InstanceHook is not { } options)
            return new OpenModule();
        var authority = configuration.Certificate?.Authority is { } file
            ? await File.ReadAllTextAsync(file, cancellation)
            : null;
        var hook = InstanceHook.Of(options, host.Time);
        host.Share<IInstanceHost>(
            new MachineHost(
                host.Store,
                hook,
                new MachineDoor(configuration.Endpoint, authority),
                options.JoinWithin,
                host.Get<SecretKey>(),
                host.Get<IHostAddresses>(),
                host.Neighbour<IEcsApi>(CallPrincipal.Service(Ec2Service)),
                host.Time,
                host.Loggers.CreateLogger("Estiba.Instances")
            )
        );
        return new OpenModule
        {
            CloseAsync = () =>
            {
                hook.Dispose();
                return ValueTask.CompletedTask;
            },
        };
    }
}
