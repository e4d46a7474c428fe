namespace Estiba.Ecs.Placement;

/// <summary>
/// The instances that can have one more of some identical tasks, in a form from which the best is found without
/// comparing all of them. It lives for the part of a pass that places these tasks.
/// </summary>
/// <remarks>
/// Each preference keeps those that are least in its measure of what the preferences before it kept, so the best
/// candidates are those whose measures, in the order of the preferences, come first. Placing a task changes most
/// measures of its own instance only: in these, candidates are kept in a heap. The exception is a spread over an
/// attribute, which all instances with the same value share. So candidates with the same values of all such attributes
/// have a heap of their own, and the bests of the heaps are compared; there are as many as, say, zones.
/// </remarks>
internal sealed class Candidates
{
    private readonly IReadOnlyList<InstanceCapacity> _instances;
    private readonly Random _random;
    private readonly List<PlacementMeasure> _measures = [];
    private readonly List<(int[] ValueOf, int[] Tasks)> _spreads = [];
    private readonly int[] _tasks;
    private readonly int _ownMeasures;
    private readonly bool _byChance;
    private readonly List<Part> _parts = [];
    private readonly List<Part> _best = [];
    private readonly List<int> _ties = [];

    internal Candidates(PlacementDemand demand, PlacementPass pass, Random random)
    {
        Demand = demand;
        _instances = pass.Instances;
        _random = random;
        var preferences = demand.Rules.Preferences;
        _byChance = preferences is [.., { Measure: PlacementMeasure.Random }];
        _tasks = preferences.Any(preference =>
            preference.Measure is PlacementMeasure.TasksByAttribute or PlacementMeasure.TasksOnInstance
        )
            ? new int[_instances.Count]
            : [];
        for (var place = 0; place < _tasks.Length; place++)
            _tasks[place] = _instances[place].TasksOf(demand.Group);
        foreach (var (measure, attribute) in preferences)
        {
            if (measure == PlacementMeasure.Random)
                break;
            _measures.Add(measure);
            if (attribute is null)
                _ownMeasures++;
            else
                _spreads.Add(TasksByValue(pass.Partition(attribute)));
        }

        Divide(
            pass.Allowed(demand.Rules),
            pass.Partition([.. preferences.Select(preference => preference.Attribute).OfType<string>()])
        );
    }

    /// <summary>What the tasks ask for.</summary>
    internal PlacementDemand Demand { get; }

    /// <summary>The best candidate, which has the task from now on; null when there is none.</summary>
    /// <remarks>Tasks of another lot may have taken the capacity of a candidate since it was found.</remarks>
    internal PlacementChoice? Take()
    {
        while (FindBest())
        {
            var (part, position) = _byChance ? Draw() : (_best[0], 0);
            var place = CandidateHeap.PlaceOf(part.Heap.At(position));
            if (Demand.Shortage(_instances[place]) is not null)
            {
                Remove(part, position);
                continue;
            }

            var choice = _instances[place].Take(Demand.Group, Demand.Resources);
            if (_tasks.Length > 0)
                _tasks[place]++;
            foreach (var (valueOf, tasks) in _spreads)
                tasks[valueOf[place]]++;

            if (Demand.Shortage(_instances[place]) is null)
                part.Heap.Replace(position, KeyOf(place));
            else
                Remove(part, position);
            return choice;
        }

        return null;
    }

    private void Remove(Part part, int position)
    {
        part.Heap.Remove(position);
        if (part.Heap.Count == 0)
            _parts.Remove(part);
    }

    private (int[] ValueOf, int[] Tasks) TasksByValue((int[] ValueOf, int Values) partition)
    {
        var tasks = new int[partition.Values];
        for (var place = 0; place < _tasks.Length; place++)
            tasks[partition.ValueOf[place]] += _tasks[place];
        return (partition.ValueOf, tasks);
    }

    private void Divide(IReadOnlyList<int> allowed, (int[] ValueOf, int Values) partition)
    {
        var parts = new Part?[partition.Values];
        foreach (var place in allowed)
        {
            if (Demand.Shortage(_instances[place]) is not null)
                continue;
            ref var part = ref parts[partition.ValueOf[place]];
            if (part is null)
                _parts.Add(part = new Part([.. _spreads.Select(spread => spread.ValueOf[place])]));
            part.Heap.Append(KeyOf(place));
        }

        foreach (var part in _parts)
            part.Heap.Order();
    }

    private UInt128 KeyOf(int place)
    {
        UInt128 key = 0;
        foreach (var measure in _measures)
        {
            if (measure == PlacementMeasure.TasksByAttribute)
                continue;
            key = CandidateHeap.With(
                key,
                measure switch
                {
                    PlacementMeasure.TasksOnInstance => _tasks[place],
                    PlacementMeasure.Cpu => _instances[place].Cpu,
                    _ => _instances[place].Memory,
                }
            );
        }

        return CandidateHeap.With(key, place);
    }

    /// <summary>
    /// Finds the part whose first candidate is the best, or with chance all parts whose first candidates are.
    /// </summary>
    private bool FindBest()
    {
        _best.Clear();
        foreach (var part in _parts)
        {
            var order = _best.Count == 0 ? 0 : Compare(part, _best[0]);
            if (order < 0)
                _best.Clear();
            if (order <= 0)
                _best.Add(part);
        }

        return _best.Count > 0;
    }

    private int Compare(Part left, Part right)
    {
        int spread = 0,
            own = 0;
        foreach (var measure in _measures)
        {
            int order;
            if (measure == PlacementMeasure.TasksByAttribute)
            {
                var tasks = _spreads[spread].Tasks;
                order = tasks[left.Values[spread]].CompareTo(tasks[right.Values[spread]]);
                spread++;
            }
            else
            {
                order = CandidateHeap
                    .MeasureOf(left.Heap.First, _ownMeasures - own)
                    .CompareTo(CandidateHeap.MeasureOf(right.Heap.First, _ownMeasures - own));
                own++;
            }

            if (order != 0)
                return order;
        }

        return _byChance
            ? 0
            : CandidateHeap.PlaceOf(left.Heap.First).CompareTo(CandidateHeap.PlaceOf(right.Heap.First));
    }

    /// <summary>Each of the best candidates with the same chance.</summary>
    private (Part Part, int Position) Draw()
    {
        // Without a measure of their own all candidates of a part are equal, wherever they are in its heap.
        if (_ownMeasures == 0)
        {
            var number = _random.Next(_best.Sum(part => part.Heap.Count));
            foreach (var part in _best)
            {
                if (number < part.Heap.Count)
                    return (part, number);
                number -= part.Heap.Count;
            }
        }

        _ties.Clear();
        foreach (var part in _best)
        {
            part.FirstTie = _ties.Count;
            part.Heap.AddTies(_ties);
        }

        var drawn = _random.Next(_ties.Count);
        return (_best.FindLast(part => part.FirstTie <= drawn)!, _ties[drawn]);
    }

    /// <summary>Candidates that have the same values of all attributes that tasks are spread over.</summary>
    private sealed class Part(int[] values)
    {
        internal int[] Values { get; } = values;

        internal CandidateHeap Heap { get; } = new();

        internal int FirstTie { get; set; }
    }
}
