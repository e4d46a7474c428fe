namespace Estiba.CommandLine;

/// <summary>Ends a command with a sentence for the person at the terminal that says what to do next.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCodes.Failure, Exception? inner = null)
    : Exception(message, inner)
{
    internal int ExitCode { get; } = exitCode;
}

/// <summary>How the process ends.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;
    internal const int Failure = 1;
    internal const int Usage = 2;

    /// <summary>As shells have it for what Ctrl-C ended.</summary>
    internal const int Interrupted = 130;
}
