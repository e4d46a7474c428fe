using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Estiba.Compute.KeyPairs;

/// <summary>A new key as EC2 hands it out ("Create a key pair for your Amazon EC2 instance").</summary>
/// <param name="Public">The half that is kept.</param>
/// <param name="Private">The half that is handed out: as PEM, or as PuTTY has it.</param>
/// <param name="Fingerprint">Of an RSA key the SHA-1 of the private key in PKCS #8, of an ED25519 key the SHA-256 of
/// the public one.</param>
internal sealed record NewKeyPair(PublicKey Public, string Private, string Fingerprint)
{
    private const int PemLine = 70;
    private const int CipherBlock = 8;

    /// <param name="name">The pair's name, the comment in files that have one.</param>
    /// <param name="type"><c>rsa</c> or <c>ed25519</c>.</param>
    /// <param name="putty">Whether PuTTY's form is wanted.</param>
    public static NewKeyPair Create(string name, string type, bool putty) =>
        type == PublicKey.Ed25519 ? CreateEd25519(name, putty) : CreateRsa(name, putty);

    private static NewKeyPair CreateRsa(string name, bool putty)
    {
        using var rsa = RSA.Create(2048);
#pragma warning disable CA5350 // EC2's fingerprint is a SHA-1; it protects nothing
        var digest = SHA1.HashData(rsa.ExportPkcs8PrivateKey());
#pragma warning restore CA5350
        var numbers = rsa.ExportParameters(includePrivateParameters: true);
        var key = PublicKey.OfRsa(numbers);
        var text = putty
            ? PuttyKeyFile.Write(
                key,
                name,
                new SshBlob()
                    .Integer(numbers.D)
                    .Integer(numbers.P)
                    .Integer(numbers.Q)
                    .Integer(numbers.InverseQ)
                    .ToArray()
            )
            : rsa.ExportRSAPrivateKeyPem();
        return new NewKeyPair(key, text, Fingerprints.Colons(digest));
    }

    private static NewKeyPair CreateEd25519(string name, bool putty)
    {
        var made = new Ed25519PrivateKeyParameters(new SecureRandom());
        var seed = made.GetEncoded();
        var point = made.GeneratePublicKey().GetEncoded();
        var key = PublicKey.OfEd25519(point);
        var text = putty
            ? PuttyKeyFile.Write(key, name, new SshBlob().String(seed).ToArray())
            : OpenSshFile(key, name, seed, point);
        return new NewKeyPair(key, text, key.Sha256Fingerprint());
    }

    /// <summary>OpenSSH's own file (PROTOCOL.key of OpenSSH), not encrypted: there is no older form for this type of
    /// key.</summary>
    private static string OpenSshFile(PublicKey key, string comment, byte[] seed, byte[] point)
    {
        var check = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
        var secret = new SshBlob()
            .Number(check)
            .Number(check)
            .Text(key.Name)
            .String(point)
            .String([.. seed, .. point])
            .Text(comment);
        for (byte padding = 1; secret.ToArray().Length % CipherBlock != 0; padding++)
            secret.Raw([padding]);

        var file = new SshBlob()
            .Raw("openssh-key-v1\0"u8)
            .Text("none")
            .Text("none")
            .Text("")
            .Number(1)
            .String(key.Blob)
            .String(secret.ToArray())
            .ToArray();
        var text = new StringBuilder("-----BEGIN OPENSSH PRIVATE KEY-----\n");
        foreach (var line in Convert.ToBase64String(file).Chunk(PemLine))
            text.Append(line).Append('\n');
        return text.Append("-----END OPENSSH PRIVATE KEY-----").ToString();
    }
}
