using Estiba.Contracts.ElbV2;
using Estiba.Simulation.Machines;

namespace Estiba.Simulation.LoadBalancers;

/// <summary>A target group: it asks its targets by itself, and lives on when the server is killed.</summary>
internal sealed class SimulatedTargetGroup
{
    private const int UnhealthyThreshold = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeregistrationDelay = TimeSpan.FromSeconds(20);

    private readonly World _world;
    private readonly string _name;
    private readonly Dictionary<(string Id, int Port), Target> _targets = [];

    internal SimulatedTargetGroup(World world, string name)
    {
        (_world, _name) = (world, name);
        _world.Timeline.After(Interval, Check);
    }

    /// <summary>The targets that get requests.</summary>
    internal IEnumerable<(string Id, int Port)> Targets =>
        _targets.Where(target => target.Value.DeregisteredAt is null).Select(target => target.Key);

    /// <summary>How each target is.</summary>
    internal IEnumerable<((string Id, int Port) Target, string State)> Health =>
        _targets.Select(target => (target.Key, target.Value.State));

    /// <summary>Whether it has a target that gets requests, or still answers what it was asked.</summary>
    internal bool Has(string id, int port) => _targets.ContainsKey((id, port));

    /// <summary>Adds a target, unless it is there.</summary>
    internal void Register(string id, int port)
    {
        if (_targets.GetValueOrDefault((id, port)) is { DeregisteredAt: null })
            return;
        _targets[(id, port)] = new Target();
        _world.Tell("elb", $"{id}:{port} is registered in {_name}");
    }

    /// <summary>Lets a target answer what it was asked, and go.</summary>
    internal void Deregister(string id, int port)
    {
        if (_targets.GetValueOrDefault((id, port)) is not { DeregisteredAt: null } target)
            return;
        var at = _world.Timeline.Now;
        target.DeregisteredAt = at;
        _world.Tell("elb", $"{id}:{port} drains in {_name}");
        _world.Timeline.After(DeregistrationDelay, () =>
        {
            if (_targets.GetValueOrDefault((id, port))?.DeregisteredAt == at)
                _targets.Remove((id, port));
        });
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
