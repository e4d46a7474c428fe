namespace Estiba.Contracts;

/// <summary>
/// Carries the calls of a generated client to its service: over HTTP to any server, or within the process.
/// </summary>
public interface ITransport
{
    /// <summary>Sends one request and gives its answer. Events of an answer hold what carries them until whoever reads
    /// them stops.</summary>
    /// <param name="service">The service's facts.</param>
    /// <param name="operation">The operation's facts.</param>
    /// <param name="request">The request.</param>
    /// <param name="context">Who calls, where the transport does not say it itself.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="AwsException">The service answered with an error.</exception>
    Task<TResponse> SendAsync<TRequest, TResponse>(
        ServiceModel service,
        OperationModel operation,
        TRequest request,
        CallContext context,
        CancellationToken cancellation
    )
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse>;
}
