using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Estiba.Engines.Docker;

/// <summary>Takes Docker's log stream apart into lines with their times, in both of its framings.</summary>
/// <remarks>
/// Without a terminal each write is a frame: stream number, three zeros, four bytes of length, then the text ("Attach
/// to a container", Docker Engine API). With a terminal it is the bare text. Docker cuts lines at 16 KiB and puts a
/// time before each part; only the last part ends with a line break. The parts are put together again.
/// </remarks>
internal static class DockerLogReader
{
    private const int HeaderLength = 8;
    private const int PartLength = 16 * 1024;

    /// <summary>A line longer than this is handed on in pieces, so that memory stays bounded.</summary>
    internal const int LongestLine = 1024 * 1024;

    public static IAsyncEnumerable<LogLine> ReadAsync(Stream stream, bool terminal, CancellationToken cancellation) =>
        terminal ? ReadRawAsync(stream, cancellation) : ReadFramedAsync(stream, cancellation);

    private static async IAsyncEnumerable<LogLine> ReadFramedAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var header = new byte[HeaderLength];
        var output = new Assembly(isError: false);
        var error = new Assembly(isError: true);
        while (
            await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation) == HeaderLength
        )
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            var frame = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                if (
                    await stream.ReadAtLeastAsync(
                        frame.AsMemory(0, length),
                        length,
                        throwOnEndOfStream: false,
                        cancellation
                    ) < length
                )
                    break;
                if ((header[0] == 2 ? error : output).Add(frame.AsSpan(0, length)) is { } line)
                    yield return line;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(frame);
            }
        }

        if (output.Rest() is { } lastOutput)
            yield return lastOutput;
        if (error.Rest() is { } lastError)
            yield return lastError;
    }

    private static async IAsyncEnumerable<LogLine> ReadRawAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var assembly = new Assembly(isError: false);
        while (true)
        {
            var result = await reader.ReadAsync(cancellation);
            var buffer = result.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var after = buffer.GetPosition(1, end);
                var line = AddRaw(assembly, buffer.Slice(0, after).ToArray());
                buffer = buffer.Slice(after);
                if (line is { } complete)
                    yield return complete;
            }

            if (result.IsCompleted)
            {
                if (!buffer.IsEmpty && AddRaw(assembly, buffer.ToArray()) is { } last)
                    yield return last;
                break;
            }

            if (buffer.Length > LongestLine)
            {
                var line = AddRaw(assembly, buffer.ToArray());
                buffer = buffer.Slice(buffer.End);
                if (line is { } piece)
                    yield return piece;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }

        if (assembly.Rest() is { } rest)
            yield return rest;
    }

    /// <summary>
    /// A line of a terminal: parts of 16 KiB follow each other, each with a time before it and nothing between them.
    /// </summary>
    private static LogLine? AddRaw(Assembly assembly, ReadOnlySpan<byte> line)
    {
        while (
            Assembly.TimeLength(line) is > 0 and var time
            && line.Length > time + PartLength
            && Assembly.TimeLength(line[(time + PartLength)..]) > 0
        )
        {
            assembly.Add(line[..(time + PartLength)]);
            line = line[(time + PartLength)..];
        }

        return assembly.Add(line);
    }

    /// <summary>Collects the parts of one line of one stream.</summary>
    private sealed class Assembly(bool isError)
    {
        private readonly ArrayBufferWriter<byte> _text = new(256);
        private DateTimeOffset _at;
        private bool _open;

        public LogLine? Add(ReadOnlySpan<byte> part)
        {
            var length = TimeLength(part);
            if (!_open && length > 0)
                _at = ParseTime(part[..(length - 1)]);
            _open = true;

            part = part[length..];
            var ended = part is [.., (byte)'\n'];
            _text.Write(ended ? part[..^1] : part);
            return ended || _text.WrittenCount >= LongestLine ? Take() : null;
        }

        public LogLine? Rest() => _open ? Take() with { IsCut = true } : null;

        private LogLine Take()
        {
            var written = _text.WrittenSpan;
            if (written is [.., (byte)'\r'])
                written = written[..^1]; // a terminal's line break
            var line = new LogLine(_at, written.ToArray(), isError);
            _text.ResetWrittenCount();
            _open = false;
            return line;
        }

        /// <summary>
        /// The length of the time and the blank after it at the start of a part; 0 when there is none.
        /// </summary>
        public static int TimeLength(ReadOnlySpan<byte> part)
        {
            if (part.Length < 20 || part[4] != '-' || part[10] != 'T')
                return 0;
            var blank = part[..Math.Min(part.Length, 40)].IndexOf((byte)' ');
            return blank > 0 ? blank + 1 : 0;
        }

        private static DateTimeOffset ParseTime(ReadOnlySpan<byte> time)
        {
            // RFC 3339 with nanoseconds; .NET counts in hundreds of them.
            var point = time.IndexOf((byte)'.');
            if (
                !Utf8Parser.TryParse(time[..19], out DateTime seconds, out _, 'O')
                && !DateTime.TryParse(
                    System.Text.Encoding.ASCII.GetString(time[..19]),
                    System.Globalization.CultureInfo.InvariantCulture,
                    out seconds
                )
            )
                return default;

            var ticks = 0L;
            if (point >= 0)
            {
                var digits = 0;
                for (
                    var index = point + 1;
                    index < time.Length && time[index] is >= (byte)'0' and <= (byte)'9';
                    index++, digits++
                )
                    if (digits < 7)
                        ticks = ticks * 10 + (time[index] - '0');
                for (; digits < 7; digits++)
                    ticks *= 10;
            }

            return new DateTimeOffset(DateTime.SpecifyKind(seconds, DateTimeKind.Utc)).AddTicks(ticks);
        }
    }
}
