using System.Text;
using Estiba.Contracts.Signing;
using Estiba.Files;
using Microsoft.Extensions.Logging;

namespace Estiba.Joining;

/// <summary>
/// Which platform a host with an account's own keys belongs to. Nobody told it when it joined, because it has not: it
/// asks at every start, and remembers the answer for a start at which the server is away.
/// </summary>
/// <remarks>
/// A host that knew it yesterday and not today would take its own containers, which say where they belong, for those of
/// another platform.
/// </remarks>
internal static partial class KnownPlatform
{
    /// <summary>Finds it; null where the server has never told.</summary>
    internal static async Task<string?> FindAsync(
        Uri server,
        AwsCredentials keys,
        string region,
        string directory,
        JoinClient client,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var file = Path.Combine(directory, "platform-id");
        if (await client.FindPlatformAsync(server, keys, region, cancellation) is { } told)
        {
            DurableFile.Write(file, Encoding.UTF8.GetBytes(told));
            return told;
        }

        // The same host may have been a member before.
        var remembered = File.Exists(file)
            ? (await File.ReadAllTextAsync(file, cancellation)).Trim()
            : Membership.Read(directory)?.PlatformId;
        if (remembered is null)
            Log.Unknown(logger, server, JoinDoors.GetPlatform);
        return remembered;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Server} does not say which platform it is, and containers will not bear its name. It tells "
                + "keys that are allowed {Action}; the agent asks again when it starts."
        )]
        internal static partial void Unknown(ILogger logger, Uri server, string action);
    }
}
