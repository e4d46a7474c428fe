using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Compute.KeyPairs;

/// <summary>A private key as PuTTY keeps it, version 2, not encrypted ("PPK file format", PuTTY's manual).</summary>
internal static class PuttyKeyFile
{
    private const int LineLength = 64;
    private const string Encryption = "none";

    public static string Write(PublicKey key, string comment, byte[] secret)
    {
        var signed = new SshBlob()
            .Text(key.Name)
            .Text(Encryption)
            .Text(comment)
            .String(key.Blob)
            .String(secret)
            .ToArray();
#pragma warning disable CA5350 // The format's own digest
        var mac = HMACSHA1.HashData(SHA1.HashData("putty-private-key-file-mac-key"u8), signed);
#pragma warning restore CA5350
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"PuTTY-User-Key-File-2: {key.Name}\r\nEncryption: {Encryption}\r\nComment: {comment}\r\n"
        );
        Lines(text, "Public-Lines", key.Blob);
        Lines(text, "Private-Lines", secret);
        return text.Append(CultureInfo.InvariantCulture, $"Private-MAC: {Convert.ToHexStringLower(mac)}\r\n")
            .ToString();
    }

    private static void Lines(StringBuilder text, string name, byte[] blob)
    {
        var lines = Convert.ToBase64String(blob).Chunk(LineLength).ToList();
        text.Append(CultureInfo.InvariantCulture, $"{name}: {lines.Count}\r\n");
        foreach (var line in lines)
            text.Append(line).Append("\r\n");
    }
}
