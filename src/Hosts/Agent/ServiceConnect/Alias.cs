using System.Net;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// A client alias of Service Connect: an address and port of this host, and the tasks that answer there. It stays the
/// same while the tasks change, with what is known of them.
/// </summary>
/// <param name="outliers">Which tasks are avoided.</param>
internal sealed class Alias(OutlierDetection outliers)
{
    /// <summary>How often another endpoint is tried.</summary>
    internal const int Retries = 2;

    /// <summary>Thirty days, in seconds: timers take little more.</summary>
    private const int LongestTimeout = 30 * 24 * 60 * 60;

    /// <summary>For HTTP ("TimeoutConfiguration", API reference).</summary>
    private static readonly TimeSpan UsualHttpIdleTimeout = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan UsualTcpIdleTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan UsualRequestTimeout = TimeSpan.FromSeconds(15);

    private volatile Content _content = new("", new ServiceConnectAlias(), []);
    private uint _turn;

    /// <summary>What it carries.</summary>
    internal AliasCounters Counters { get; } = new();

    /// <summary>The name under which Cloud Map has what answers.</summary>
    internal string? DiscoveryName => _content.Settings.DiscoveryName;

    /// <summary><c>http</c>, <c>http2</c> or <c>grpc</c>; null for TCP.</summary>
    internal string? AppProtocol => _content.Settings.AppProtocol;

    /// <summary>How long a connection may be idle; null for any time.</summary>
    internal TimeSpan? IdleTimeout =>
        Timeout(_content.Settings.IdleTimeoutSeconds, AppProtocol is null ? UsualTcpIdleTimeout : UsualHttpIdleTimeout);

    /// <summary>How long a request may take until it is answered to the end; null for any time.</summary>
    internal TimeSpan? RequestTimeout => Timeout(_content.Settings.PerRequestTimeoutSeconds, UsualRequestTimeout);

    /// <summary>The namespace whose tasks may use it, by its ARN.</summary>
    internal string NamespaceArn => _content.NamespaceArn;

    /// <summary>Takes what the server says of it.</summary>
    internal void Update(string namespaceArn, ServiceConnectAlias settings)
    {
        var known = _content.Endpoints.ToDictionary(endpoint => endpoint.Address);
        _content = new Content(
            namespaceArn,
            settings,
            [
                .. (settings.Endpoints ?? [])
                    .Select(AddressOf)
                    .OfType<IPEndPoint>()
                    .Distinct()
                    .Select(address => known.GetValueOrDefault(address) ?? new Endpoint(address)),
            ]
        );
    }

    /// <summary>There is nothing at its address any more.</summary>
    internal void End() => _content = _content with { Endpoints = [] };

    /// <summary>
    /// The next endpoint in turn that was not tried and is not avoided; where all are avoided, any of them.
    /// </summary>
    /// <returns>Null where all have been tried.</returns>
    internal Endpoint? Choose(IReadOnlyCollection<Endpoint> tried)
    {
        var endpoints = _content.Endpoints;
        if (endpoints.Length == 0)
            return null;
        var turn = Interlocked.Increment(ref _turn);
        Endpoint? avoided = null;
        for (var step = 0u; step < endpoints.Length; step++)
        {
            var endpoint = endpoints[(turn + step) % (uint)endpoints.Length];
            if (tried.Contains(endpoint))
                continue;
            if (!outliers.IsOutlier(endpoint))
                return endpoint;
            avoided ??= endpoint;
        }

        return avoided;
    }

    /// <summary>An endpoint has answered as it should.</summary>
    internal void Succeeded(Endpoint endpoint) => outliers.Succeeded(endpoint);

    /// <summary>An endpoint could not be reached, or says itself that it fails.</summary>
    internal void Failed(Endpoint endpoint) => outliers.Failed(endpoint, _content.Endpoints);

    private static TimeSpan? Timeout(int? seconds, TimeSpan usual) =>
        seconds switch
        {
            null => usual,
            0 => null,
            { } given => TimeSpan.FromSeconds(Math.Min(given, LongestTimeout)),
        };

    private static IPEndPoint? AddressOf(ServiceConnectEndpoint endpoint) =>
        IPAddress.TryParse(endpoint.Address, out var address) && endpoint.Port is > 0 and <= IPEndPoint.MaxPort
            ? new IPEndPoint(address, endpoint.Port.Value)
            : null;

    private sealed record Content(string NamespaceArn, ServiceConnectAlias Settings, Endpoint[] Endpoints);
}
