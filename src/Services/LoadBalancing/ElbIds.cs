using System.Globalization;

namespace Estiba.LoadBalancing;

/// <summary>Makes the identifiers of new resources in the forms of Elastic Load Balancing.</summary>
/// <param name="random">Where they come from; seeded in a simulation.</param>
public sealed class ElbIds(Random random)
{
    private const int Least = 100_000_000;

    /// <summary>Sixteen hexadecimal digits, as the last part of every ARN.</summary>
    internal string Resource()
    {
        Span<byte> bytes = stackalloc byte[8];
        lock (random)
            random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>The number in the DNS name of an Application Load Balancer.</summary>
    internal string Number()
    {
        lock (random)
            return random.Next(Least, int.MaxValue).ToString(CultureInfo.InvariantCulture);
    }
}
