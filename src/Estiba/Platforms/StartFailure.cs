using Estiba.CommandLine;
using Estiba.Compute.Networking;
using Estiba.Engines;
using Estiba.State;

namespace Estiba.Platforms;

/// <summary>Says in a sentence why a platform did not start, and what to do.</summary>
internal static class StartFailure
{
    /// <summary>The explanation; null for a failure that is a fault of ours and is better shown whole.</summary>
    internal static CommandException? Explain(Exception failure) =>
        failure switch
        {
            UnauthorizedAccessException denied => new CommandException(
                $"{denied.Message} The data directory must belong to you; another one is chosen with --data.",
                inner: denied
            ),
            JournalException or NetworkException or EngineException or IOException or InvalidDataException =>
                new CommandException(failure.Message, inner: failure),
            _ => null,
        };
}
