using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Estiba.Listeners;

/// <summary>
/// Tells what a client did wrong on the wire from what went wrong here: of the former, nobody needs to know where in
/// the code it was met.
/// </summary>
public static class ClientFault
{
    /// <summary>Whether the client has left, or has sent what is no HTTP.</summary>
    public static bool IsOne(Exception exception, HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.RequestAborted.IsCancellationRequested
            || exception is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException
            || IsBrokenChunk(exception);
    }

    /// <summary>
    /// Lets a connection end with the answer to a request whose body could not be read to its end: where the next
    /// request begins in it, nobody knows.
    /// </summary>
    public static void EndConnection(Exception exception, HttpContext http)
    {
        if (exception is not IOException)
            return;
        if (!http.Response.HasStarted)
            http.Response.Headers.Connection = "close";

        // The server would look for the next request in what it has not finished reading, also when the client has
        // left.
        http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    // Kestrel's word for a chunk whose size is larger than any number.
    private static bool IsBrokenChunk(Exception exception) =>
        exception is IOException { InnerException: OverflowException };
}
