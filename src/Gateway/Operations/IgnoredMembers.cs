using System.Collections.Concurrent;
using Estiba.Contracts;
using Microsoft.Extensions.Logging;

namespace Estiba.Gateway.Operations;

/// <summary>
/// Says in the log, once each, which members of requests were ignored because no contract has them, as AWS does.
/// </summary>
internal sealed partial class IgnoredMembers(ILogger logger)
{
    private const int MostRemembered = 1000;

    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    public void Note(ShapeReader request, string operation)
    {
        if (request.Ignored.Count == 0)
            return;
        foreach (var member in request.Ignored)
            if (_told.Count < MostRemembered && _told.TryAdd($"{operation} {member}", true))
                Log.Ignored(logger, operation, member);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "{Operation} was sent {Member}, which its contract does not have; it was ignored, as AWS does"
        )]
        public static partial void Ignored(ILogger logger, string operation, string member);
    }
}
