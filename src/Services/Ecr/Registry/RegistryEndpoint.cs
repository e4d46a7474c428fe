using System.Text.Json;
using Estiba.Contracts;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Registry.Http;
using Estiba.Files;
using Estiba.Listeners;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Estiba.Ecr.Registry;

/// <summary>
/// The registry behind <c>docker push</c> and <c>docker pull</c>: the OCI distribution specification, version 1.1,
/// under <c>/v2/</c>. Mount it at that path, without anything before it that reads bodies or asks for signatures.
/// </summary>
/// <remarks>
/// Account and region are those of the token that a client has logged in with, whatever host name it calls the registry
/// by: so <c>localhost:4566/name</c> and <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/name</c> are the same
/// repository.
/// </remarks>
public sealed partial class RegistryEndpoint
{
    private readonly RegistryAuthentication _authentication;
    private readonly RegistryAccess _access;
    private readonly BlobRequests _blobs;
    private readonly UploadRequests _uploads;
    private readonly ManifestRequests _manifests;
    private readonly ListRequests _lists;
    private readonly string _directory;
    private readonly ILogger _logger;

    internal RegistryEndpoint(
        RegistryAuthentication authentication,
        RegistryAccess access,
        BlobRequests blobs,
        UploadRequests uploads,
        ManifestRequests manifests,
        ListRequests lists,
        string directory,
        ILogger logger
    )
    {
        _authentication = authentication;
        _access = access;
        _blobs = blobs;
        _uploads = uploads;
        _manifests = manifests;
        _lists = lists;
        _directory = directory;
        _logger = logger;
    }

    /// <summary>
    /// Answers one request. The path is read with its base, so it does not matter how the endpoint is mounted.
    /// </summary>
    /// <param name="context">The request; its whole path begins with <c>/v2</c>.</param>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        LiftLimits(context);
        context.Response.Headers[RegistryHeaders.ApiVersion] = "registry/2.0";
        try
        {
            var route = RegistryRoute.Parse(context.Request.PathBase.Value + context.Request.Path.Value);
            var login = _authentication.Authenticate(context, route);
            await _access.CheckAsync(context, login, route);
            await DispatchAsync(new RegistryRequest(context, login, route, _access));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, and nobody is left to be answered. What an upload has received is kept.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, exception);
        }
    }

    // Layers are of any size, and a client may read its own disk slowly.
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private Task DispatchAsync(RegistryRequest request) =>
        request.Route.Resource switch
        {
            RegistryResource.Probe => ProbeAsync(request.Response),
            RegistryResource.Blob => _blobs.HandleAsync(request),
            RegistryResource.Uploads => _uploads.StartAsync(request),
            RegistryResource.Upload => _uploads.ContinueAsync(request),
            RegistryResource.Manifest => _manifests.HandleAsync(request),
            RegistryResource.Tags => _lists.TagsAsync(request),
            RegistryResource.Catalog => _lists.CatalogAsync(request),
            RegistryResource.Referrers => _lists.ReferrersAsync(request),
            _ => throw new RegistryException(404, "NAME_INVALID", "The path names nothing that a registry has."),
        };

    private static Task ProbeAsync(HttpResponse response)
    {
        response.ContentType = "application/json";
        response.ContentLength = 2;
        return response.WriteAsync("{}");
    }

    private async Task RefuseAsync(HttpContext context, Exception exception)
    {
        var refusal = Translate(exception, context);
        if (exception is IOException fault && DurableFile.IsDiskFull(fault))
            Log.DiskFull(_logger, _directory);
        // Of damage the log has a line already.
        else if (refusal.Status >= 500 && exception is not InvalidDataException)
            Log.Failed(_logger, context.Request.Method, context.Request.Path, exception);

        var response = context.Response;
        response.Clear();
        ClientFault.EndConnection(exception, context);
        response.StatusCode = refusal.Status;
        response.Headers[RegistryHeaders.ApiVersion] = "registry/2.0";
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            _authentication.Challenge(response);
        if (refusal.Received is { } received)
            response.Headers[HeaderNames.Range] = $"0-{Math.Max(0, received - 1)}";
        if (HttpMethods.IsHead(context.Request.Method))
            return;

        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ErrorList([new ErrorItem(refusal.Code, refusal.Message)]),
            RegistryJson.Default.ErrorList
        );
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    // ECR says the same through both doors; its registry gives each of its errors one of the protocol's codes.
    private static RegistryException Translate(Exception exception, HttpContext context) =>
        exception switch
        {
            RegistryException refusal => refusal,
            AwsException { Code: "RepositoryNotFoundException" } error => new(404, "NAME_UNKNOWN", error.Message),
            AwsException { Code: "ImageTagAlreadyExistsException" } error => new(400, "TAG_INVALID", error.Message),
            AwsException { Code: "LayersNotFoundException" or "ReferencedImagesNotFoundException" } error => new(
                400,
                "MANIFEST_BLOB_UNKNOWN",
                error.Message
            ),
            AwsException error => new(error.StatusCode, "UNSUPPORTED", error.Message),
            BadHttpRequestException error => new(error.StatusCode, "UNSUPPORTED", error.Message),
            IOException error when DurableFile.IsDiskFull(error) => RegistryException.DiskFull(),
            _ when ClientFault.IsOne(exception, context) => new(400, "BLOB_UPLOAD_INVALID", exception.Message),
            TimeoutException error => new(408, "BLOB_UPLOAD_INVALID", error.Message),
            InvalidDataException error => new(500, "UNKNOWN", error.Message),
            _ => new(500, "UNKNOWN", "The registry failed. Its log says why."),
        };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, string? path, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "The disk of {Directory} is full: nothing can be pushed")]
        public static partial void DiskFull(ILogger logger, string directory);
    }
}
