using System.Security.Cryptography;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>
/// Signs the chunks of a body and the trailer behind them, each together with the signature before it, so that none can
/// be changed, left out or moved ("Transferring Payload in Multiple Chunks", "Signature calculations for trailing
/// headers", Amazon S3's API reference).
/// </summary>
/// <param name="key">The key of the scope.</param>
/// <param name="time">When the request was signed, as its signature has it.</param>
/// <param name="scope">What the key is good for.</param>
/// <param name="seed">The signature of the request's head, in hexadecimal digits.</param>
public sealed class ChunkSignatures(byte[] key, string time, CredentialScope scope, string seed)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string _previous = seed;

    /// <summary>Counts the next bytes of a chunk, or of the trailer: each of its lines with a line feed.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The signature of what was counted since the last one, as a chunk.</summary>
    public string EndChunk() =>
        End(
            $"AWS4-HMAC-SHA256-PAYLOAD\n{time}\n{scope}\n{_previous}\n{Encoding.ASCII.GetString(PayloadHash.OfNothing)}"
        );

    /// <summary>The signature of what was counted since the last one, as the trailer.</summary>
    public string EndTrailer() => End($"AWS4-HMAC-SHA256-TRAILER\n{time}\n{scope}\n{_previous}");

    private string End(string before)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        var text = Encoding.UTF8.GetBytes($"{before}\n{Convert.ToHexStringLower(hash)}");
        return _previous = Convert.ToHexStringLower(HMACSHA256.HashData(key, text));
    }
}
