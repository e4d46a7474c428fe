using System.Security.Cryptography;
using System.Text;

namespace Estiba.Compute.KeyPairs;

/// <summary>A public key in SSH's own form.</summary>
/// <param name="Type">As EC2 calls it, <c>rsa</c> or <c>ed25519</c>.</param>
/// <param name="Blob">The key as SSH sends it.</param>
internal sealed record PublicKey(string Type, byte[] Blob)
{
    public const string Rsa = "rsa";
    public const string Ed25519 = "ed25519";
    public const string RsaName = "ssh-rsa";
    public const string Ed25519Name = "ssh-ed25519";

    private const int ShortestRsa = 1024;
    private const int LongestRsa = 16384;

    /// <summary>What SSH calls the type.</summary>
    public string Name => Type == Rsa ? RsaName : Ed25519Name;

    /// <summary>As in an authorized_keys file, without a comment.</summary>
    public string Line => $"{Name} {Convert.ToBase64String(Blob)}";

    /// <summary>The fingerprint of an imported key: MD5 of an RSA key in DER, SHA-256 of an ED25519 key as SSH has it
    /// ("Verify the fingerprint of your key pair").</summary>
    public string ImportedFingerprint()
    {
        if (Type == Ed25519)
            return Sha256Fingerprint();
        var parts = SshBlob.Strings(Blob)!;
        using var rsa = RSA.Create(
            new RSAParameters
            {
                Exponent = parts[1].AsSpan().TrimStart((byte)0).ToArray(),
                Modulus = parts[2].AsSpan().TrimStart((byte)0).ToArray(),
            }
        );
#pragma warning disable CA5351 // EC2's fingerprint is an MD5; it protects nothing
        return Fingerprints.Colons(MD5.HashData(rsa.ExportSubjectPublicKeyInfo()));
#pragma warning restore CA5351
    }

    public string Sha256Fingerprint() => Convert.ToBase64String(SHA256.HashData(Blob));

    public static PublicKey OfRsa(RSAParameters parameters) =>
        new(Rsa, new SshBlob().Text(RsaName).Integer(parameters.Exponent).Integer(parameters.Modulus).ToArray());

    public static PublicKey OfEd25519(byte[] key) =>
        new(Ed25519, new SshBlob().Text(Ed25519Name).String(key).ToArray());

    /// <summary>The key in a text of one of the forms that ImportKeyPair takes: a line of OpenSSH, RFC 4716, or DER in
    /// base64 or PEM. Null for anything else.</summary>
    public static PublicKey? Read(ReadOnlySpan<byte> material)
    {
        var text = Encoding.UTF8.GetString(material).Trim();
        if (text.StartsWith("---- BEGIN SSH2 PUBLIC KEY ----", StringComparison.Ordinal))
            return OfBlob(Decode(SshFileBody(text)));
        if (text.StartsWith("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal))
            return OfDer(
                Decode(
                    string.Concat(text.Split('\n').Where(line => !line.StartsWith("-----", StringComparison.Ordinal)))
                )
            );

        var words = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 1)
            return OfDer(Decode(text));
        return words.Length >= 2 && OfBlob(Decode(words[1])) is { } key && key.Name == words[0] ? key : null;
    }

    /// <summary>The base64 of RFC 4716, without the headers, which may go on after a backslash.</summary>
    private static string SshFileBody(string text)
    {
        var body = new StringBuilder();
        var inHeader = false;
        foreach (
            var line in text.Split('\n')
                .Select(line => line.Trim())
                .Where(line => !line.StartsWith("----", StringComparison.Ordinal))
        )
        {
            var header = inHeader || line.Contains(':', StringComparison.Ordinal);
            if (!header)
                body.Append(line);
            inHeader = header && line.EndsWith('\\');
        }
        return body.ToString();
    }

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static PublicKey? OfBlob(byte[]? blob)
    {
        if (blob is null || SshBlob.Strings(blob) is not { Count: > 1 } parts)
            return null;
        return Encoding.ASCII.GetString(parts[0]) switch
        {
            RsaName
                when parts.Count == 3
                    && LengthOf(parts[2]) is >= ShortestRsa and <= LongestRsa
                    && parts[1].AsSpan().TrimStart((byte)0).Length > 0 => new PublicKey(Rsa, blob),
            Ed25519Name when parts.Count == 2 && parts[1].Length == 32 => new PublicKey(Ed25519, blob),
            _ => null,
        };
    }

    private static PublicKey? OfDer(byte[]? der)
    {
        if (der is null)
            return null;
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(der, out _);
            return rsa.KeySize is >= ShortestRsa and <= LongestRsa
                ? OfRsa(rsa.ExportParameters(includePrivateParameters: false))
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static int LengthOf(byte[] number)
    {
        var digits = number.AsSpan().TrimStart((byte)0);
        return digits.Length == 0 ? 0 : digits.Length * 8 - (byte.LeadingZeroCount(digits[0]));
    }
}

/// <summary>EC2's way to write a digest.</summary>
internal static class Fingerprints
{
    public static string Colons(ReadOnlySpan<byte> digest) =>
        string.Join(':', digest.ToArray().Select(part => part.ToString("x2")));
}
