using System.Numerics;

namespace Estiba.Metrics.Storage;

/// <summary>
/// Numbers one behind the other, in as few bits as their kind allows: equal ones take none, whole ones and decimals of
/// few digits are written as differences (or differences of differences, as times are), all others as what changes in
/// their bits.
/// </summary>
/// <remarks>
/// After "Gorilla: A Fast, Scalable, In-Memory Time Series Database" (Pelkonen and others, 2015), whose fixed classes
/// of differences are chosen for each column here.
/// </remarks>
internal static class NumberColumn
{
    private const int MostDigits = 6;
    private const double MostExact = 1L << 53;

    private static readonly double[] Powers = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

    private enum Mode
    {
        Equal,
        Steady,
        Differences,
        Changes,
        Bits,
    }

    /// <summary>Writes numbers; how many there are, whoever reads them must know.</summary>
    public static void Write(BitWriter target, ReadOnlySpan<double> numbers)
    {
        if (numbers.IsEmpty)
            return;
        if (!numbers.ContainsAnyExcept(numbers[0]))
        {
            target.Write((ulong)Mode.Equal, 3);
            target.Write(BitConverter.DoubleToUInt64Bits(numbers[0]), 64);
        }
        else if (Decimals(numbers) is { } decimals)
        {
            WriteDecimals(target, decimals.Digits, decimals.Whole);
        }
        else
        {
            target.Write((ulong)Mode.Bits, 3);
            WriteBits(target, numbers);
        }
    }

    /// <summary>Reads numbers.</summary>
    public static void Read(ref BitReader source, Span<double> numbers)
    {
        if (numbers.IsEmpty)
            return;
        var mode = (Mode)source.Read(3);
        if (mode == Mode.Equal)
            numbers.Fill(BitConverter.UInt64BitsToDouble(source.Read(64)));
        else if (mode == Mode.Bits)
            ReadBits(ref source, numbers);
        else
            ReadDecimals(ref source, mode, numbers);
    }

    private static (int Digits, long[] Whole)? Decimals(ReadOnlySpan<double> numbers)
    {
        for (var digits = 0; digits <= MostDigits; digits++)
        {
            // The first and the last tell in most cases that it will not do.
            if (!Fits(numbers[0], digits, out _) || !Fits(numbers[^1], digits, out _))
                continue;
            var whole = new long[numbers.Length];
            var i = 0;
            while (i < numbers.Length && Fits(numbers[i], digits, out whole[i]))
                i++;
            if (i == numbers.Length)
                return (digits, whole);
        }

        return null;
    }

    private static bool Fits(double number, int digits, out long whole)
    {
        var scaled = Math.Round(number * Powers[digits]);
        whole = Math.Abs(scaled) < MostExact ? (long)scaled : 0;
        return Math.Abs(scaled) < MostExact && whole / Powers[digits] == number;
    }

    private static void WriteDecimals(BitWriter target, int digits, long[] whole)
    {
        var differences = new ulong[whole.Length - 1];
        var changes = new ulong[whole.Length - 1];
        var previous = 0L;
        for (var i = 1; i < whole.Length; i++)
        {
            var difference = whole[i] - whole[i - 1];
            differences[i - 1] = Fold(difference);
            changes[i - 1] = Fold(difference - previous);
            previous = difference;
        }

        if (!changes.AsSpan(1).ContainsAnyExcept(0UL))
        {
            target.Write((ulong)Mode.Steady, 3);
            target.Write((ulong)digits, 3);
            target.Write((ulong)whole[0], 64);
            target.Write((ulong)(whole[1] - whole[0]), 64);
            return;
        }

        var plain = Classes.Best(differences);
        var twice = Classes.Best(changes);
        var (mode, classes, parts) =
            twice.Cost < plain.Cost ? (Mode.Changes, twice, changes) : (Mode.Differences, plain, differences);
        target.Write((ulong)mode, 3);
        target.Write((ulong)digits, 3);
        target.Write((ulong)whole[0], 64);
        target.Write((ulong)classes.Short, 6);
        target.Write((ulong)classes.Long, 6);
        foreach (var part in parts)
            classes.Write(target, part);
    }

