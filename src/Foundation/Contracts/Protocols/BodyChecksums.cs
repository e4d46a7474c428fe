using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Estiba.Contracts.Protocols;

/// <summary>
/// The checksums that a request tells of its body ("Checking object integrity", Amazon S3's user guide): a request
/// whose body is another one is refused. Counts the body as it comes.
/// </summary>
#pragma warning disable CA5350, CA5351 // They find damage, as the protocol says, and keep nothing secret.
public sealed class BodyChecksums
{
    private const string Prefix = "x-amz-checksum-";
    private const string Md5 = "Content-MD5";

    private static readonly (string Algorithm, Func<Checksum> Begin)[] Known =
    [
        ("crc32", static () => new Hashing(new Crc32(), isReversed: true)),
        ("crc32c", static () => new Crc32C()),
        ("crc64nvme", static () => new Crc64Nvme()),
        ("sha1", static () => new Digest(HashAlgorithmName.SHA1)),
        ("sha256", static () => new Digest(HashAlgorithmName.SHA256)),
        ("sha512", static () => new Digest(HashAlgorithmName.SHA512)),
        ("md5", static () => new Digest(HashAlgorithmName.MD5)),
        ("xxhash64", static () => new Hashing(new XxHash64(), isReversed: false)),
        ("xxhash3", static () => new Hashing(new XxHash3(), isReversed: false)),
        ("xxhash128", static () => new Hashing(new XxHash128(), isReversed: false)),
    ];

    private readonly List<Claim> _claims = [];

    private BodyChecksums() { }

    /// <summary>Begins to count a checksum.</summary>
    /// <param name="algorithm">As a header names it: <c>crc64nvme</c>, in whatever case.</param>
    /// <exception cref="ArgumentException">There is no such algorithm.</exception>
    public static Checksum Begin(string algorithm) =>
        Array.Find(Known, known => known.Algorithm.Equals(algorithm, StringComparison.OrdinalIgnoreCase))
            is { Begin: { } begin }
            ? begin()
            : throw new ArgumentException($"There is no checksum {algorithm}.", nameof(algorithm));

    /// <summary>Whether there is nothing to compare with.</summary>
    public bool IsEmpty => _claims.Count == 0;

    /// <summary>The checksums that a request's head tells.</summary>
    /// <param name="request">The request.</param>
    /// <param name="sha256">The body's SHA-256 in hexadecimal digits that the signature covers, where somebody has to
    /// look after it; null otherwise.</param>
    /// <exception cref="AwsException">One of them is no checksum.</exception>
    public static BodyChecksums Of(WireRequest request, string? sha256 = null)
    {
        var found = new BodyChecksums();
        foreach (var (algorithm, _) in Known)
            if (request.Header(Prefix + algorithm) is { } given)
                found.Expect(algorithm, given);
        if (request.Header(Md5) is { } md5)
            found._claims.Add(
                new Claim(
                    new Digest(HashAlgorithmName.MD5),
                    Decode(md5, MD5.HashSizeInBytes)
                        ?? throw new AwsException("InvalidDigest", "The Content-MD5 you specified is not valid."),
                    new AwsException("BadDigest", "The Content-MD5 you specified did not match what we received.")
                )
            );
        if (sha256 is not null)
            found._claims.Add(
                new Claim(
                    new Digest(HashAlgorithmName.SHA256),
                    Convert.FromHexString(sha256),
                    new AwsException(
                        "XAmzContentSHA256Mismatch",
                        "The provided 'x-amz-content-sha256' header does not match what was computed."
                    )
                )
            );
        return found;
    }

    /// <summary>What is wrong with a body that is there as a whole; null for nothing.</summary>
    /// <param name="request">The request with the body as it was sent.</param>
    public static AwsException? Check(WireRequest request)
    {
        try
        {
            var found = Of(request);
            found.Append(request.Body.Span);
            return found.Mismatch();
        }
        catch (AwsException noChecksum)
        {
            return noChecksum;
        }
    }

