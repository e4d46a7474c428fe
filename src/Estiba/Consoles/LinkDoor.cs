using Estiba.Contracts;
using Estiba.Hosting.Http;
using Estiba.Identity.Credentials;
using Estiba.Joining;
using Microsoft.AspNetCore.Http;

namespace Estiba.Consoles;

/// <summary>
/// Where <c>estiba console</c> asks a running platform for a link. It signs in with the platform's own key, so nobody
/// gets one who does not have that key.
/// </summary>
internal sealed class LinkDoor(PlatformLinks links, RootCredentials root)
{
    internal const string Path = "/_estiba/console/link";

    internal HttpPath HttpPath => HttpPath.Signed(Path, $"{JoinDoors.SigningName}:OpenConsole", AnswerAsync);

    private Task AnswerAsync(HttpContext http, CallContext caller)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
            throw new AwsException(
                "UnknownOperationException",
                "This address takes POST requests.",
                StatusCodes.Status405MethodNotAllowed
            );
        if (caller.AccessKeyId != root.Credentials.AccessKeyId)
            throw new AwsException(
                "AccessDeniedException",
                "Only the platform's own key gets a link to the console.",
                StatusCodes.Status403Forbidden
            );
        var link = links.Create()
            ?? throw new AwsException(
                "UnknownOperationException",
                "This platform was built without its console.",
                StatusCodes.Status501NotImplemented
            );
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(
            new ConsoleLink(link.AbsoluteUri),
            ConsoleJson.Default.ConsoleLink,
            contentType: null,
            http.RequestAborted
        );
    }
}
