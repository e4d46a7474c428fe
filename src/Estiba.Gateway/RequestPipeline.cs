using Estiba.Gateway.Browsers;
using Estiba.Gateway.Doors;
using Estiba.Gateway.Operations;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway;

/// <summary>The way of every request: an id, the browser guard, then the door that its path names or the operations.</summary>
internal sealed class RequestPipeline(
    BrowserGuard guard, IReadOnlyList<DoorKeeper> doors, OperationDoor operations, PlainAnswers plain, Func<HttpContext, RequestDelegate, Task> sockets)
{
    public Task HandleAsync(HttpContext http)
    {
        http.TraceIdentifier = Guid.NewGuid().ToString();
        if (guard.Refusal(http.Request) is { } reason)
            return PlainAnswers.RefusedAsync(http, reason);

        var path = http.Request.Path;
        if (path == "/" || !path.HasValue)
            return AtTheRootAsync(http);
        if (path == PlainAnswers.HealthPath && IsRead(http.Request))
            return plain.HealthAsync(http);

        foreach (var door in doors)
        {
            if (path.StartsWithSegments(door.Path, StringComparison.Ordinal))
                return sockets(http, door.HandleAsync);
        }

        return UnknownService.IsAsked(http.Request) ? UnknownService.AnswerAsync(http) : PlainAnswers.NotFoundAsync(http);
    }

    private Task AtTheRootAsync(HttpContext http)
    {
        if (OperationDoor.Accepts(http.Request))
            return operations.HandleAsync(http);
        if (UnknownService.IsAsked(http.Request))
            return UnknownService.AnswerAsync(http);
        return IsRead(http.Request) ? plain.WelcomeAsync(http) : PlainAnswers.NotFoundAsync(http);
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
