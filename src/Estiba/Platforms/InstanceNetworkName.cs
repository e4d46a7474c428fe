using System.Security.Cryptography;
using System.Text;

namespace Estiba.Platforms;

/// <summary>
/// The Docker network of a platform's virtual instances: several platforms on one engine have one each.
/// </summary>
/// <param name="Network">The network's name.</param>
/// <param name="Bridge">Its bridge, which Linux allows 15 characters.</param>
internal sealed record InstanceNetworkName(string Network, string Bridge)
{
    /// <summary>Follows from the data directory, so that a platform finds its own again.</summary>
    internal static InstanceNetworkName Of(DataLayout layout)
    {
        if (layout == DataLayout.Default)
            return new("estiba", "estiba0");
        var digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(layout.Root)).AsSpan(0, 4));
        return new($"estiba-{digits}", $"estiba{digits}");
    }
}