    /// <summary>
    /// Expects a checksum whose value follows the body; <see cref="Tell"/> must say it before the body's end is
    /// reached.
    /// </summary>
    /// <param name="header">The header's name, such as <c>x-amz-checksum-crc32</c>; others are ignored.</param>
    public void Await(string header)
    {
        foreach (var (algorithm, begin) in Known)
            if (header.Equals(Prefix + algorithm, StringComparison.OrdinalIgnoreCase))
                _claims.Add(new Claim(begin(), [], Wrong(algorithm)) { Header = header });
    }

    /// <summary>Says the value of a checksum that was awaited.</summary>
    public void Tell(string header, string value)
    {
        var place = _claims.FindIndex(claim => header.Equals(claim.Header, StringComparison.OrdinalIgnoreCase));
        if (place >= 0)
            _claims[place] = _claims[place] with
            {
                Value = Convert.TryFromBase64String(value, new byte[value.Length], out _)
                    ? Convert.FromBase64String(value)
                    : [],
            };
    }

    /// <summary>Counts the next bytes of the body.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var claim in _claims)
            claim.Checksum.Append(bytes);
    }

    /// <summary>What is wrong, now that the whole body is counted; null for nothing.</summary>
    public AwsException? Mismatch()
    {
        foreach (var claim in _claims)
            if (!claim.Checksum.Value().AsSpan().SequenceEqual(claim.Value))
                return claim.Error;
        return null;
    }

    private void Expect(string algorithm, string given)
    {
        var checksum = Array.Find(Known, known => known.Algorithm == algorithm).Begin();
        var value = Decode(given, checksum.Length)
            ?? throw new AwsException("InvalidRequest", $"Value for {Prefix}{algorithm} header is invalid.");
        _claims.Add(new Claim(checksum, value, Wrong(algorithm)));
    }

    private static AwsException Wrong(string algorithm) =>
        new("BadDigest", $"The {algorithm.ToUpperInvariant()} you specified did not match the calculated checksum.");

    private static byte[]? Decode(string text, int length)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) && written == length ? bytes[..length] : null;
    }

    private sealed record Claim(Checksum Checksum, byte[] Value, AwsException Error)
    {
        /// <summary>The header that follows the body with the value; null where the head has it.</summary>
        public string? Header { get; init; }
    }

    private sealed class Digest(HashAlgorithmName algorithm) : Checksum
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

        public override int Length => _hash.HashLengthInBytes;

        public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public override byte[] Value() => _hash.GetCurrentHash();
    }

    private sealed class Hashing(NonCryptographicHashAlgorithm hash, bool isReversed) : Checksum
    {
        public override int Length => hash.HashLengthInBytes;

        public override void Append(ReadOnlySpan<byte> bytes) => hash.Append(bytes);

        public override byte[] Value()
        {
            var value = hash.GetCurrentHash();
            if (isReversed)
                Array.Reverse(value);
            return value;
        }
    }
}

/// <summary>One checksum being counted.</summary>
public abstract class Checksum
{
    private protected Checksum() { }

    /// <summary>How many bytes it has.</summary>
    public abstract int Length { get; }

    /// <summary>Counts the next bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The checksum of all bytes so far, as the protocol has it.</summary>
    public abstract byte[] Value();
}

/// <summary>CRC-32C (Castagnoli), by the processor's own instruction where it has one.</summary>
internal sealed class Crc32C : Checksum
{
    private uint _crc = uint.MaxValue;

    public override int Length => sizeof(uint);

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _crc;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = System.Numerics.BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = System.Numerics.BitOperations.Crc32C(crc, one);
        _crc = crc;
    }

    public override byte[] Value()
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~_crc);
        return bytes;
    }
}

/// <summary>CRC-64/NVME, reflected, of the polynomial 0xAD93D23594C93659.</summary>
internal sealed class Crc64Nvme : Checksum
{
    private const ulong Reflected = 0x9A6C9329AC4BC9B5;

    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    private ulong _crc = ulong.MaxValue;

    public override int Length => sizeof(ulong);

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _crc;
        foreach (var one in bytes)
            crc = Table[(byte)(crc ^ one)] ^ (crc >> 8);
        _crc = crc;
    }

    public override byte[] Value()
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ~_crc);
        return bytes;
    }

    private static ulong Entry(int value)
    {
        var crc = (ulong)value;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Reflected;
        return crc;
    }
}
