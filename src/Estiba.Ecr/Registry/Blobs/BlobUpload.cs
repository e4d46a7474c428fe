using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>
/// One blob on its way in: the file that its bytes are appended to, and their SHA-256 so far. Lives from the request that
/// starts it until it becomes a blob, is cancelled or is abandoned, over restarts of the platform: the file says how far it is.
/// </summary>
/// <remarks>One request works on it at a time: whoever calls anything but <see cref="EnterAsync"/> has entered.</remarks>
internal sealed class BlobUpload(Guid id, string file, TimeSpan patience, TimeProvider time) : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private const int WritebackSize = 8 * 1024 * 1024;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;
    private long _writing;

    public Guid Id => id;

    public string FilePath => file;

    /// <summary>The bytes received so far. Right after a restart this is what the file holds.</summary>
    public long Length { get; private set; } = new FileInfo(file).Length;

    /// <summary>True once the upload has become a blob or was given up.</summary>
    public bool IsOver { get; private set; }

    /// <summary>True once a part has come that only the last one may be as small as (ECR's UploadLayerPart).</summary>
    public bool HadShortPart { get; set; }

    /// <summary>Waits until no other request works on this upload.</summary>
    public async Task<Lease> EnterAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        return new Lease(this);
    }

    /// <summary>Enters if no request works on this upload.</summary>
    public Lease? TryEnter() => _gate.Wait(0) ? new Lease(this) : null;

    /// <summary>Appends everything that can be read from <paramref name="body"/>; what came before a failure is kept.</summary>
    /// <exception cref="IOException">The connection broke, or the disk is full (<see cref="Durability.IsDiskFull"/>).</exception>
    /// <exception cref="TimeoutException">The client has fallen silent.</exception>
    public async Task AppendAsync(Stream body, CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        CatchUp(handle);
        // Two buffers: while one is written and hashed, the other one fills from the network.
        var filling = ArrayPool<byte>.Shared.Rent(BufferSize);
        var storing = ArrayPool<byte>.Shared.Rent(BufferSize);
        var stored = Task.CompletedTask;
        // A client whose host was switched off tells nobody, and would keep its upload from everybody for ever.
        using var silence = new CancellationTokenSource(patience, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            while (true)
            {
                var (count, failure) = await FillAsync(body, filling, () => silence.CancelAfter(patience), ending.Token);
                await stored;
                stored = Task.CompletedTask;
                if (failure is not null || count < filling.Length)
                {
                    Store(handle, filling.AsSpan(0, count));
                    if (failure is not null && silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
                        throw new TimeoutException($"Nothing came for {patience.TotalSeconds:0} seconds. The upload can be taken up again.", failure.SourceException);
                    failure?.Throw();
                    break;
                }
                (filling, storing) = (storing, filling);
                var full = storing;
                stored = Task.Run(() => Store(handle, full), CancellationToken.None);
            }
        }
        finally
        {
            await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(storing);
            File.SetLastWriteTimeUtc(handle, time.GetUtcNow().UtcDateTime);
        }
    }

    /// <summary>The digest of all that was received, by the algorithm of <paramref name="like"/>; makes the bytes durable.</summary>
    public Digest Finish(Digest like)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        CatchUp(handle);
        var digest = like.IsSha256 ? Digest.FromSha256(_sha256.GetCurrentHash()) : HashAgain(handle);
        File.SetLastWriteTimeUtc(handle, time.GetUtcNow().UtcDateTime);
        RandomAccess.FlushToDisk(handle);
        return digest;
    }

    /// <summary>Ends the upload; its file, unless it was moved away, is deleted.</summary>
    public void End()
    {
        IsOver = true;
        _sha256.Dispose();
        File.Delete(file);
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _gate.Dispose();
    }

    private static async Task<(int Count, ExceptionDispatchInfo? Failure)> FillAsync(
        Stream body, Memory<byte> buffer, Action received, CancellationToken cancellation)
    {
        var count = 0;
        try
        {
            while (count < buffer.Length)
            {
                var read = await body.ReadAsync(buffer[count..], cancellation);
                if (read == 0) break;
                received();
                count += read;
            }
            return (count, null);
        }
#pragma warning disable CA1031 // Whatever broke the connection is thrown on by the caller, after it has kept what came.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return (count, ExceptionDispatchInfo.Capture(exception));
        }
    }

    private void Store(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(handle, bytes, Length);
        _sha256.AppendData(bytes);
        Length += bytes.Length;
        _hashed = Length;
        if (Length - _writing < WritebackSize) return;
        Durability.StartWriting(handle, _writing, Length - _writing);
        _writing = Length;
    }

    // After a restart the file is there and the hash is not.
    private void CatchUp(SafeFileHandle handle)
    {
        if (_hashed == Length) return;
        Hash(handle, _hashed, _sha256);
        _hashed = Length;
    }

    private Digest HashAgain(SafeFileHandle handle)
    {
        using var sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        Hash(handle, 0, sha512);
        return Digest.FromSha512(sha512.GetHashAndReset());
    }

    private void Hash(SafeFileHandle handle, long offset, IncrementalHash hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        while (offset < Length)
        {
            var read = RandomAccess.Read(handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - offset)), offset);
            if (read == 0) throw new EndOfStreamException($"{file} is shorter than it was.");
            hash.AppendData(buffer, 0, read);
            offset += read;
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The right to work on an upload, until disposed.</summary>
    public readonly struct Lease(BlobUpload upload) : IDisposable
    {
        public void Dispose() => upload._gate.Release();
    }
}
