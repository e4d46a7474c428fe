namespace Estiba.Ecs.Placement;

/// <summary>
/// Candidates in the order of a key, the least first: a binary heap. A key ends with the candidate's place among all
/// instances, in its lowest 32 bits, so no two are equal and the same candidates always come in the same order.
/// </summary>
internal sealed class CandidateHeap
{
    private const int PlaceBits = 32;

    private UInt128[] _keys = new UInt128[4];

    internal int Count { get; private set; }

    internal UInt128 First => _keys[0];

    /// <summary>The place in a key.</summary>
    internal static int PlaceOf(UInt128 key) => (int)(uint)key;

    /// <summary>One measure of a key, counted from the place.</summary>
    internal static int MeasureOf(UInt128 key, int number) => (int)(uint)(key >> (PlaceBits * number));

    /// <summary>What a key compares by before the place.</summary>
    internal static UInt128 MeasuresOf(UInt128 key) => key >> PlaceBits;

    /// <summary>A key, given the least important measure last.</summary>
    internal static UInt128 With(UInt128 measures, int value) => (measures << PlaceBits) | (uint)value;

    /// <summary>Adds a key without putting it in order; <see cref="Order"/> does so for all.</summary>
    internal void Append(UInt128 key)
    {
        if (Count == _keys.Length)
            Array.Resize(ref _keys, Count * 2);
        _keys[Count++] = key;
    }

    /// <summary>Puts what was appended in order.</summary>
    internal void Order()
    {
        for (var position = (Count / 2) - 1; position >= 0; position--)
            Sink(position, _keys[position]);
    }

    internal UInt128 At(int position) => _keys[position];

    /// <summary>Puts another key in the place of one.</summary>
    internal void Replace(int position, UInt128 key)
    {
        while (position > 0 && key < _keys[(position - 1) / 2])
        {
            _keys[position] = _keys[(position - 1) / 2];
            position = (position - 1) / 2;
        }

        Sink(position, key);
    }

    internal void Remove(int position)
    {
        Count--;
        if (position < Count)
            Replace(position, _keys[Count]);
    }

    /// <summary>Adds the positions of all keys that have the measures of the first.</summary>
    internal void AddTies(List<int> positions)
    {
        var measures = MeasuresOf(_keys[0]);
        var next = positions.Count;
        for (positions.Add(0); next < positions.Count; next++)
        {
            var left = (2 * positions[next]) + 1;
            if (left < Count && MeasuresOf(_keys[left]) == measures)
                positions.Add(left);
            if (left + 1 < Count && MeasuresOf(_keys[left + 1]) == measures)
                positions.Add(left + 1);
        }
    }

    private void Sink(int position, UInt128 key)
    {
        for (var child = (2 * position) + 1; child < Count; child = (2 * position) + 1)
        {
            if (child + 1 < Count && _keys[child + 1] < _keys[child])
                child++;
            if (key < _keys[child])
                break;
            _keys[position] = _keys[child];
            position = child;
        }

        _keys[position] = key;
    }
}
