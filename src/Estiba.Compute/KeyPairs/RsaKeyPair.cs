using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Compute.KeyPairs;

/// <summary>A new RSA key as EC2 hands it out ("Create a key pair for your Amazon EC2 instance").</summary>
/// <param name="PrivateKey">PEM, PKCS #1.</param>
/// <param name="PublicKey">As in an authorized_keys file, without a comment.</param>
/// <param name="Fingerprint">The SHA-1 of the private key in PKCS #8, byte by byte: EC2's own for keys that it made.</param>
internal sealed record RsaKeyPair(string PrivateKey, string PublicKey, string Fingerprint)
{
    public static RsaKeyPair Create()
    {
        using var rsa = RSA.Create(2048);
#pragma warning disable CA5350 // EC2's fingerprint is a SHA-1; it protects nothing
        var digest = SHA1.HashData(rsa.ExportPkcs8PrivateKey());
#pragma warning restore CA5350
        var fingerprint = string.Join(':', digest.Select(part => part.ToString("x2")));
        return new RsaKeyPair(rsa.ExportRSAPrivateKeyPem(), OpenSsh(rsa.ExportParameters(includePrivateParameters: false)), fingerprint);
    }

    private static string OpenSsh(RSAParameters parameters)
    {
        using var blob = new MemoryStream();
        Write(blob, Encoding.ASCII.GetBytes("ssh-rsa"));
        Write(blob, Unsigned(parameters.Exponent!));
        Write(blob, Unsigned(parameters.Modulus!));
        return $"ssh-rsa {Convert.ToBase64String(blob.ToArray())}";
    }

    /// <summary>A number whose first bit is set gets a zero in front, or it would be read as negative (RFC 4251, mpint).</summary>
    private static byte[] Unsigned(byte[] number) => (number[0] & 0x80) == 0 ? number : [0, .. number];

    private static void Write(MemoryStream blob, byte[] part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        blob.Write(length);
        blob.Write(part);
    }
}
