using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Estiba.Files;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>
/// One blob on its way in: the file that its bytes are appended to, and their SHA-256 so far. Lives from the request
/// that starts it until it becomes a blob, is cancelled or is abandoned, over restarts of the platform: the file says
/// how far it is.
/// </summary>
/// <remarks>
/// One request works on it at a time: whoever calls anything but <see cref="EnterAsync"/> has entered.
/// </remarks>
internal sealed class BlobUpload(Guid id, IFileStore files, StoredFileInfo file, TimeSpan patience, TimeProvider time)
    : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private const int Step = 256 * 1024;
    private const int WorthAThread = 32 * 1024;
    private const int WritebackSize = 8 * 1024 * 1024;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<ReadOnlyMemory<byte>> _segments = [];
    private Task _writingBack = Task.CompletedTask;
    private long _hashed;
    private long _writing;

    public Guid Id => id;

    /// <summary>The name of its file.</summary>
    public string FileName => file.Name;

    /// <summary>The bytes received so far. Right after a restart this is what the file holds.</summary>
    public long Length { get; private set; } = file.Length;

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

    /// <summary>
    /// Appends everything that can be read from <paramref name="body"/>; what came before a failure is kept.
    /// </summary>
    /// <exception cref="IOException">The connection broke, or the disk is full
    /// (<see cref="DurableFile.IsDiskFull"/>).</exception>
    /// <exception cref="TimeoutException">The client has fallen silent.</exception>
    public async Task AppendAsync(PipeReader body, CancellationToken cancellation)
    {
        using var content = files.OpenToWrite(file.Name);
        CatchUp(content);
        // A client whose host was switched off tells nobody, and would keep its upload from everybody for ever.
        using var silence = new CancellationTokenSource(patience, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            while (true)
            {
                var read = await body.ReadAsync(ending.Token);
                silence.CancelAfter(patience);

                // A step is less than what the server receives ahead, so that it goes on while this is stored.
                var step = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, Step));
                try
                {
                    await StoreAsync(content, step);
                }
                finally
                {
                    body.AdvanceTo(step.End);
                }
                if (read.IsCompleted && step.Length == read.Buffer.Length)
                    return;
            }
        }
        catch (OperationCanceledException silent)
            when (silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Nothing came for {patience.TotalSeconds:0} seconds. The upload can be taken up again.",
                silent
            );
        }
        finally
        {
            await _writingBack;
            content.Touch(time.GetUtcNow());
        }
    }

    /// <summary>
    /// The digest of all that was received, by the algorithm of <paramref name="like"/>; makes the bytes durable.
    /// </summary>
    public Digest Finish(Digest like)
    {
        using var content = files.OpenToWrite(file.Name);
        CatchUp(content);
        var digest = like.IsSha256 ? Digest.FromSha256(_sha256.GetCurrentHash()) : HashAgain(content);
        content.Touch(time.GetUtcNow());
        content.Flush();
        return digest;
    }

    /// <summary>Ends the upload; its file, unless it was moved away, is deleted.</summary>
    public void End()
    {
        IsOver = true;
        _sha256.Dispose();
        files.Delete(file.Name);
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _gate.Dispose();
    }

    /// <summary>
    /// Hashes and writes at the same time, and has the disk begin with what is written. A disk whose queue is full
    /// makes whoever asks it wait: that is not the one who receives.
    /// </summary>
    private async Task StoreAsync(IWritableFile content, ReadOnlySequence<byte> bytes)
    {
        var hashing = bytes.Length < WorthAThread ? null : Task.Run(() => Hash(bytes));
        try
        {
            Write(content, bytes);
        }
        catch when (hashing is not null)
        {
            // The hash is ahead of the file now, and begins anew.
            await hashing;
            _sha256.GetHashAndReset();
            _hashed = 0;
            throw;
        }
        if (hashing is not null)
            await hashing;
        else
            Hash(bytes);
        Length += bytes.Length;
        _hashed = Length;
        if (Length - _writing < WritebackSize)
            return;
        _writingBack = WriteBackAsync(_writingBack, content, _writing, Length - _writing);
        _writing = Length;
    }

    private void Hash(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
            _sha256.AppendData(segment.Span);
    }

    private void Write(IWritableFile content, ReadOnlySequence<byte> bytes)
    {
        _segments.Clear();
        foreach (var segment in bytes)
            _segments.Add(segment);
        content.Write(_segments, Length);
        _segments.Clear();
    }

    private static async Task WriteBackAsync(Task before, IWritableFile content, long offset, long length)
    {
        await before;
        await Task.Run(() => content.StartWriting(offset, length));
    }

    // After a restart the file is there and the hash is not.
    private void CatchUp(IWritableFile content)
    {
        if (_hashed == Length)
            return;
        Hash(content, _hashed, _sha256);
        _hashed = Length;
    }

    private Digest HashAgain(IWritableFile content)
    {
        using var sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        Hash(content, 0, sha512);
        return Digest.FromSha512(sha512.GetHashAndReset());
    }

    private void Hash(IWritableFile content, long offset, IncrementalHash hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        while (offset < Length)
        {
            var read = content.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - offset)), offset);
            if (read == 0)
                throw new EndOfStreamException($"{files.Locate(file.Name)} is shorter than it was.");
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
