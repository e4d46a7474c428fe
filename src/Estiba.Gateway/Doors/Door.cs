using Estiba.Contracts;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Doors;

/// <summary>A part of the gateway's address that a room answers itself, such as the registry or the agents' web sockets.</summary>
/// <remarks>A request that reaches a door has passed the browser guard; web sockets may be accepted in it.</remarks>
public sealed class Door
{
    private Door(PathString path, string? action, Func<HttpContext, CallContext?, Task> handle)
    {
        Path = path;
        Action = action;
        Handle = handle;
    }

    internal PathString Path { get; }

    /// <summary>What a caller must be allowed, and the service that requests must be signed for, <c>ecs:Poll</c>; null when the room authenticates them itself.</summary>
    internal string? Action { get; }

    internal Func<HttpContext, CallContext?, Task> Handle { get; }

    /// <summary>A door whose room finds out itself who calls.</summary>
    /// <param name="path">The path without a slash at its end; everything beneath belongs to the door too.</param>
    /// <param name="handle">Answers the request.</param>
    public static Door Open(string path, Func<HttpContext, Task> handle) => new(path, action: null, (http, _) => handle(http));

    /// <summary>A door for requests with an empty body that are signed with Signature Version 4; the gateway refuses all others.</summary>
    /// <param name="path">The path without a slash at its end; everything beneath belongs to the door too.</param>
    /// <param name="action">What it is to IAM: the signing name of the service and the action, for example <c>ecs:Poll</c>.</param>
    /// <param name="handle">Answers the request of a caller who is proven, and whose key is good for the action.</param>
    public static Door Signed(string path, string action, Func<HttpContext, CallContext, Task> handle) =>
        new(path, action, (http, caller) => handle(http, caller!));
}
