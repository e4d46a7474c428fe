using System.Security.Cryptography;

namespace Estiba.Ecr.Authorization;

/// <summary>The key that this platform signs its registry tokens with, kept in a file that only its owner reads.</summary>
internal static class TokenKey
{
    private const int Size = 32;

    /// <summary>Reads the key, or makes one at the first start.</summary>
    /// <exception cref="InvalidDataException">The file does not hold a key.</exception>
    public static byte[] Load(string file)
    {
        if (!File.Exists(file)) Create(file);
        var key = File.ReadAllBytes(file);
        return key.Length == Size
            ? key
            : throw new InvalidDataException($"{file} must hold {Size} bytes. Delete it to have a new key made; whoever is logged in to the registry must log in again.");
    }

    private static void Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var written = $"{file}.new";
        File.Delete(written);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(written, options))
        {
            stream.Write(RandomNumberGenerator.GetBytes(Size));
            stream.Flush(flushToDisk: true);
        }
        File.Move(written, file);
    }
}
