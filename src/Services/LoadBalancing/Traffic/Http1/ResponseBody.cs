using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>Carries the body of a target's answer to the client, no faster than the client takes it.</summary>
/// <remarks>What has come is written, and flushed only before there is to be waited for more: a small answer leaves in
/// one piece, and of a long one each part as it comes.</remarks>
internal readonly struct ResponseBody(TargetConnection connection, HttpResponse response)
{
    /// <summary>How much is read at a time.</summary>
    private const int PieceBytes = 32 * 1024;

    /// <summary>How long a line between two chunks may be.</summary>
    private const int LongestLine = 4 * 1024;

    /// <summary>Copies it to its end.</summary>
    /// <returns>False when the client is gone.</returns>
    /// <exception cref="IOException">The target broke off.</exception>
    public async ValueTask<bool> CopyAsync(ResponseHead head)
    {
        var isThere = head.Framing switch
        {
            BodyFraming.Length => await CopyAsync(head.Length),
            BodyFraming.Chunked => await CopyChunksAsync(),
            BodyFraming.UntilClosed => await CopyAsync(long.MaxValue, endsAnyhow: true),
            _ => true,
        };
        return isThere && await FlushAsync(response.BodyWriter);
    }

    private async ValueTask<bool> CopyAsync(long left, bool endsAnyhow = false)
    {
        var writer = response.BodyWriter;
        left -= WriteBuffered(writer, left);
        while (left > 0)
        {
            if (!await FlushAsync(writer))
                return false;
            var memory = writer.GetMemory((int)Math.Min(left, PieceBytes));
            if (memory.Length > left)
                memory = memory[..(int)left];
            var count = await connection.ReadAsync(memory);
            if (count == 0)
                return endsAnyhow ? true : throw new IOException("The target closed in the middle of a body.");
            writer.Advance(count);
            left -= count;
        }

        return true;
    }

    private async ValueTask<bool> CopyChunksAsync()
    {
        while (true)
        {
            var (line, isThere) = await NextLineAsync();
            if (!isThere)
                return false;
            var size = SizeOf(connection.Buffered[..line]);
            connection.Consume(line + 2);
            if (size == 0)
                break;
            if (!await CopyAsync(size))
                return false;
            (line, isThere) = await NextLineAsync();
            if (!isThere)
                return false;
            if (line != 0)
                throw new BadResponseException("A chunk is longer than it says.");
            connection.Consume(2);
        }

        return await CopyTrailersAsync();
    }

    private async ValueTask<bool> CopyTrailersAsync()
    {
        for (var all = 0; ; )
        {
            var (line, isThere) = await NextLineAsync();
            if (!isThere)
                return false;
            if ((all += line) > ResponseHead.Longest)
                throw new BadResponseException("Its trailers do not end.");
            if (line > 0)
                AddTrailer(connection.Buffered[..line]);
            connection.Consume(line + 2);
            if (line == 0)
                return true;
        }
    }

    private void AddTrailer(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
            throw new BadResponseException("A trailer has no name.");
        if (response.SupportsTrailers())
            response.AppendTrailer(
                Encoding.ASCII.GetString(line[..colon]),
                Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8))
            );
    }

    /// <summary>Waits for a line.</summary>
    /// <returns>Its length in the connection's buffer, without its end; and false when the client is gone.</returns>
    private async ValueTask<(int Length, bool IsThere)> NextLineAsync()
    {
        while (true)
        {
            var length = connection.Buffered.IndexOf("\r\n"u8);
            if (length >= 0)
                return (length, true);
            if (connection.Buffered.Length > LongestLine)
                throw new BadResponseException("A chunk's head does not end.");
            if (!await FlushAsync(response.BodyWriter))
                return (0, false);
            if (!await connection.FillAsync())
                throw new IOException("The target closed in the middle of a body.");
        }
    }

    /// <summary>The size of a chunk; its extensions are passed over.</summary>
    private static long SizeOf(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf((byte)';') is >= 0 and var end)
            line = line[..end].TrimEnd(" \t"u8);
        if (
            line.Length is 0 or > 15
            || !Utf8Parser.TryParse(line, out long size, out var read, 'x')
            || read != line.Length
            || size < 0
        )
            throw new BadResponseException("The size of a chunk is none.");
        return size;
    }

    private long WriteBuffered(PipeWriter writer, long most)
    {
        var buffered = connection.Buffered;
        if (buffered.Length > most)
            buffered = buffered[..(int)most];
        if (buffered.IsEmpty)
            return 0;
        buffered.CopyTo(writer.GetSpan(buffered.Length));
        writer.Advance(buffered.Length);
        connection.Consume(buffered.Length);
        return buffered.Length;
    }

    private async ValueTask<bool> FlushAsync(PipeWriter writer)
    {
        var flushed = await writer.FlushAsync();
        connection.Touch();
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }
}
