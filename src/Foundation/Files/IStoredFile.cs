namespace Estiba.Files;

/// <summary>A file that is open to be read at any place, by several at once.</summary>
public interface IStoredFile : IDisposable
{
    /// <summary>Its size in bytes.</summary>
    long Length { get; }

    /// <summary>When it was written or touched last.</summary>
    DateTimeOffset WrittenAt { get; }

    /// <summary>Reads what is there.</summary>
    /// <returns>How many bytes; 0 at the end of the file only.</returns>
    int Read(Span<byte> target, long offset);

    /// <inheritdoc cref="Read"/>
    ValueTask<int> ReadAsync(Memory<byte> target, long offset, CancellationToken cancellation);
}

/// <summary>A file that is being written, by one at a time.</summary>
public interface IWritableFile : IStoredFile
{
    /// <summary>Writes at some place, beyond the end too.</summary>
    /// <exception cref="IOException">It cannot be written; the disk is full, most likely.</exception>
    void Write(ReadOnlySpan<byte> content, long offset);

    /// <summary>Writes several pieces, one behind the other.</summary>
    /// <exception cref="IOException">They cannot be written; the disk is full, most likely.</exception>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> pieces, long offset);

    /// <inheritdoc cref="Write(ReadOnlySpan{byte}, long)"/>
    ValueTask WriteAsync(ReadOnlyMemory<byte> content, long offset, CancellationToken cancellation);

    /// <summary>
    /// Has the disk begin with what was written there, and does not wait: <see cref="Flush"/> is then short.
    /// </summary>
    void StartWriting(long offset, long length);

    /// <summary>Waits until what was written is durable.</summary>
    /// <exception cref="IOException">It is not.</exception>
    void Flush();

    /// <summary>Makes the file as new as the given time.</summary>
    void Touch(DateTimeOffset time);
}

/// <summary>What follows from the few things that a file does.</summary>
public static class StoredFiles
{
    /// <summary>Reads a whole, small file.</summary>
    public static async Task<byte[]> ReadAllAsync(this IStoredFile file, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        var content = new byte[file.Length];
        for (var at = 0; at < content.Length; )
        {
            var read = await file.ReadAsync(content.AsMemory(at), at, cancellation);
            if (read == 0)
                return content[..at];
            at += read;
        }

        return content;
    }
}
