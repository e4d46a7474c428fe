namespace Estiba.Contracts;

/// <summary>
/// An error that a customer sees: AWS's code, a message that says what is wrong, and the HTTP status.
/// </summary>
/// <param name="code">The code as on the wire, for example <c>ClusterNotFoundException</c>.</param>
/// <param name="message">What is wrong and, where AWS's words leave room, what to do.</param>
/// <param name="statusCode">400 for the customer's fault, 500 and above for ours.</param>
public sealed class AwsException(string code, string message, int statusCode = 400) : Exception(message)
{
    /// <summary>The code as on the wire.</summary>
    public string Code => code;

    /// <summary>The HTTP status that the error is answered with.</summary>
    public int StatusCode => statusCode;

    /// <summary>
    /// What the error says beyond its message, for programs to read: members of the answer beside the message. Null for
    /// nothing.
    /// </summary>
    public IShape? Details { get; init; }

    /// <summary>
    /// The code in the query protocol, of a service that speaks others too and has other codes there; null where it is
    /// the same.
    /// </summary>
    public string? QueryCode { get; init; }

    /// <summary>Headers of the answer, where a protocol has some: what is known of an object that is refused.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The answer to an operation that Estiba does not have.</summary>
    public static AwsException NotImplemented(string service, string operation) =>
        new(
            "UnsupportedOperation",
            $"Estiba does not implement {service}:{operation} yet. 'estiba coverage' lists what it does.",
            400
        );

    /// <summary>The answer to a body that cannot be read.</summary>
    public static AwsException Serialization(string message) => new("SerializationException", message);
}
