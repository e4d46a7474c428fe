using Estiba.Gateway.Browsers;
using Estiba.Gateway.Doors;
using Estiba.Gateway.Operations;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Estiba.Gateway;

/// <summary>
/// The way of every request: an id, the browser guard, then the door that its path names or the operations.
/// </summary>
internal sealed class RequestPipeline(
    BrowserGuard guard,
    IReadOnlyList<HttpPathHandler> doors,
    OperationDoor operations,
    PlainAnswers plain,
    Func<HttpContext, RequestDelegate, Task> sockets
)
{
    public Task HandleAsync(HttpContext http)
    {
        http.TraceIdentifier = Guid.NewGuid().ToString();
        if (guard.Refusal(http.Request) is { } reason)
            return PlainAnswers.RefusedAsync(http, reason);

        var path = http.Request.Path;
        if (path == "/" || !path.HasValue)
            return AtTheRootAsync(http);
        if (IsRead(http.Request))
        {
            if (path == PlainAnswers.HealthPath || path == PlainAnswers.ReadyPath)
                return plain.HealthAsync(http);
            if (path == PlainAnswers.LivePath)
                return plain.LiveAsync(http);
        }

        // A request says for which service it is signed; paths alone collide.
        if (operations.IsAddressed(http))
            return operations.HandleAsync(http);

        foreach (var door in doors)
        {
            if (path.StartsWithSegments(door.Path, StringComparison.Ordinal))
                return MayStay(http) ? sockets(http, door.HandleAsync) : PlainAnswers.TooManySocketsAsync(http);
        }

        // What is unsigned and for no door may still be for a service by its host.
        if (operations.HasHost(http))
            return operations.HandleAsync(http);
        if (UnknownService.IsAsked(http.Request))
            return UnknownService.AnswerAsync(http);
        return operations.HasPath(http) ? operations.HandleAsync(http) : PlainAnswers.NotFoundAsync(http);
    }

    // A web socket stays, and so counts apart from connections that come and go.
    private static bool MayStay(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
        || http.Features.Get<ConnectionTicket>()?.TryBecomeSocket() != false;

    private Task AtTheRootAsync(HttpContext http)
    {
        if (OperationDoor.IsCall(http) || operations.IsAddressed(http) || operations.HasHost(http))
            return operations.HandleAsync(http);
        if (UnknownService.IsAsked(http.Request))
            return UnknownService.AnswerAsync(http);
        return IsRead(http.Request) ? plain.WelcomeAsync(http) : PlainAnswers.NotFoundAsync(http);
    }

    private static bool IsRead(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
