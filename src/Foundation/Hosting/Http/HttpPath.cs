using Estiba.Contracts;
using Microsoft.AspNetCore.Http;

namespace Estiba.Hosting.Http;

/// <summary>
/// A part of the gateway's address that a module answers itself, such as the registry or the agents' web sockets.
/// </summary>
/// <remarks>A request that gets there has passed the browser guard; web sockets may be accepted in it.</remarks>
public sealed class HttpPath
{
    private const string AnyResource = "*";

    private HttpPath(
        PathString path,
        string? action,
        Func<HttpContext, CallContext, string> resourceOf,
        Func<HttpContext, CallContext?, Task> handle
    )
    {
        ResourceOf = resourceOf;
        Path = path;
        Action = action;
        Handle = handle;
    }

    /// <summary>The path; everything beneath belongs to it too.</summary>
    public PathString Path { get; }

    /// <summary>
    /// What a caller must be allowed, and the service that requests must be signed for, <c>ecs:Poll</c>; null when the
    /// module authenticates them itself.
    /// </summary>
    public string? Action { get; }

    /// <summary>What the caller must be allowed it on.</summary>
    public Func<HttpContext, CallContext, string> ResourceOf { get; }

    /// <summary>Answers a request; the caller is null where <see cref="Action"/> is.</summary>
    public Func<HttpContext, CallContext?, Task> Handle { get; }

    /// <summary>A path whose module finds out itself who calls.</summary>
    /// <param name="path">The path without a slash at its end; everything beneath belongs to it too.</param>
    /// <param name="handle">Answers the request.</param>
    public static HttpPath Open(string path, Func<HttpContext, Task> handle) =>
        new(path, action: null, static (_, _) => AnyResource, (http, _) => handle(http));

    /// <summary>
    /// A path for requests with an empty body that are signed with Signature Version 4; the gateway refuses all others.
    /// </summary>
    /// <param name="path">The path without a slash at its end; everything beneath belongs to it too.</param>
    /// <param name="action">What it is to IAM: the signing name of the service and the action, for example
    /// <c>ecs:Poll</c>.</param>
    /// <param name="handle">Answers the request of a caller who is proven, and who may do it.</param>
    /// <param name="resourceOf">The ARN of the resource that a request concerns; null for requests that concern
    /// none.</param>
    public static HttpPath Signed(
        string path,
        string action,
        Func<HttpContext, CallContext, Task> handle,
        Func<HttpContext, CallContext, string>? resourceOf = null
    ) => new(path, action, resourceOf ?? (static (_, _) => AnyResource), (http, caller) => handle(http, caller!));
}
