using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>How a request that was forwarded ended.</summary>
/// <param name="Error">What went wrong; <see cref="ForwarderError.None"/> where nothing did.</param>
/// <param name="Exception">Why.</param>
internal readonly record struct ForwardingResult(ForwarderError Error, Exception? Exception)
{
    /// <summary>The answer has come whole.</summary>
    public static readonly ForwardingResult Done = new(ForwarderError.None, Exception: null);

    /// <summary>Whether the target was not reached, so that it has heard nothing of the request.</summary>
    public bool IsUnreachable =>
        Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
}
