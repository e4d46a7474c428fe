namespace Estiba.Engines;

/// <summary>The engine refused or failed; the message is its own.</summary>
public class EngineException(string message, int? statusCode = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>
    /// The HTTP status that came with it; null when the failure was reported inside a stream that had begun well.
    /// </summary>
    public int? StatusCode { get; } = statusCode;

    /// <summary>What was asked for does not exist.</summary>
    public bool IsNotFound => StatusCode == 404;

    /// <summary>
    /// It conflicts with what is there: a name that is taken, something in use, a container in another state.
    /// </summary>
    public bool IsConflict => StatusCode == 409;

    /// <summary>
    /// The message as Docker's own clients print it: with their prefix when the daemon answered with an error status.
    /// </summary>
    public string ClientMessage => StatusCode is null ? Message : "Error response from daemon: " + Message;
}

/// <summary>
/// Nobody answered: the engine is stopped, starting, not installed, or the connection broke in mid-answer.
/// </summary>
public sealed class EngineUnreachableException(string message, Exception? innerException = null)
    : EngineException(message, null, innerException);
