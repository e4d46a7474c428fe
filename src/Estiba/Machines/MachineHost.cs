using Estiba.Compute.Instances;
using Estiba.Contracts.Ecs;
using Estiba.Hosting;
using Estiba.Identity.Credentials;
using Estiba.Instances;
using Estiba.Joining;
using Estiba.State;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Machines;

/// <summary>
/// Runs instances as machines that the operator's hook makes: an instance works when the agent of its machine has
/// registered, and is given up when the hook refuses it several times, or the machine does not join in time.
/// </summary>
/// <param name="store">Where machines are written down.</param>
/// <param name="hook">What makes them.</param>
/// <param name="door">Where they join.</param>
/// <param name="joinWithin">How long that may take.</param>
/// <param name="secrets">Seals their tokens.</param>
/// <param name="addresses">Knows those whose agent has registered.</param>
/// <param name="ecs">ECS, called as EC2.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what the hook was asked.</param>
internal sealed partial class MachineHost(
    Store store,
    InstanceHook hook,
    MachineDoor door,
    TimeSpan joinWithin,
    SecretKey secrets,
    IHostAddresses addresses,
    IEcsApi ecs,
    TimeProvider time,
    ILogger logger
) : IInstanceHost
{
    /// <summary>How often the hook may refuse a launch before it is given up.</summary>
    internal const int MostFailures = 4;

    /// <summary>How soon to look again whether a machine has joined.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<InstanceStart> StartAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        var scope = ScopeOf(instance);
        var machine = store.Current.Find(MachineTables.Machines, scope.Key(instance.InstanceId))
            ?? await store.CommitAsync(transaction => Begin(transaction, instance), cancellation);
        var address = addresses.Find(scope, instance.InstanceId);
        if (address is not null && machine.Token is not null)
            await ChangeAsync(machine, current => current with { Token = null }, cancellation);
        if (address is not null)
            return InstanceStart.DoneAt(address);
        if (machine.Token is null)
            return InstanceStart.Done; // its container instance was deregistered, and it runs
        var now = time.GetUtcNow();
        if (machine.Failures >= MostFailures)
            return InstanceStart.GivenUp(machine.Failure!);
        if (machine.JoinBy <= now)
            return InstanceStart.GivenUp(
                machine.IsLaunched
                    ? $"The machine has not joined within {joinWithin.TotalSeconds} seconds."
                    : machine.Failure ?? "The instance hook has not agreed in time."
            );
        if (machine.IsLaunched)
            return InstanceStart.Later(Soon);
        return machine.RetryAt is { } retry && retry > now
            ? InstanceStart.Later(retry - now, machine.Failure)
            : await LaunchAsync(instance, machine, machine.Token, cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>EC2's operations refuse it before.</remarks>
    public Task StopAsync(InstanceLaunch instance, CancellationToken cancellation) =>
        throw new NotSupportedException($"The machine of {instance.InstanceId} can only be taken away.");

    /// <inheritdoc/>
    /// <remarks>The hook is asked until it agrees: nobody else knows that there is still a machine.</remarks>
    public async Task TerminateAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        var scope = ScopeOf(instance);
        if (store.Current.Find(MachineTables.Machines, scope.Key(instance.InstanceId)) is not { } machine)
            return;
        await store.CommitAsync(
            transaction => JoinTokens.RevokeFor(transaction, scope, instance.InstanceId),
            cancellation
        );
        await RegistrationOfInstance.EndAsync(ecs, instance, logger, cancellation);
        await hook.CallAsync(InstanceHookCall.Of(InstanceHookCall.Terminate, instance, join: null), cancellation);
        Log.TakenAway(logger, instance.InstanceId);
        await store.CommitAsync(transaction => transaction.Delete(MachineTables.Machines, machine.Key), cancellation);
    }

    private async Task<InstanceStart> LaunchAsync(
        InstanceLaunch instance,
        MachineRecord machine,
        string token,
        CancellationToken cancellation
    )
    {
        try
        {
            var join = new MachineJoin(
                door.Server,
                secrets.Open(token, machine.InstanceId)
                    ?? throw new InstanceHookException("The machine's token was sealed with another key."),
                door.CertificateAuthority,
                machine.JoinBy
            );
            await hook.CallAsync(InstanceHookCall.Of(InstanceHookCall.Launch, instance, join), cancellation);
            Log.Asked(logger, instance.InstanceId, instance.InstanceType);
            await ChangeAsync(machine, current => current with { IsLaunched = true }, cancellation);
            return InstanceStart.Later(Soon);
        }
        catch (InstanceHookException refused)
        {
            var failures = machine.Failures + 1;
            var pause = FirstRetry * Math.Pow(2, failures - 1);
            await ChangeAsync(
                machine,
                current =>
                    current with
                    {
                        Failures = failures,
                        Failure = refused.Message,
                        RetryAt = time.GetUtcNow() + pause,
                    },
                cancellation
            );
            Log.Refused(logger, instance.InstanceId, refused.Message);
            return failures >= MostFailures
                ? InstanceStart.GivenUp(refused.Message)
                : InstanceStart.Later(pause, refused.Message);
        }
    }

    private MachineRecord Begin(Transaction transaction, InstanceLaunch instance)
    {
        var (scope, now) = (ScopeOf(instance), time.GetUtcNow());
        var token = JoinTokens.CreateFor(
            transaction,
            new HostIdentity(instance.InstanceId, AttributesOf(instance), instance.Settings),
            scope,
            instance.Cluster,
            now,
            now + joinWithin
        );
        var machine = new MachineRecord
        {
            Scope = scope,
            InstanceId = instance.InstanceId,
            Token = secrets.Seal(token.Text, instance.InstanceId),
            JoinBy = now + joinWithin,
        };
        transaction.Put(MachineTables.Machines, machine);
        return machine;
    }

    private Task ChangeAsync(
        MachineRecord machine,
        Func<MachineRecord, MachineRecord> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(MachineTables.Machines, machine.Key) is { } current)
                    transaction.Put(MachineTables.Machines, change(current));
            },
            cancellation
        );

    private static Dictionary<string, string> AttributesOf(InstanceLaunch instance) =>
        new(StringComparer.Ordinal)
        {
            ["ecs.availability-zone"] = instance.AvailabilityZone,
            ["ecs.instance-type"] = instance.InstanceType,
            ["ecs.ami-id"] = instance.ImageId,
            ["ecs.vpc-id"] = instance.VpcId,
            ["ecs.subnet-id"] = instance.SubnetId,
        };

    private static Scope ScopeOf(InstanceLaunch instance) => new(instance.AccountId, instance.Region);

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "The instance hook has agreed to make a machine for {Instance}, {Type}."
        )]
        internal static partial void Asked(ILogger logger, string instance, string type);

        [LoggerMessage(Level = LogLevel.Warning, Message = "There is no machine for {Instance}: {Reason}")]
        internal static partial void Refused(ILogger logger, string instance, string reason);

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "The instance hook has taken away the machine of {Instance}."
        )]
        internal static partial void TakenAway(ILogger logger, string instance);
    }
}

/// <summary>Where machines join.</summary>
/// <param name="Server">The platform's address.</param>
/// <param name="CertificateAuthority">The authority of its certificate in PEM; null where machines know it.</param>
internal sealed record MachineDoor(Uri Server, string? CertificateAuthority);
