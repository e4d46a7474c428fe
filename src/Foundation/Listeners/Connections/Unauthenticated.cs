using Microsoft.AspNetCore.Http;

namespace Estiba.Listeners.Connections;

/// <summary>Waiting for callers who have proved nothing yet.</summary>
public static class Unauthenticated
{
    /// <summary>
    /// Waits for a part of a request. Meanwhile its connection may be given up for others, as if it had no request.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="wait">Waits; a few bytes only, for no budget counts them.</param>
    public static async Task<T> WaitForAsync<T>(HttpContext http, Func<Task<T>> wait)
    {
        var ticket = http.Features.Get<ConnectionTicket>();
        ticket?.End();
        try
        {
            return await wait();
        }
        finally
        {
            ticket?.Begin();
        }
    }
}
