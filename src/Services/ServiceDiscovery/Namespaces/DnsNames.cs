using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;

namespace Estiba.ServiceDiscovery.Namespaces;

/// <summary>What names the name server can give.</summary>
internal static class DnsNames
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    /// <summary>Refuses a name that nobody could ask for.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static void Check(string name)
    {
        if (name.Length > LongestName || !name.Split('.').All(IsLabel))
            throw ServiceDiscoveryErrors.InvalidInput(
                $"{name} is not a valid DNS name: its labels need 1 to {LongestLabel} letters, digits, hyphens and "
                    + $"underscores, and the whole at most {LongestName} characters."
            );
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
