using Estiba.Contracts;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Protocols;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Operations;

/// <summary>One request for an operation, and what is known of it so far: enough, at any moment, to word an error.</summary>
internal sealed class Exchange(HttpContext http, WireProtocol protocol)
{
    public HttpContext Http => http;

    public SignedRequest Request { get; } = new(http);

    public string RequestId => http.TraceIdentifier;

    public WireProtocol Protocol { get; private set; } = protocol;

    /// <summary>The service; null while nobody knows which.</summary>
    public ServiceModel? Service { get; private set; }

    /// <summary>The operation; null while nobody knows which.</summary>
    public OperationModel? Operation { get; set; }

    public void IsFor(ServiceModel service)
    {
        Service = service;
        Protocol = WireProtocol.Of(service);
    }
}
