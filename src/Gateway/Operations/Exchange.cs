using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Gateway.Authentication;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Operations;

/// <summary>
/// One request for an operation, and what is known of it so far: enough, at any moment, to word an error.
/// </summary>
internal sealed class Exchange(HttpContext http, HttpWireRequest wire, Protocol protocol)
{
    public HttpContext Http => http;

    public SignedRequest Request { get; } = new(http);

    /// <summary>The request as its protocol sees it.</summary>
    public WireRequest Wire => wire;

    /// <summary>Whether it says anything of a signature, in its header or in its query.</summary>
    public bool IsSigned => Signatures.Has(http.Request, Request.Query);

    public string RequestId => http.TraceIdentifier;

    public Protocol Protocol { get; private set; } = protocol;

    /// <summary>The service; null while nobody knows which.</summary>
    public ServiceModel? Service { get; private set; }

    /// <summary>The operation; null while nobody knows which.</summary>
    public OperationModel? Operation { get; set; }

    /// <summary>Notes the service, and which of its protocols the request speaks.</summary>
    public void IsFor(ServiceModel service, Protocol spoken) => (Service, Protocol) = (service, spoken);
}

/// <summary>What a request says of a signature.</summary>
internal static class Signatures
{
    public static bool Has(HttpRequest request, ReadOnlySpan<char> query) =>
        request.Headers.ContainsKey("Authorization") || query.Contains("X-Amz-", StringComparison.Ordinal);

    /// <summary>Whether it looks like one of Signature Version 4, and not like a registry's password.</summary>
    public static bool IsOurs(HttpRequest request, ReadOnlySpan<char> query) =>
        request.Headers.Authorization.ToString().StartsWith("AWS4-", StringComparison.Ordinal)
        || query.Contains("X-Amz-Credential", StringComparison.Ordinal);
}
