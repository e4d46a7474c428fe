using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Files;
using Estiba.State;

namespace Estiba.S3.Storage;

/// <summary>
/// The contents of objects, each a file with a name of the platform's: <c>uploads/ID</c> while it comes and until a
/// record names it, then <c>objects/ID</c>.
/// </summary>
/// <remarks>
/// A content is durable before the commit that names it, and moved after that. Killed between any two steps, the sweep
/// of the next start moves what a record names, and deletes of the uploads what none does.
/// </remarks>
#pragma warning disable CA5351 // Entity tags are MD5, by the API.
internal sealed class ContentFiles(IFileStore files, TimeProvider time, Damage damage)
{
    /// <summary>The folder of what comes, and of what was named and is not moved yet.</summary>
    internal const string Uploads = "uploads";

    /// <summary>The folder of what records name.</summary>
    internal const string Objects = "objects";

    private const int Step = 128 * 1024;
    private const int WritebackStep = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, bool> _live = new(StringComparer.Ordinal);

    /// <summary>
    /// Receives a content: when it returns, all bytes are on the disk. Nothing is left of one that fails.
    /// </summary>
    /// <param name="body">The bytes; null for none.</param>
    /// <param name="algorithm">By which their checksum is counted, as <c>CRC64NVME</c>.</param>
    /// <param name="most">How many bytes may come.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AwsException">Too many come, or there is no room for them.</exception>
    internal async Task<ReceivedContent> ReceiveAsync(
        Stream? body,
        string algorithm,
        long most,
        CancellationToken cancellation
    )
    {
        var id = Guid.NewGuid().ToString("N");
        _live[id] = true;
        try
        {
            return await WriteAsync(id, body ?? Stream.Null, algorithm, most, cancellation);
        }
        catch (IOException full) when (DurableFile.IsDiskFull(full))
        {
            Discard(id);
            throw S3Faults.NoSpace;
        }
        catch
        {
            Discard(id);
            throw;
        }
    }

    /// <summary>A commit names the content now: moves it to its place.</summary>
    internal void Keep(string id)
    {
        try
        {
            files.Move($"{Uploads}/{id}", NameOf(id));
        }
        catch (IOException)
        {
            // It is read where it is, and the next start moves it.
        }

        _live.TryRemove(id, out _);
    }

    /// <summary>No commit names the content: deletes it.</summary>
    internal void Discard(string id)
    {
        try
        {
            files.Delete($"{Uploads}/{id}");
        }
        catch (IOException)
        {
            // The next start deletes it.
        }

        _live.TryRemove(id, out _);
    }

    /// <summary>Opens a content that a record names.</summary>
    /// <exception cref="AwsException">It is missing.</exception>
    internal IStoredFile Open(string id)
    {
        // It is moved once, and never back.
        var file = files.OpenRead(NameOf(id)) ?? files.OpenRead($"{Uploads}/{id}") ?? files.OpenRead(NameOf(id));
        if (file is not null)
            return file;
        damage.Report(
            NameOf(id),
            $"The content {files.Locate(NameOf(id))} of an object is missing. Put the object again, or restore a "
                + "backup (estiba restore)."
        );
        throw new AwsException("InternalError", "The content of the object is missing.", 500);
    }

    /// <summary>Deletes a content that no record names any more.</summary>
    internal void Remove(string id)
    {
        files.Delete(NameOf(id));
        files.Delete($"{Uploads}/{id}");
    }

    /// <summary>
    /// Moves what an end of the process has left named and not moved, and deletes what nothing names.
    /// </summary>
    internal void Sweep(View view)
    {
        var left = files
            .List(Uploads)
            .Select(file => Path.GetFileName(file.Name))
            .Where(id => !_live.ContainsKey(id))
            .ToList();
        if (left.Count == 0)
            return;
        var named = S3Tables.NamedFiles(view).ToHashSet(StringComparer.Ordinal);
        foreach (var id in left)
        {
            if (!named.Contains(id))
                files.Delete($"{Uploads}/{id}");
            else if (files.Find($"{Uploads}/{id}") is not null)
                files.Move($"{Uploads}/{id}", NameOf(id));
        }
    }

    internal static string NameOf(string id) => $"{Objects}/{id[..2]}/{id}";

    private async Task<ReceivedContent> WriteAsync(
        string id,
        Stream body,
        string algorithm,
        long most,
        CancellationToken cancellation
    )
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var checksum = BodyChecksums.Begin(algorithm);
        var buffer = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            using var file = files.Create($"{Uploads}/{id}");
            long size = 0;
            long begun = 0;
            while (await FillAsync(body, buffer, cancellation) is var count and > 0)
            {
                if (size + count > most)
                    throw S3Faults.EntityTooLarge;
                md5.AppendData(buffer, 0, count);
                checksum.Append(buffer.AsSpan(0, count));
                await file.WriteAsync(buffer.AsMemory(0, count), size, cancellation);
                size += count;
                if (size - begun < WritebackStep)
                    continue;
                file.StartWriting(begun, size - begun);
                begun = size;
            }

            file.Touch(time.GetUtcNow());
            file.Flush();
            DurableDirectory.Sync(files.Locate(Uploads));
            return new ReceivedContent(
                new ContentFile(id, size) { Checksum = Convert.ToBase64String(checksum.Value()) },
                algorithm,
                Convert.ToHexStringLower(md5.GetHashAndReset())
            );
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Bodies come in small pieces, which are not worth a write each.
    private static async ValueTask<int> FillAsync(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        var filled = 0;
        while (filled < Step)
        {
            var count = await body.ReadAsync(buffer.AsMemory(filled, Step - filled), cancellation);
            if (count == 0)
                break;
            filled += count;
        }

        return filled;
    }
}
