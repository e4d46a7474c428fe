using System.Buffers;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>The summaries of one series in one file, column by column.</summary>
/// <remarks>
/// First their number, then when each begins, and in which form it is: one value; equal values; statistics of which the
/// values are not known; statistics and the values, as they came or rounded. Then the columns of those forms: a value
/// (of statistics the greatest), the count, the least, the sum, and behind all that, where it is not read when nobody
/// asks for it, the values and how often each came.
/// </remarks>
internal static class Chunk
{
    private const int OneValue = 0;
    private const int EqualValues = 1;
    private const int Unknown = 2;
    private const int FirstOfKnown = 3;

    /// <summary>Writes summaries, in the order of time.</summary>
    /// <param name="target">Where to; it is cleared.</param>
    /// <param name="points">At least one.</param>
    /// <param name="window">What times are counted from.</param>
    /// <param name="resolution">Of what times are multiples.</param>
    public static void Write(BitWriter target, ReadOnlySpan<TimedSummary> points, long window, int resolution)
    {
        target.Clear();
        target.Write((ulong)points.Length, 32);
        var columns = new Columns();
        foreach (ref readonly var point in points)
        {
            columns.Times.Add((double)((point.Time - window) / resolution));
            columns.Add(point.Summary);
        }

        foreach (var column in columns.All)
            NumberColumn.Write(target, column.Numbers);
    }

    /// <summary>Reads summaries.</summary>
    /// <param name="bytes">The chunk.</param>
    /// <param name="window">What times are counted from.</param>
    /// <param name="resolution">Of what times are multiples.</param>
    /// <param name="withValues">Reads distributions, too; without, only statistics are told rightly.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static TimedSummary[] Read(ReadOnlySpan<byte> bytes, long window, int resolution, bool withValues)
    {
        var source = new BitReader(bytes);
        var count = (int)source.Read(32);
        if (count is < 1 or > 1 << 20)
            throw new InvalidDataException("A chunk of values cannot be read; the file is damaged.");
        var points = new TimedSummary[count];
        using var buffers = new Buffers(count);
        var times = buffers.Next(count);
        NumberColumn.Read(ref source, times);
        var forms = buffers.Next(count);
        NumberColumn.Read(ref source, forms);
        var (counted, summed, kept, rounded) = (0, 0, 0, 0);
        foreach (var form in forms)
        {
            counted += form >= EqualValues ? 1 : 0;
            summed += form >= Unknown ? 1 : 0;
            kept += SizeOf((int)form);
            rounded += IsRounded((int)form) ? SizeOf((int)form) : 0;
        }

        var values = buffers.Next(count);
        NumberColumn.Read(ref source, values);
        var counts = buffers.Next(counted);
        NumberColumn.Read(ref source, counts);
        var minima = buffers.Next(summed);
        NumberColumn.Read(ref source, minima);
        var sums = buffers.Next(summed);
        NumberColumn.Read(ref source, sums);
        Span<double> exact = [];
        Span<double> bins = [];
        Span<double> often = [];
        if (withValues && kept > 0)
        {
            exact = buffers.Next(kept - rounded);
            NumberColumn.Read(ref source, exact);
            bins = buffers.Next(rounded);
            NumberColumn.Read(ref source, bins);
            often = buffers.Next(kept);
            NumberColumn.Read(ref source, often);
        }

        for (var i = 0; i < count; i++)
        {
            var form = (int)forms[i];
            ref var summary = ref points[i].Summary;
            points[i].Time = window + (long)times[i] * resolution;
            summary = Summary.Of(values[i], form == OneValue ? 1 : Take(ref counts));
            if (form < Unknown)
                continue;
            (summary.Minimum, summary.Sum) = (Take(ref minima), Take(ref sums));
            if (SizeOf(form) is > 0 and var size && withValues)
                summary.Values = Known(form, size, ref exact, ref bins, ref often);
        }

        return points;
    }

    private static Distribution Known(
        int form,
        int size,
        ref Span<double> exact,
        ref Span<double> bins,
        ref Span<double> often
    )
    {
        ref var source = ref exact;
        if (IsRounded(form))
        {
            source = ref bins;
            foreach (ref var bin in source[..size])
                bin = Distribution.MiddleOf((int)bin);
        }

        var known = Distribution.Of(source[..size], often[..size], IsRounded(form));
        source = source[size..];
        often = often[size..];
        return known;
    }

    private static double Take(ref Span<double> column)
    {
        var first = column[0];
        column = column[1..];
        return first;
    }

    private static int FormOf(in Summary summary)
    {
        if (summary.Values is { } values)
            return FirstOfKnown + 2 * (values.Size - 1) + (values.IsRounded ? 1 : 0);
        if (summary.Minimum != summary.Maximum || summary.Sum != summary.Minimum * summary.Count)
            return Unknown;
        return summary.Count == 1 ? OneValue : EqualValues;
    }

    private static int SizeOf(int form) => form < FirstOfKnown ? 0 : (form - FirstOfKnown) / 2 + 1;

    private static bool IsRounded(int form) => form >= FirstOfKnown && (form - FirstOfKnown) % 2 == 1;

    private sealed class Columns
    {
        private readonly Column _forms = new();
        private readonly Column _values = new();
        private readonly Column _counts = new();
        private readonly Column _minima = new();
        private readonly Column _sums = new();
        private readonly Column _exact = new();
        private readonly Column _bins = new();
        private readonly Column _often = new();

        public Column Times { get; } = new();

        public IEnumerable<Column> All => [Times, _forms, _values, _counts, _minima, _sums, _exact, _bins, _often];

        public void Add(in Summary summary)
        {
            var form = FormOf(summary);
            _forms.Add(form);
            _values.Add(summary.Maximum);
            if (form >= EqualValues)
                _counts.Add(summary.Count);
            if (form >= Unknown)
            {
                _minima.Add(summary.Minimum);
                _sums.Add(summary.Sum);
            }

            if (summary.Values is not { } values)
                return;
            foreach (var value in values.Values)
            {
                if (values.IsRounded)
                    _bins.Add(Distribution.BinOf(value));
                else
                    _exact.Add(value);
            }

            foreach (var count in values.Counts)
                _often.Add(count);
        }
    }

    private sealed class Column
    {
        private double[] _numbers = [];
        private int _size;

        public ReadOnlySpan<double> Numbers => _numbers.AsSpan(0, _size);

        public void Add(double number)
        {
            if (_size == _numbers.Length)
                Array.Resize(ref _numbers, Math.Max(16, 2 * _size));
            _numbers[_size++] = number;
        }
    }

    private struct Buffers(int count) : IDisposable
    {
        private readonly List<double[]> _rented = new(8);

        public readonly Span<double> Next(int size)
        {
            if (size < 0 || size > Math.Max(count, 1) * (1L << 16))
                throw new InvalidDataException("A chunk of values cannot be read; the file is damaged.");
            var rented = ArrayPool<double>.Shared.Rent(size);
            _rented.Add(rented);
            return rented.AsSpan(0, size);
        }

        public readonly void Dispose()
        {
            foreach (var rented in _rented)
                ArrayPool<double>.Shared.Return(rented);
        }
    }
}

/// <summary>What is kept of a time.</summary>
internal struct TimedSummary
{
    /// <summary>Where it begins. Seconds since 1970.</summary>
    public long Time;

    /// <summary>What there was.</summary>
    public Summary Summary;
}