    private static void ReadDecimals(ref BitReader source, Mode mode, Span<double> numbers)
    {
        var power = Powers[(int)source.Read(3) % Powers.Length];
        var whole = (long)source.Read(64);
        numbers[0] = whole / power;
        if (mode == Mode.Steady)
        {
            var step = (long)source.Read(64);
            for (var i = 1; i < numbers.Length; i++)
                numbers[i] = (whole += step) / power;
            return;
        }

        var classes = new Classes((int)source.Read(6), (int)source.Read(6), 0);
        var difference = 0L;
        for (var i = 1; i < numbers.Length; i++)
        {
            var part = Unfold(classes.Read(ref source));
            difference = mode == Mode.Changes ? difference + part : part;
            whole += difference;
            numbers[i] = whole / power;
        }
    }

    private static void WriteBits(BitWriter target, ReadOnlySpan<double> numbers)
    {
        var last = BitConverter.DoubleToUInt64Bits(numbers[0]);
        target.Write(last, 64);
        var (leading, length) = (0, 0);
        foreach (var number in numbers[1..])
        {
            var bits = BitConverter.DoubleToUInt64Bits(number);
            var change = bits ^ last;
            last = bits;
            if (change == 0)
            {
                target.Write(0, 1);
                continue;
            }

            var zeros = Math.Min(31, BitOperations.LeadingZeroCount(change));
            var behind = BitOperations.TrailingZeroCount(change);
            var needed = 64 - zeros - behind;
            var isWithin = length > 0 && zeros >= leading && 64 - leading - length <= behind;
            // A window that is much too wide costs more than to say a new one.
            if (isWithin && length - needed < 11)
            {
                target.Write(0b10, 2);
                target.Write(change >> (64 - leading - length), length);
                continue;
            }

            (leading, length) = (zeros, needed);
            target.Write(0b11, 2);
            target.Write((ulong)leading, 5);
            target.Write((ulong)(length - 1), 6);
            target.Write(change >> behind, length);
        }
    }

    private static void ReadBits(ref BitReader source, Span<double> numbers)
    {
        var bits = source.Read(64);
        numbers[0] = BitConverter.UInt64BitsToDouble(bits);
        var (leading, length) = (0, 0);
        for (var i = 1; i < numbers.Length; i++)
        {
            if (source.Read(1) == 1)
            {
                if (source.Read(1) == 1)
                    (leading, length) = ((int)source.Read(5), (int)source.Read(6) + 1);
                if (leading + length > 64)
                    throw new InvalidDataException("A chunk of values cannot be read; the file is damaged.");
                bits ^= source.Read(length) << (64 - leading - length);
            }

            numbers[i] = BitConverter.UInt64BitsToDouble(bits);
        }
    }

    private static ulong Fold(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);

    private static long Unfold(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>How differences are written: none in one bit, others in so many bits, or more, or all.</summary>
    private readonly record struct Classes(int Short, int Long, long Cost)
    {
        public static Classes Best(ReadOnlySpan<ulong> parts)
        {
            Span<int> lengths = stackalloc int[65];
            lengths.Clear();
            foreach (var part in parts)
                lengths[64 - BitOperations.LeadingZeroCount(part)]++;
            Span<int> atMost = stackalloc int[65];
            var sum = atMost[0] = 0;
            for (var length = 1; length <= 64; length++)
                atMost[length] = sum += lengths[length];
            var best = new Classes(1, 2, long.MaxValue);
            for (var few = 1; few < 62; few++)
            {
                if (lengths[few] == 0 && few > 1)
                    continue;
                for (var more = few + 1; more < 63; more++)
                {
                    if (lengths[more] == 0 && more > few + 1)
                        continue;
                    var cost =
                        lengths[0]
                        + atMost[few] * (2L + few)
                        + (atMost[more] - atMost[few]) * (3L + more)
                        + (sum - atMost[more]) * (3L + 64);
                    if (cost < best.Cost)
                        best = new Classes(few, more, cost);
                }
            }

            return best;
        }

        public void Write(BitWriter target, ulong part)
        {
            var length = 64 - BitOperations.LeadingZeroCount(part);
            if (length == 0)
            {
                target.Write(0, 1);
            }
            else if (length <= Short)
            {
                target.Write(0b10, 2);
                target.Write(part, Short);
            }
            else if (length <= Long)
            {
                target.Write(0b110, 3);
                target.Write(part, Long);
            }
            else
            {
                target.Write(0b111, 3);
                target.Write(part, 64);
            }
        }

        public ulong Read(ref BitReader source) =>
            source.Read(1) == 0 ? 0
            : source.Read(1) == 0 ? source.Read(Short)
            : source.Read(1) == 0 ? source.Read(Long)
            : source.Read(64);
    }
}
