namespace Estiba.Metrics.Series;

/// <summary>
/// Values and how often each came, in order. Few are kept as they are; of more, each is rounded by at most one percent,
/// so that how many are kept depends on how far apart the least and the greatest are, and not on how many came.
/// </summary>
/// <remarks>
/// Rounded values are the middles of bins whose bounds grow by a constant factor, as in the SEH1 distributions of
/// CloudWatch's agent and in DDSketch: two of them are added by adding bin to bin, and whatever is added to what, in
/// which order, the error stays the same. There are no negative values (<see cref="Summary"/>).
/// </remarks>
internal sealed class Distribution
{
    /// <summary>Up to so many different values are kept as they are.</summary>
    internal const int MostExact = 32;

    /// <summary>By how much a rounded value differs from the one that came, at most: one percent of it.</summary>
    internal const double Accuracy = 0.01;

    private const double Growth = (1 + Accuracy) / (1 - Accuracy);
    private static readonly double LogGrowth = Math.Log(Growth);

    private double[] _values;
    private double[] _counts;

    private Distribution(int capacity) => (_values, _counts) = (new double[capacity], new double[capacity]);

    /// <summary>How many different values are kept.</summary>
    public int Size { get; private set; }

    /// <summary>Whether values were rounded.</summary>
    public bool IsRounded { get; private set; }

    /// <summary>The values, in order.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Size);

    /// <summary>How often each came.</summary>
    public ReadOnlySpan<double> Counts => _counts.AsSpan(0, Size);

    /// <summary>One value, so many times.</summary>
    public static Distribution Of(double value, double count)
    {
        var made = new Distribution(2) { Size = 1 };
        (made._values[0], made._counts[0]) = (value, count);
        return made;
    }

    /// <summary>Values as they were kept.</summary>
    public static Distribution Of(ReadOnlySpan<double> values, ReadOnlySpan<double> counts, bool isRounded)
    {
        var made = new Distribution(values.Length) { Size = values.Length, IsRounded = isRounded };
        values.CopyTo(made._values);
        counts.CopyTo(made._counts);
        return made;
    }

    /// <summary>The bin of a rounded value.</summary>
    public static int BinOf(double value) => value == 0 ? int.MinValue : (int)Math.Ceiling(Math.Log(value) / LogGrowth);

    /// <summary>The value that stands for those of a bin.</summary>
    public static double MiddleOf(int bin) => bin == int.MinValue ? 0 : 2 * Math.Exp(bin * LogGrowth) / (Growth + 1);

    /// <summary>Another one with the same values.</summary>
    public Distribution Copy() => Of(Values, Counts, IsRounded);

    /// <summary>Rounds the values, so that they take little space.</summary>
    public void Round()
    {
        if (IsRounded)
            return;
        IsRounded = true;
        var size = 0;
        for (var i = 0; i < Size; i++)
        {
            var (value, count) = (MiddleOf(BinOf(_values[i])), _counts[i]);
            if (size > 0 && _values[size - 1] == value)
                _counts[size - 1] += count;
            else
                (_values[size], _counts[size++]) = (value, count);
        }

        Size = size;
    }

    /// <summary>Adds a value, so many times.</summary>
    public void Add(double value, double count)
    {
        if (IsRounded)
            value = MiddleOf(BinOf(value));
        var place = Array.BinarySearch(_values, 0, Size, value);
        if (place >= 0)
        {
            _counts[place] += count;
            return;
        }

        place = ~place;
        if (Size == _values.Length)
        {
            Array.Resize(ref _values, 2 * Size);
            Array.Resize(ref _counts, 2 * Size);
        }

        Array.Copy(_values, place, _values, place + 1, Size - place);
        Array.Copy(_counts, place, _counts, place + 1, Size - place);
        (_values[place], _counts[place]) = (value, count);
        if (++Size > MostExact)
            Round();
    }

    /// <summary>Adds all values of another one.</summary>
    public void Add(Distribution other)
    {
        if (other.IsRounded)
            Round();
        var (mine, theirs) = (Copy(), other);
        if (IsRounded && !other.IsRounded)
        {
            theirs = other.Copy();
            theirs.Round();
        }

        _values = new double[mine.Size + theirs.Size];
        _counts = new double[_values.Length];
        Size = 0;
        for (int i = 0, j = 0; i < mine.Size || j < theirs.Size; Size++)
        {
            var order =
                i == mine.Size ? 1
                : j == theirs.Size ? -1
                : mine._values[i].CompareTo(theirs._values[j]);
            _values[Size] = order <= 0 ? mine._values[i] : theirs._values[j];
            if (order <= 0)
                _counts[Size] += mine._counts[i++];
            if (order >= 0)
                _counts[Size] += theirs._counts[j++];
        }

        if (Size > MostExact)
            Round();
    }
}
