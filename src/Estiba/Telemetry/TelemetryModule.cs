using System.Net;
using Estiba.Hosting;
using Estiba.Hosting.Http;
using Microsoft.AspNetCore.Http;

namespace Estiba.Telemetry;

/// <summary>
/// What operators of the platform itself see of it: <c>/metrics</c> in Prometheus's text format for this machine alone,
/// and what the usual variables of OpenTelemetry ask to be sent elsewhere.
/// </summary>
/// <remarks>
/// The parts of the platform measure with meters of .NET named <c>Estiba.*</c>, which cost next to nothing while nobody
/// collects. Collecting begins with the start where something is to be sent, and with the first look at
/// <c>/metrics</c> otherwise.
/// </remarks>
internal sealed class TelemetryModule : Module
{
    private const string Path = "/metrics";

    /// <inheritdoc/>
    public override string Name => "telemetry";

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var collection = new Lazy<MetricCollection>(static () => new MetricCollection());
        return Task.FromResult(
            new OpenModule
            {
                Paths = [HttpPath.Open(Path, http => AnswerAsync(http, collection))],
                StartAsync = starting =>
                {
                    if (MetricCollection.IsToBeSent)
                        _ = collection.Value;
                    return Task.CompletedTask;
                },
                CloseAsync = () =>
                {
                    if (collection.IsValueCreated)
                        collection.Value.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }

    private static bool IsOfThisMachine(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    // Clusters and operations have names that are nobody else's business, and Prometheus cannot sign its requests.
    private static Task AnswerAsync(HttpContext http, Lazy<MetricCollection> collection)
    {
        if (http.Connection.RemoteIpAddress is { } address && IsOfThisMachine(address))
            return collection.Value.AnswerAsync(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(
            $"{Path} is answered to this machine alone. Where it is to be seen elsewhere, have it sent: "
                + $"{MetricCollection.EndpointVariable}=http://collector:4318\n",
            http.RequestAborted
        );
    }
}
