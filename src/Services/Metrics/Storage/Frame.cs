using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Estiba.Files;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>What is in a frame of a journal: the series that are new, then values. The list of series has the same
/// frames, without values.</summary>
internal static class Frame
{
    private const byte HighResolution = 1;
    private const byte Rounded = 2;
    private const int FormShift = 2;
    private const int OneValue = 0;
    private const int EqualValues = 1;
    private const int Statistics = 2;
    private const int KnownValues = 3;

    /// <summary>Writes a series.</summary>
    internal static void Write(IBufferWriter<byte> target, StoredSeries series)
    {
        Varint.Write(target, series.Id);
        Varint.WriteSigned(target, series.CreatedAt);
        foreach (
            var text in (string[])
                [series.Scope.AccountId, series.Scope.Region, series.Unit, series.Metric.Namespace, series.Metric.Name]
        )
            Write(target, text);
        Varint.Write(target, (ulong)series.Metric.Dimensions.Count);
        foreach (var dimension in series.Metric.Dimensions)
        {
            Write(target, dimension.Name);
            Write(target, dimension.Value);
        }
    }

    /// <summary>Writes values.</summary>
    internal static void Write(
        IBufferWriter<byte> target,
        uint series,
        long time,
        bool isHighResolution,
        in Summary values
    )
    {
        var form =
            values.Values is not null ? KnownValues
            : values.Minimum != values.Maximum || values.Sum != values.Minimum * values.Count ? Statistics
            : values.Count == 1 ? OneValue
            : EqualValues;
        Varint.Write(target, series);
        Varint.WriteSigned(target, time);
        target.GetSpan(1)[0] = (byte)(
            (form << FormShift)
            | (isHighResolution ? HighResolution : 0)
            | (values.Values?.IsRounded == true ? Rounded : 0)
        );
        target.Advance(1);
        Write(target, values.Maximum);
        if (form >= EqualValues)
            Write(target, values.Count);
        if (form < Statistics)
            return;
        Write(target, values.Minimum);
        Write(target, values.Sum);
        if (values.Values is not { } known)
            return;
        Varint.Write(target, (ulong)known.Size);
        for (var i = 0; i < known.Size; i++)
        {
            Write(target, known.Values[i]);
            Write(target, known.Counts[i]);
        }
    }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static void Read(ReadOnlySpan<byte> frame, Action<StoredSeries> series, ValuesFound found)
    {
        try
        {
            var at = 0;
            for (var count = Varint.Read(frame, ref at); count > 0; count--)
                series(ReadSeries(frame, ref at));
            for (var count = Varint.Read(frame, ref at); count > 0; count--)
                ReadValues(frame, ref at, found);
        }
        catch (Exception broken) when (broken is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("A frame of values cannot be read; the file is damaged.", broken);
        }
    }

    private static StoredSeries ReadSeries(ReadOnlySpan<byte> frame, ref int at)
    {
        var id = (uint)Varint.Read(frame, ref at);
        var createdAt = Varint.ReadSigned(frame, ref at);
        var scope = new Scope(ReadText(frame, ref at), ReadText(frame, ref at));
        var unit = ReadText(frame, ref at);
        var (nameSpace, name) = (ReadText(frame, ref at), ReadText(frame, ref at));
        var dimensions = new MetricDimension[(int)Varint.Read(frame, ref at)];
        for (var i = 0; i < dimensions.Length; i++)
            dimensions[i] = new MetricDimension(ReadText(frame, ref at), ReadText(frame, ref at));
        return new StoredSeries(id, scope, new Metric(nameSpace, name, dimensions), unit, createdAt);
    }

    private static void ReadValues(ReadOnlySpan<byte> frame, ref int at, ValuesFound found)
    {
        var series = (uint)Varint.Read(frame, ref at);
        var time = Varint.ReadSigned(frame, ref at);
        var flags = frame[at++];
        var form = flags >> FormShift;
        var maximum = ReadDouble(frame, ref at);
        var values = Summary.Of(maximum, form >= EqualValues ? ReadDouble(frame, ref at) : 1);
        if (form >= Statistics)
            (values.Minimum, values.Sum) = (ReadDouble(frame, ref at), ReadDouble(frame, ref at));
        if (form == KnownValues)
        {
            var size = (int)Varint.Read(frame, ref at);
            var (each, counts) = (new double[size], new double[size]);
            for (var i = 0; i < size; i++)
                (each[i], counts[i]) = (ReadDouble(frame, ref at), ReadDouble(frame, ref at));
            values.Values = Distribution.Of(each, counts, (flags & Rounded) != 0);
        }

        found(series, time, (flags & HighResolution) != 0, values);
    }

    private static void Write(IBufferWriter<byte> target, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(target.GetSpan(sizeof(double)), value);
        target.Advance(sizeof(double));
    }

    private static double ReadDouble(ReadOnlySpan<byte> frame, ref int at)
    {
        var value = BinaryPrimitives.ReadDoubleLittleEndian(frame[at..]);
        at += sizeof(double);
        return value;
    }

    private static void Write(IBufferWriter<byte> target, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Varint.Write(target, (ulong)length);
        target.Advance(Encoding.UTF8.GetBytes(text, target.GetSpan(length)));
    }

    private static string ReadText(ReadOnlySpan<byte> frame, ref int at)
    {
        var length = (int)Varint.Read(frame, ref at);
        var text = Encoding.UTF8.GetString(frame.Slice(at, length));
        at += length;
        return text;
    }
}

/// <summary>Gets values of a series.</summary>
internal delegate void ValuesFound(uint series, long time, bool isHighResolution, in Summary values);
