using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Iam;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute;

/// <summary>
/// Amazon EC2. It asks for the <see cref="IInstanceHost"/> that runs its instances when they are to be started, and
/// shares the <see cref="IInstanceNetwork"/> that they are in.
/// </summary>
/// <param name="network">How instances get their addresses; null where there are no instances, so that EC2 answers
/// nothing.</param>
/// <param name="hasMachines">Whether instances are machines, which cannot be stopped and started.</param>
public sealed class ComputeModule(InstanceNetworkOptions? network, bool hasMachines = false) : Module
{
    /// <summary>How often the host's addresses are looked at; usually the kernel is asked and nothing else.</summary>
    private static readonly TimeSpan AddressInterval = TimeSpan.FromSeconds(3);

    /// <summary>
    /// As whom instance profiles are read: who launches an instance needs iam:PassRole for its role alone.
    /// </summary>
    private const string Service = "ec2.amazonaws.com";

    /// <inheritdoc/>
    public override string Name => "compute";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => ComputeTables.Tables;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IEc2Api, Ec2Api>("Amazon EC2")];

    /// <inheritdoc/>
    public override async Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        if (network is null)
            return new OpenModule();
        var logger = host.Loggers.CreateLogger("Estiba.Compute");
        var addressing = host.Find<IInstanceNetwork>()
            ?? await InstanceNetwork.OpenAsync(network, host.Time, logger, cancellation);
        host.Share<IInstanceNetwork>(addressing);
        var iam = host.Neighbour<IIamApi>(CallPrincipal.Service(Service));
        var api = new Ec2Api(host.Store, addressing, iam, host.Time, host.Random) { HasMachines = hasMachines };
        host.Share(api);
        var addresses = new HostAddresses(host.Store, addressing);
        var present = new Controller("compute.addresses", new AddressReconciler(addresses))
        {
            AtStart = static _ => [AddressReconciler.Key],
            Triggers =
            [
                Trigger.On(ComputeTables.NetworkInterfaces, change =>
                    change.Before?.Address == change.After?.Address ? null : AddressReconciler.Key
                ),
            ],
        };
        return new OpenModule
        {
            Dispatchers = [new Ec2Dispatcher(api)],
            Controllers =
            [
                Instances(new InstanceReconciler(host.Store, addresses, host.Get<IInstanceHost>, host.Time)),
                present,
            ],
            Chores = [new Chore("compute.check-addresses", AddressInterval, _ =>
                {
                    present.Enqueue(AddressReconciler.Key);
                    return Task.CompletedTask;
                })],
            CloseAsync = () =>
            {
                addresses.Dispose();
                return ValueTask.CompletedTask;
            },
        };
    }

    /// <summary>
    /// Starts and ends instances. To stop it leaves them as they are: containers go on, and the next start takes them
    /// over.
    /// </summary>
    private static Controller Instances(InstanceReconciler reconciler) =>
        new("compute.instances", reconciler)
        {
            AtStart = static view => view.Range(ComputeTables.Instances).Select(ComputeTables.KeyOf),
            Triggers = [Trigger.On(ComputeTables.Instances, change =>
                {
                    // Trouble is only noted down; to look again at once would defeat the growing delays.
                    if (
                        change.After is not { } after
                        || (change.Before?.State == after.State && change.Before.Boots == after.Boots)
                    )
                        return null;
                    if (after.State == InstanceStateName.ShuttingDown)
                        reconciler.Interrupt(change.Key);
                    return change.Key;
                })],
            Options = new ReconcilerOptions { Parallelism = 16 },
        };
}
