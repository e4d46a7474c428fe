using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.Simulation.Machines;

namespace Estiba.Simulation.LoadBalancers;

/// <summary>
/// Elastic Load Balancing with one target group: it asks its targets by itself, and lives on when the server is killed.
/// </summary>
internal sealed class SimulatedTargetGroup : IElbV2Api
{
    internal const string Arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

    private const int UnhealthyThreshold = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeregistrationDelay = TimeSpan.FromSeconds(20);

    private readonly World _world;
    private readonly Dictionary<(string Id, int Port), Target> _targets = [];

    internal SimulatedTargetGroup(World world)
    {
        _world = world;
        _world.Timeline.After(Interval, Check);
    }

    /// <summary>The targets that get requests.</summary>
    internal IEnumerable<(string Id, int Port)> Targets =>
        _targets.Where(target => target.Value.DeregisteredAt is null).Select(target => target.Key);

    /// <summary>Whether it has a target that gets requests, or still answers what it was asked.</summary>
    internal bool Has(string id, int port) => _targets.ContainsKey((id, port));

    public Task<DescribeTargetGroupsOutput> DescribeTargetGroupsAsync(
        DescribeTargetGroupsInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeTargetGroupsOutput
            {
                TargetGroups =
                [
                    new TargetGroup
                    {
                        TargetGroupArn = Arn,
                        TargetType = TargetTypeEnum.Instance,
                        LoadBalancerArns = [Arn.Replace("targetgroup", "loadbalancer/app", StringComparison.Ordinal)],
                    },
                ],
            }
        );

    public Task<DescribeTargetGroupAttributesOutput> DescribeTargetGroupAttributesAsync(
        DescribeTargetGroupAttributesInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        return Task.FromResult(new DescribeTargetGroupAttributesOutput { Attributes = [] });
    }

    public Task<RegisterTargetsOutput> RegisterTargetsAsync(
        RegisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        foreach (var target in request.Targets!)
        {
            if (_targets.GetValueOrDefault((target.Id!, target.Port!.Value)) is { DeregisteredAt: null })
                continue;
            _targets[(target.Id!, target.Port!.Value)] = new Target();
            _world.Tell("elb", $"{target.Id}:{target.Port} is registered");
        }

        // Done, and nobody hears of it.
        MayFail();
        return Task.FromResult(new RegisterTargetsOutput());
    }

    public Task<DeregisterTargetsOutput> DeregisterTargetsAsync(
        DeregisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        foreach (var key in request.Targets!.Select(target => (target.Id!, target.Port!.Value)))
        {
            if (_targets.GetValueOrDefault(key) is not { DeregisteredAt: null } target)
                continue;
            var at = _world.Timeline.Now;
            target.DeregisteredAt = at;
            _world.Tell("elb", $"{key.Item1}:{key.Item2} drains");
            _world.Timeline.After(DeregistrationDelay, () =>
            {
                if (_targets.GetValueOrDefault(key)?.DeregisteredAt == at)
                    _targets.Remove(key);
            });
        }

        MayFail();
        return Task.FromResult(new DeregisterTargetsOutput());
    }

    public Task<DescribeTargetHealthOutput> DescribeTargetHealthAsync(
        DescribeTargetHealthInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        return Task.FromResult(
            new DescribeTargetHealthOutput
            {
                TargetHealthDescriptions =
                [
                    .. _targets.Select(target => new TargetHealthDescription
                    {
                        Target = new TargetDescription { Id = target.Key.Id, Port = target.Key.Port },
                        TargetHealth = new TargetHealth { State = target.Value.State },
                    }),
                ],
            }
        );
    }

    private void Check()
    {
        foreach (var (key, target) in _targets)
            target.Checked(Answers(key.Id, key.Port));
        _world.Timeline.After(Interval, Check);
    }

    private bool Answers(string id, int port) =>
        _world.Machines.Any(machine =>
            machine is { IsOn: true, IsPartitioned: false }
            && machine.Ec2Id == id
            && machine.Engine.Containers.Any(container =>
                container.IsRunning && container.Ports.Any(its => its.HostPort == port)
            )
        );

    private void MayFail()
    {
        if (!_world.IsCalm && _world.Random.Next(40) == 0)
            throw new AwsException("InternalFailure", "An internal error occurred", 500);
    }

    private sealed class Target
    {
        private int _failures;
        private string _state = TargetHealthStateEnum.Initial;

        internal TimeSpan? DeregisteredAt { get; set; }

        internal string State => DeregisteredAt is null ? _state : TargetHealthStateEnum.Draining;

        internal void Checked(bool answers)
        {
            _failures = answers ? 0 : _failures + 1;
            if (answers)
                _state = TargetHealthStateEnum.Healthy;
            else if (_failures >= UnhealthyThreshold)
                _state = TargetHealthStateEnum.Unhealthy;
        }
    }
}
