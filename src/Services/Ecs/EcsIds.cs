using System.Globalization;
using System.Security.Cryptography;

namespace Estiba.Ecs;

/// <summary>Makes the identifiers of new resources in ECS's forms.</summary>
/// <param name="random">Where they come from; seeded in a simulation.</param>
/// <param name="secrets">Where those come from that nobody may guess; null only where nothing is to be guarded, as in a
/// simulation: then they come from <paramref name="random"/>.</param>
public sealed class EcsIds(Random random, RandomNumberGenerator? secrets = null)
{
    private const int SecretBytes = 16;

    /// <summary>32 hexadecimal digits that cannot be guessed: who knows them gets what they stand for.</summary>
    public string Secret()
    {
        Span<byte> bytes = stackalloc byte[SecretBytes];
        if (secrets is not null)
            secrets.GetBytes(bytes);
        else
            lock (random)
                random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>32 hexadecimal digits, for a task, a container instance or a message.</summary>
    public string Resource() => Guid().ToString("N");

    /// <summary>A universally unique id, for a container or an event.</summary>
    public string Unique() => Guid().ToString("D");

    /// <summary><c>ecs-svc/</c> and nineteen digits, for a deployment or a task set.</summary>
    public string Deployment() => "ecs-svc/" + ServiceRevision();

    /// <summary>Nineteen digits.</summary>
    public string ServiceRevision()
    {
        lock (random)
            return random.NextInt64(1_000_000_000_000_000_000, long.MaxValue).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>21 letters, digits, hyphens and underscores.</summary>
    public string ServiceDeployment()
    {
        lock (random)
            return random.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 21);
    }

    private Guid Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (random)
            random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
