using System.Buffers;
using System.Runtime.InteropServices;
using Estiba.Files;

namespace Estiba.Metrics.Storage;

/// <summary>The file that lists the series: of what was put, a journal tells it until it has become blocks.</summary>
internal static class SeriesList
{
    private const int SeriesInFrame = 1000;

    /// <summary>Reads the list.</summary>
    internal static void Read(StorageOptions options, SeriesTable series, Damage damage)
    {
        if (!File.Exists(options.SeriesFile))
            return;
        using var log = FrameLog.Open(
            options.SeriesFile,
            frame => Frame.Read(frame, series.Add, static (_, _, _, in _) => { }),
            damage
        );
    }

    /// <summary>Adds series; durable when it returns.</summary>
    /// <exception cref="IOException">They could not be added.</exception>
    internal static void Append(StorageState state, IReadOnlyList<StoredSeries> series)
    {
        if (series.Count == 0)
            return;
        var path = state.Options.SeriesFile;
        using var log = File.Exists(path) ? FrameLog.Open(path, static _ => { }, state.Damage) : FrameLog.Create(path);
        try
        {
            log.Append(Encode(series));
            state.Catalog.Add(state.Catalog.NameOf(path));
        }
        catch (IOException)
        {
            log.Rewind();
            throw;
        }
    }

    /// <summary>Writes the whole list anew.</summary>
    /// <exception cref="IOException">It could not be written; it is as it was.</exception>
    internal static void Write(StorageState state)
    {
        var temporary = state.Options.SeriesFile + DurableFile.Unfinished;
        File.Delete(temporary);
        using (var log = FrameLog.Create(temporary))
        {
            if (state.Series.All is { Count: > 0 } all)
                log.Append(Encode(all));
        }

        File.Move(temporary, state.Options.SeriesFile, overwrite: true);
        DurableDirectory.Sync(state.Options.Directory);
    }

    private static byte[] Encode(IReadOnlyList<StoredSeries> series)
    {
        var all = new ArrayBufferWriter<byte>();
        var frame = new ArrayBufferWriter<byte>();
        foreach (var part in series.Chunk(SeriesInFrame))
        {
            frame.ResetWrittenCount();
            FrameLog.Begin(frame);
            Varint.Write(frame, (ulong)part.Length);
            foreach (var one in part)
                Frame.Write(frame, one);
            Varint.Write(frame, 0);
            MemoryMarshal.TryGetArray(frame.WrittenMemory, out var written);
            FrameLog.Seal(written);
            all.Write(written);
        }

        return all.WrittenSpan.ToArray();
    }
}
