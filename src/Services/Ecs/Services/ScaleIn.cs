using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>Chooses the tasks to give up when a service has too many.</summary>
/// <remarks>
/// "UpdateService", API reference: from the zone with the most tasks of the service, there from the instance with the
/// most. What does not run yet goes first, then what runs and is not healthy, then what has not run for long enough to
/// count, and the newest before the oldest. Where tasks are packed, they go from the instance that has the most
/// capacity left then ("Use strategies to define Amazon ECS task placement", developer guide).
/// </remarks>
internal static class ScaleIn
{
    /// <summary>So many of the tasks, or all that may be chosen where there are fewer.</summary>
    /// <param name="tasks">The tasks of the service that count for the balance.</param>
    /// <param name="count">How many are too many; zero or negative for none.</param>
    /// <param name="mayGo">Whether a task may be chosen.</param>
    /// <param name="health">Which tasks count as healthy.</param>
    /// <param name="packing">How the service packs its tasks; null for one that spreads them.</param>
    internal static List<TaskRecord> Choose(
        IReadOnlyCollection<TaskRecord> tasks,
        int count,
        Func<TaskRecord, bool> mayGo,
        HealthCount health,
        TaskPacking? packing = null
    )
    {
        var chosen = new List<TaskRecord>();
        if (count <= 0)
            return chosen;

        var zones = tasks
            .GroupBy(task => packing is { AcrossZones: true } ? "" : task.AvailabilityZone ?? "")
            .Select(zone => new Zone(zone, mayGo, health, packing))
            .ToList();
        foreach (var rank in (ReadOnlySpan<int>)[0, 1, 2, 3])
        {
            foreach (var zone in zones)
                zone.Offer(rank);
            while (
                chosen.Count < count && zones.Where(zone => zone.HasCandidate).MaxBy(zone => zone.Tasks) is { } fullest
            )
                chosen.Add(fullest.Take());
        }

        return chosen;
    }

    private static int RankOf(TaskRecord task, HealthCount health) =>
        health.Includes(task) ? 3
        : task.IsHealthy ? 2
        : task.LastStatus == TaskStatus.Running ? 1
        : 0;

    /// <summary>
    /// The tasks of one zone, by instance; instances with candidates are in a queue, the fullest first.
    /// </summary>
    private sealed class Zone
    {
        private readonly List<Host> _hosts;
        private readonly PriorityQueue<Host, (long Rank, DateTimeOffset Newest)> _queue = new(
            Comparer<(long Rank, DateTimeOffset Newest)>.Create(
                (left, right) =>
                    left.Rank == right.Rank ? right.Newest.CompareTo(left.Newest) : right.Rank.CompareTo(left.Rank)
            )
        );

        internal Zone(
            IEnumerable<TaskRecord> tasks,
            Func<TaskRecord, bool> mayGo,
            HealthCount health,
            TaskPacking? packing
        )
        {
            _hosts =
            [
                .. tasks
                    .GroupBy(task => task.ContainerInstance ?? "")
                    .Select(host => new Host(host, mayGo, health, packing)),
            ];
            Tasks = _hosts.Sum(host => host.Tasks);
        }

        internal int Tasks { get; private set; }

        internal bool HasCandidate => _queue.Count > 0;

        internal void Offer(int rank)
        {
            _queue.Clear();
            foreach (var host in _hosts)
            {
                host.Offer(rank);
                Queue(host);
            }
        }

        internal TaskRecord Take()
        {
            var host = _queue.Dequeue();
            var task = host.Take();
            Tasks--;
            Queue(host);
            return task;
        }

        private void Queue(Host host)
        {
            if (host.Newest is { } newest)
                _queue.Enqueue(host, (host.Rank, newest.CreatedAt));
        }
    }

    /// <summary>The tasks of one instance; the candidates are a stack with the newest on top.</summary>
    private sealed class Host
    {
        private readonly List<TaskRecord> _mayGo;
        private readonly TaskPacking? _packing;
        private readonly HealthCount _health;
        private Stack<TaskRecord> _candidates = [];
        private long _remaining;

        internal Host(
            IGrouping<string, TaskRecord> tasks,
            Func<TaskRecord, bool> mayGo,
            HealthCount health,
            TaskPacking? packing
        )
        {
            var all = tasks.ToList();
            Tasks = all.Count;
            _mayGo = all.FindAll(task => mayGo(task));
            _packing = packing;
            _health = health;
            _remaining = packing?.RemainingOn(tasks.Key) ?? 0;
        }

        internal int Tasks { get; private set; }

        /// <summary>
        /// The instance with the highest is the next to lose a task: its tasks, or the capacity that it has left
        /// without its newest one.
        /// </summary>
        internal long Rank =>
            _packing is null ? Tasks : _remaining + (Newest is { } newest ? _packing.SizeOf(newest) : 0);

        internal TaskRecord? Newest => _candidates.TryPeek(out var newest) ? newest : null;

        internal void Offer(int rank) =>
            _candidates = new Stack<TaskRecord>(
                _mayGo.Where(task => RankOf(task, _health) == rank).OrderBy(task => task.CreatedAt)
            );

        internal TaskRecord Take()
        {
            Tasks--;
            var task = _candidates.Pop();
            _remaining += _packing?.SizeOf(task) ?? 0;
            return task;
        }
    }
}
