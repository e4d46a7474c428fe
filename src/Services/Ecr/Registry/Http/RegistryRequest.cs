using Estiba.Ecr.Authorization;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Microsoft.AspNetCore.Http;

namespace Estiba.Ecr.Registry.Http;

/// <summary>A request to the registry whose sender is known.</summary>
internal sealed record RegistryRequest(
    HttpContext Http,
    RegistryLogin Login,
    RegistryRoute Route,
    RegistryAccess Access
)
{
    /// <summary>The repository that the path names, in the account and region of the login.</summary>
    public RepositoryId Repository => new(Login.AccountId, Login.Region, Route.Repository);

    public string Method => Http.Request.Method;

    public HttpResponse Response => Http.Response;

    public CancellationToken Cancellation => Http.RequestAborted;

    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <exception cref="RegistryException">The text is not a digest.</exception>
    public static Digest ParseDigest(string? text) =>
        Digest.TryParse(text, out var digest)
            ? digest
            : throw RegistryException.DigestInvalid(
                $"'{text}' is not a digest: 'sha256:' or 'sha512:' and the hash in lower-case hex."
            );

    /// <summary>The number of items that the client asks for with <c>n</c>, at most <paramref name="most"/>.</summary>
    /// <exception cref="RegistryException">It is not a number.</exception>
    public int PageSize(int most) =>
        Query("n") switch
        {
            null => most,
            var text when int.TryParse(text, out var count) && count >= 0 => Math.Min(count, most),
            var text => throw new RegistryException(
                400,
                "PAGINATION_NUMBER_INVALID",
                $"'{text}' is not a number of items."
            ),
        };
}
