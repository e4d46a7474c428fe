using Estiba.Contracts;
using Estiba.Ecr.Authorization;
using Microsoft.AspNetCore.Http;

namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// What a request to the registry is to IAM, and whether whoever has logged in may do it ("Private repository
/// policies": the permissions of a push and of a pull).
/// </summary>
internal sealed class RegistryAccess(EcrOptions options)
{
    private const string ReadLayer = "ecr:GetDownloadUrlForLayer";

    /// <exception cref="RegistryException">It may not.</exception>
    public async ValueTask CheckAsync(HttpContext http, RegistryLogin login, RegistryRoute route)
    {
        // A download URL was decided about when it was made.
        if (login.LayerDigest is not null)
            return;
        var changes = !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method);
        if (changes && IsForPulling(login))
        {
            throw RegistryException.Denied(
                $"User: {login.PrincipalArn} is not authorized to change this registry: it may only pull."
            );
        }

        foreach (var action in ActionsOf(http.Request, route))
        {
            var repository = route.Resource == RegistryResource.Catalog ? "*" : route.Repository;
            var decision = await DecideAsync(http, login, action, repository);
            if (decision.Refusal is { } refusal)
                throw RegistryException.Denied(refusal);
        }
    }

    /// <summary>Whether whoever has logged in may read the layers of another repository, and so mount them.</summary>
    public async ValueTask<bool> MayReadAsync(RegistryRequest request, string repository) =>
        (await DecideAsync(request.Http, request.Login, ReadLayer, repository)).IsAllowed;

    // A key that is good for some actions alone, as a host's, is good for pulling.
    private bool IsForPulling(RegistryLogin login) =>
        login.IsForPulling || ActionsOfKey(login)?.Contains("ecr:PutImage") == false;

    private IReadOnlySet<string>? ActionsOfKey(RegistryLogin login) =>
        options.Credentials?.Find(login.AccessKeyId)?.Actions;

    private ValueTask<AccessDecision> DecideAsync(
        HttpContext http,
        RegistryLogin login,
        string action,
        string repository
    )
    {
        if (options.Authorizer is not { } authorizer)
            return new(AccessDecision.Allowed);
        var caller = new CallContext
        {
            AccountId = login.AccountId,
            Region = login.Region,
            PrincipalArn = login.PrincipalArn,
            AccessKeyId = login.AccessKeyId,
            Actions = ActionsOfKey(login),
            RequestId = http.TraceIdentifier,
            Origin = new CallOrigin(
                http.Connection.RemoteIpAddress,
                http.Request.IsHttps,
                http.Request.Headers.UserAgent.ToString()
            ),
        };
        var arn = new Arn("ecr", login.Region, login.AccountId, $"repository/{repository}");
        return authorizer.DecideAsync(action, arn.ToString(), caller, http.RequestAborted);
    }

    private static string[] ActionsOf(HttpRequest request, RegistryRoute route) =>
        (route.Resource, request.Method) switch
        {
            (RegistryResource.Catalog, _) => ["ecr:DescribeRepositories"],
            (RegistryResource.Tags, _) => ["ecr:ListImages"],
            (RegistryResource.Referrers, _) => ["ecr:ListImageReferrers"],
            (RegistryResource.Manifest, "GET" or "HEAD") => ["ecr:BatchGetImage"],
            (RegistryResource.Manifest, "PUT") => ["ecr:PutImage"],
            (RegistryResource.Manifest, _) => ["ecr:BatchDeleteImage"],
            (RegistryResource.Blob, "GET") => [ReadLayer],

            // A push asks so whether it must upload the layer.
            (RegistryResource.Blob, "HEAD") => ["ecr:BatchCheckLayerAvailability"],
            (RegistryResource.Blob, _) => ["ecr:BatchDeleteImage"],
            (RegistryResource.Uploads, _) when request.Query.ContainsKey("digest") =>
            [
                "ecr:InitiateLayerUpload",
                "ecr:UploadLayerPart",
                "ecr:CompleteLayerUpload",
            ],
            (RegistryResource.Uploads, _) => ["ecr:InitiateLayerUpload"],
            (RegistryResource.Upload, "PUT") => ["ecr:UploadLayerPart", "ecr:CompleteLayerUpload"],
            (RegistryResource.Upload, _) => ["ecr:UploadLayerPart"],
            _ => [],
        };
}
