using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting.Controllers;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Networks;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.State;

namespace Estiba.LoadBalancing.Targets;

/// <summary>
/// Knows how a target is: asks it at its group's interval, and takes it away when it has drained; by the target's key.
/// </summary>
/// <remarks>
/// Only what changes is written. How many checks in a row went well or wrong is not: after a restart the count begins
/// anew, from the state that the target had.
/// </remarks>
/// <param name="store">Where targets are.</param>
/// <param name="networks">Where instances are.</param>
/// <param name="probe">Asks targets.</param>
/// <param name="hasDrained">Whether a target, by its group and address, has answered all that it was asked.</param>
/// <param name="time">The clock.</param>
internal sealed class TargetReconciler(
    Store store,
    Ec2Networks networks,
    IHealthProbe probe,
    Func<string, IPEndPoint, bool> hasDrained,
    TimeProvider time
) : IReconciler<string>
{
    /// <summary>How long a target drains at least: the traffic follows its deregistration in far less.</summary>
    private static readonly TimeSpan DrainedAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, CheckCount> _counts = new(StringComparer.Ordinal);

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        if (
            view.Find(LoadBalancingTables.Targets, key) is not { } target
            || view.Find(LoadBalancingTables.TargetGroups, target.TargetGroupKey) is not { } group
        )
            return Forget(key);
        var user = Forwards.LoadBalancerOf(view, group.Key) is { } its ? LoadBalancerNames.ByKey(view, its) : null;
        if (target.DeregisteredAt is { } since)
            return await DrainAsync(target, group, user, since, cancellation);
        if (WithoutChecks(target, user) is { } health)
        {
            await SetAsync(target, health, cancellation);
            return Forget(key);
        }

        return await WatchAsync(view, target, group, cancellation);
    }

    private static Health? WithoutChecks(TargetRecord target, LoadBalancerRecord? user) =>
        user is null ? Health.GroupNotInUse
        : target.Zone is { } zone && user.Subnets.All(subnet => subnet.ZoneName != zone) ? Health.ZoneNotEnabled
        : user.State is LoadBalancerStateEnum.Provisioning or LoadBalancerStateEnum.Failed ? Health.Registering
        : null;

    private TimeSpan? Forget(string key)
    {
        _counts.TryRemove(key, out _);
        return null;
    }

    private async Task<TimeSpan?> DrainAsync(
        TargetRecord target,
        TargetGroupRecord group,
        LoadBalancerRecord? user,
        DateTimeOffset since,
        CancellationToken cancellation
    )
    {
        var delay = TargetGroupAttributeSets
            .Of(group.Protocol, group.TargetType)
            .ValueOf(group.Attributes, TargetGroupAttributeSets.DeregistrationDelay);
        var left = since + TimeSpan.FromSeconds(int.Parse(delay, CultureInfo.InvariantCulture)) - time.GetUtcNow();
        if (user is not null && left > TimeSpan.Zero && !HasDrained(target, group, since))
            return left > DrainedAfter ? DrainedAfter : left;
        await DeleteAsync(target, cancellation);
        return Forget(target.Key);
    }

    /// <summary>Whether nothing is to be waited for. AWS ends the deregistration then, too, and goes on showing the
    /// target as draining.</summary>
    private bool HasDrained(TargetRecord target, TargetGroupRecord group, DateTimeOffset since) =>
        time.GetUtcNow() - since >= DrainedAfter
        && (
            target.Address is not { } address
            || hasDrained(group.Arn, new IPEndPoint(IPAddress.Parse(address), target.Port))
        );

    private async Task<TimeSpan?> WatchAsync(
        View view,
        TargetRecord target,
        TargetGroupRecord group,
        CancellationToken cancellation
    )
    {
        var count = _counts.GetValueOrDefault(target.Key);
        if (count is null || count.RegisteredAt != target.RegisteredAt || count.Settings != group.HealthCheck)
            count = new CheckCount(target.RegisteredAt, group.HealthCheck, Began: null, 0, 0);
        if (Left(count) is var early && early > TimeSpan.Zero)
            return early;

        count = count with { Began = time.GetTimestamp() };
        _counts[target.Key] = count;
        var place = await PlaceAsync(view, target, cancellation);
        if (place.IsGone)
        {
            // As on AWS an instance that is terminated is deregistered by that.
            await DeleteAsync(target, cancellation);
            return Forget(target.Key);
        }

        if (place.Address is null)
        {
            await SetAsync(target, place.Health!, cancellation);
            _counts[target.Key] = count with { Successes = 0, Failures = 0 };
            return Left(count);
        }

        if (!IsChecked(target.Health))
            target = await SetAsync(target, Health.InitialChecking, cancellation);
        target = await SetAsync(target, target.Health, cancellation, $"{place.Address}");
        var outcome = await AskAsync(target, group, place.Address, cancellation);
        count = count.After(outcome.IsSuccess(group.HealthCheck));
        _counts[target.Key] = count;
        await SetAsync(target, After(target.Health, group, count, outcome), cancellation);
        return Left(count);
    }

    private TimeSpan Left(CheckCount count) =>
        count.Began is { } began
        && TimeSpan.FromSeconds(count.Settings.IntervalSeconds) - time.GetElapsedTime(began) is var left
        && left > TimeSpan.Zero
            ? left
            : TimeSpan.Zero;

    private static bool IsChecked(Health health) =>
        health.State is TargetHealthStateEnum.Healthy or TargetHealthStateEnum.Unhealthy
        || health == Health.InitialChecking;

    private static Health After(Health before, TargetGroupRecord group, CheckCount count, ProbeOutcome outcome)
    {
        // One success is enough in the beginning.
        var enough = before.State == TargetHealthStateEnum.Unhealthy ? count.Settings.HealthyThreshold : 1;
        if (count.Successes >= enough)
            return Health.Healthy;
        var isUnhealthy =
            count.Failures >= count.Settings.UnhealthyThreshold
            || (before.State == TargetHealthStateEnum.Unhealthy && count.Failures > 0);
        return isUnhealthy ? Health.Unhealthy(outcome, !group.IsHttp) : before;
    }

    private async Task<ProbeOutcome> AskAsync(
        TargetRecord target,
        TargetGroupRecord group,
        IPAddress address,
        CancellationToken cancellation
    )
    {
        var settings = group.HealthCheck;
        var proxyProtocol =
            !group.IsHttp
            && TargetGroupAttributeSets
                .Of(group.Protocol, group.TargetType)
                .ValueOf(group.Attributes, TargetGroupAttributeSets.ProxyProtocol) == "true";
        var port =
            settings.Port == HealthCheckSettings.TrafficPort
                ? target.Port
                : int.Parse(settings.Port, CultureInfo.InvariantCulture);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(settings.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await probe.ProbeAsync(new IPEndPoint(address, port), settings, proxyProtocol, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ProbeOutcome(ProbeKind.Timeout);
        }
    }

    private async Task<Place> PlaceAsync(View view, TargetRecord target, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(target.Id, out var address))
            return IsOfLoadBalancer(view, target) ? new Place(null, Health.AddressUnusable) : new Place(address);
        if (target.Id.StartsWith("arn:", StringComparison.Ordinal))
            return LoadBalancerNames.Find(view, target.Scope, target.Id) is { Interfaces: [var first, ..] }
                ? new Place(IPAddress.Parse(first.Address))
                : new Place(null, Health.Registering);
        var context = networks.ContextOf(target.Scope, target.Id);
        var instance = (await networks.InstancesAsync([target.Id], context, cancellation)).GetValueOrDefault(target.Id);
        if (instance is null && networks.HostAddress(target.Scope, target.Id) is { } host)
            return new Place(host);
        return instance?.State?.Name switch
        {
            null or InstanceStateName.Terminated => new Place(null) { IsGone = true },
            InstanceStateName.Running when instance.PrivateIpAddress is { } its => new Place(IPAddress.Parse(its)),
            var state => new Place(null, Health.NotRunning(state)),
        };
    }

    private static bool IsOfLoadBalancer(View view, TargetRecord target) =>
        LoadBalancerNames.All(view, target.Scope).Any(each => each.Interfaces.Any(its => its.Address == target.Id));

    private Task DeleteAsync(TargetRecord target, CancellationToken cancellation) =>
        store.CommitAsync(
            transaction =>
            {
                if (IsSame(transaction.Find(LoadBalancingTables.Targets, target.Key), target))
                    transaction.Delete(LoadBalancingTables.Targets, target.Key);
            },
            cancellation
        );

    // One that was registered anew or deregistered in the meantime is another: the change has put it in the queue.
    private async Task<TargetRecord> SetAsync(
        TargetRecord target,
        Health health,
        CancellationToken cancellation,
        string? address = null
    )
    {
        var isHealthy = health == Health.Healthy;
        var after = target with
        {
            Health = health,
            Address = address ?? target.Address,
            HealthySince = isHealthy ? target.HealthySince ?? time.GetUtcNow() : null,
        };
        if (after == target)
            return target;
        await store.CommitAsync(
            transaction =>
            {
                if (IsSame(transaction.Find(LoadBalancingTables.Targets, target.Key), target))
                    transaction.Put(LoadBalancingTables.Targets, after);
            },
            cancellation
        );
        return after;
    }

    private static bool IsSame(TargetRecord? current, TargetRecord target) =>
        current is not null
        && (current.RegisteredAt, current.DeregisteredAt) == (target.RegisteredAt, target.DeregisteredAt);

    /// <summary>Where a target answers, or why it cannot.</summary>
    private readonly record struct Place(IPAddress? Address, Health? Health = null)
    {
        internal bool IsGone { get; init; }
    }

    /// <summary>The checks of a target so far.</summary>
    /// <param name="RegisteredAt">Of which registration.</param>
    /// <param name="Settings">With which settings.</param>
    /// <param name="Began">When the last one began, as a timestamp; null before the first.</param>
    /// <param name="Successes">How many went well in a row.</param>
    /// <param name="Failures">How many failed in a row.</param>
    private sealed record CheckCount(
        DateTimeOffset RegisteredAt,
        HealthCheckSettings Settings,
        long? Began,
        int Successes,
        int Failures
    )
    {
        internal CheckCount After(bool success) =>
            this with
            {
                Successes = success ? Successes + 1 : 0,
                Failures = success ? 0 : Failures + 1,
            };
    }
}
