using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>Where the addresses of virtual instances live on this host.</summary>
/// <remarks>
/// To dispose of it leaves the addresses: containers go on answering on them, and the next platform takes them over.
/// </remarks>
public interface IInstanceNetwork : IAsyncDisposable
{
    /// <summary>Where the addresses of new instances are taken from.</summary>
    AddressRange Range { get; }

    /// <summary>
    /// The address of the host itself at which containers reach what listens here; null where they reach nothing.
    /// </summary>
    IPAddress? Host { get; }

    /// <summary>
    /// Makes the wanted addresses answer, and takes away those of ours that nobody wants any more. Safe to repeat.
    /// </summary>
    /// <returns>The wanted addresses that answer now, and why others do not.</returns>
    /// <exception cref="NetworkException">The network cannot be set up now; it may be tried again.</exception>
    Task<AddressReport> ApplyAsync(IReadOnlySet<IPAddress> wanted, CancellationToken cancellation);
}

/// <summary>What came of setting addresses up.</summary>
/// <param name="Answering">The wanted addresses that answer.</param>
/// <param name="Complaint">Why the others do not; null when there are none.</param>
public sealed record AddressReport(IReadOnlySet<IPAddress> Answering, string? Complaint);

/// <summary>The network of virtual instances cannot be set up; the message says what to do.</summary>
public sealed class NetworkException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NetworkException(string message)
        : base(message) { }

    /// <summary>Creates the exception with its cause.</summary>
    public NetworkException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>Creates the exception without a message.</summary>
    public NetworkException() { }
}
