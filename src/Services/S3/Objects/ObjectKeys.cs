using System.Text;
using Estiba.Contracts;

namespace Estiba.S3.Objects;

/// <summary>What a key of an object may be ("Naming Amazon S3 objects").</summary>
internal static class ObjectKeys
{
    private const int Longest = 1024;

    /// <exception cref="AwsException">It is too long.</exception>
    internal static void Check(string key)
    {
        if (key.Length * 3 > Longest && Encoding.UTF8.GetByteCount(key) > Longest)
            throw new AwsException("KeyTooLongError", "Your key is too long");
    }

    /// <summary>The source of a copy: <c>bucket/key?versionId=…</c>, with or without a slash before it.</summary>
    /// <exception cref="AwsException">It is none.</exception>
    internal static (string Bucket, string Key, string? VersionId) Source(string text)
    {
        var (path, version) = text.Split("?versionId=", 2) is [var before, var after] ? (before, after) : (text, null);
        path = Uri.UnescapeDataString(path.TrimStart('/'));
        if (path.Split('/', 2) is not [{ Length: > 0 } bucket, { Length: > 0 } key])
            throw S3Faults.InvalidArgument(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
            );
        return (bucket, key, version);
    }
}
