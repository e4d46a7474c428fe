using System.Security.Cryptography;
using System.Text;

namespace Estiba.Compute;

/// <summary>Makes resource ids as EC2 does: a prefix, a zero and sixteen hexadecimal digits.</summary>
internal sealed class ResourceIds(Random random)
{
    private readonly Lock _lock = new();

    /// <summary>A new id, for example <c>i-0a1b2c3d4e5f60718</c> for the prefix <c>i-</c>.</summary>
    public string New(string prefix)
    {
        Span<byte> bytes = stackalloc byte[8];
        lock (_lock)
            random.NextBytes(bytes);
        return $"{prefix}0{Convert.ToHexStringLower(bytes)}";
    }

    /// <summary>The id of something that exists from the beginning, always the same for the same name.</summary>
    public static string Derived(string prefix, string name) =>
        $"{prefix}0{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8))}";
}
