using System.Buffers.Binary;
using Estiba.Files;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Metrics.Storage;

/// <summary>A file that frames are appended to: a journal of values, or the list of the series.</summary>
/// <remarks>
/// Magic (8 bytes), then frames: a mark by which they are found behind damage, length, CRC-32C (4 bytes each), content.
/// What lies behind the last whole frame is a write that nobody was told had succeeded, and is cut off.
/// </remarks>
internal sealed class FrameLog : IDisposable
{
    internal const int HeadBytes = 12;
    private const uint Mark = 0x4D525445; // "ETRM"

    private readonly SafeFileHandle _handle;

    private FrameLog(string path, SafeFileHandle handle, long length) =>
        (Path, _handle, Length) = (path, handle, length);

    private static ReadOnlySpan<byte> Magic => "ESTMLOG1"u8;

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>How much of it is durable. Bytes.</summary>
    internal long Length { get; private set; }

    /// <summary>Whether nothing is in it.</summary>
    internal bool IsEmpty => Length <= Magic.Length;

    /// <summary>Something in it is damaged: it is to be kept.</summary>
    internal bool IsDamaged { get; private set; }

    /// <summary>A new, empty, durable file.</summary>
    /// <exception cref="IOException">It could not be made; nothing is left of it where that is possible.</exception>
    internal static FrameLog Create(string path)
    {
        var handle = OpenHandle(path, FileMode.Create);
        try
        {
            RandomAccess.Write(handle, Magic, 0);
            RandomAccess.FlushToDisk(handle);
            DurableDirectory.Sync(System.IO.Path.GetDirectoryName(path)!);
            return new FrameLog(path, handle, Magic.Length);
        }
        catch (IOException)
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file that an earlier process left, hands out what is in it, and cuts off what was never
    /// finished.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="found">Gets each frame.</param>
    /// <param name="damage">Hears of what is damaged, which is kept aside.</param>
    internal static FrameLog Open(string path, FrameFound found, Damage damage)
    {
        var bytes = File.ReadAllBytes(path);
        var isDamaged = false;
        var end = Scan(bytes, found, (from, through) =>
        {
            isDamaged = true;
            damage.Report(
                $"{path}#{from}",
                $"{path} is damaged from byte {from} to {through}: values may be missing. The rest is read, and "
                    + $"what is damaged is kept in {Aside.Copy(path, from, through)}."
            );
        });
        var handle = OpenHandle(path, FileMode.Open);
        try
        {
            if (end < bytes.Length)
            {
                if (HoldsWholeFrame(bytes.AsSpan(end)))
                {
                    isDamaged = true;
                    damage.Report(
                        $"{path}#{end}",
                        $"The last {bytes.Length - end} bytes of {path} are damaged and were cut off: either nobody "
                            + "was told that they were stored, or values are missing. They are kept in "
                            + $"{Aside.Copy(path, end, bytes.Length)}."
                    );
                }

                RandomAccess.SetLength(handle, end);
                RandomAccess.FlushToDisk(handle);
            }

            if (end < Magic.Length || !bytes.AsSpan().StartsWith(Magic))
            {
                RandomAccess.Write(handle, Magic, 0);
                RandomAccess.FlushToDisk(handle);
            }

            return new FrameLog(path, handle, Math.Max(end, Magic.Length)) { IsDamaged = isDamaged };
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file without changing it.</summary>
    /// <returns>What is wrong, a sentence each.</returns>
    internal static IReadOnlyList<Finding> Check(string path, FrameFound found)
    {
        var findings = new List<Finding>();
        var bytes = File.ReadAllBytes(path);
        var end = Scan(bytes, found, (from, through) =>
            findings.Add(
                new Finding(
                    $"{path} is damaged from byte {from} to {through}: values may be missing. The rest is read."
                )
            )
        );
        if (end < bytes.Length)
            findings.Add(
                HoldsWholeFrame(bytes.AsSpan(end))
                    ? new Finding($"The last {bytes.Length - end} bytes of {path} are damaged.")
                    : new Finding(
                        $"{bytes.Length - end} bytes at the end of {path} are an unfinished write; the next start "
                            + "cuts them off.",
                        IsNote: true
                    )
            );
        return findings;
    }

    /// <summary>Makes room for what stands before a frame's content.</summary>
    internal static void Begin(System.Buffers.ArrayBufferWriter<byte> frame) => frame.Advance(HeadBytesOf(frame));

    /// <summary>Completes what stands before a frame's content.</summary>
    internal static void Seal(Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], frame.Length - HeadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], Checksum.Of(frame[HeadBytes..]));
    }

    /// <summary>Appends sealed frames and waits until they are durable.</summary>
    /// <exception cref="IOException">They are not; <see cref="Rewind"/> before trying again.</exception>
    internal void Append(ReadOnlySpan<byte> frames)
    {
        RandomAccess.Write(_handle, frames, Length);
        RandomAccess.FlushToDisk(_handle);
        Length += frames.Length;
    }

    /// <summary>Cuts off what a failed append left.</summary>
    internal void Rewind() => RandomAccess.SetLength(_handle, Length);

    /// <summary>Lets go of the file.</summary>
    public void Dispose() => _handle.Dispose();

    private static int HeadBytesOf(System.Buffers.ArrayBufferWriter<byte> frame)
    {
        frame.GetSpan(HeadBytes);
        return HeadBytes;
    }

    private static SafeFileHandle OpenHandle(string path, FileMode mode) =>
        PrivateFiles.Open(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private static int Scan(byte[] bytes, FrameFound found, Action<int, int> gap)
    {
        var (at, end) = (Magic.Length, Math.Min(Magic.Length, bytes.Length));
        while (at + HeadBytes <= bytes.Length)
        {
            var length = LengthAt(bytes.AsSpan(at));
            var isWhole =
                length > 0
                && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8))
                    == Checksum.Of(bytes.AsSpan(at + HeadBytes, length));
            if (!isWhole)
            {
                at++;
                continue;
            }

            if (at > end)
                gap(end, at);
            found(bytes.AsSpan(at + HeadBytes, length));
            end = at += HeadBytes + length;
        }

        return end;
    }

    private static bool HoldsWholeFrame(ReadOnlySpan<byte> bytes) => bytes.Length > HeadBytes && LengthAt(bytes) > 0;

    /// <summary>The length of the content of the frame that begins here; 0 where none can, or it is not
    /// whole.</summary>
    private static int LengthAt(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Mark)
            return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        return length > 0 && length <= bytes.Length - HeadBytes ? length : 0;
    }
}

/// <summary>Gets the content of a frame.</summary>
internal delegate void FrameFound(ReadOnlySpan<byte> content);
