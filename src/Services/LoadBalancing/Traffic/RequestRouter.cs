using System.Net;
using Estiba.Listeners.Connections;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.LoadBalancing.Traffic.Forwarding;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Plain;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>Answers the requests of listeners: by a rule's action, or as AWS says that it cannot.</summary>
internal sealed partial class RequestRouter(
    IHttpForwarder forwarder,
    Stickiness stickiness,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    /// <summary>Answers a request by the routes that hold now.</summary>
    /// <param name="http">The request.</param>
    /// <param name="current">Tells the routes; they may be others at the next call.</param>
    public Task AnswerAsync(HttpContext http, Func<ListenerRoutes> current)
    {
        var routes = current();
        return routes.Log.IsOn ? AnswerAndNoteAsync(http, routes, current) : AnswerAsync(http, routes, current);
    }

    private async Task AnswerAndNoteAsync(HttpContext http, ListenerRoutes routes, Func<ListenerRoutes> current)
    {
        var entry = AccessLogEntry.Begin(http, routes.Listener, time);
        try
        {
            await AnswerAsync(http, routes, current);
        }
        finally
        {
            entry.End(http);
            routes.Log.Add(entry);
        }
    }

    private async Task AnswerAsync(HttpContext http, ListenerRoutes routes, Func<ListenerRoutes> current)
    {
        var attempt = http.Features.Get<ServedBefore>()?.TakeAttempt();
        if (attempt is null)
            routes.Counters.CountRequest();
        routes.Listener.ResponseHeaders.ApplyTo(http.Response);
        EndOldConnection(http, routes.Listener.Attributes);
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var mode = routes.Listener.Attributes.DesyncMitigation;
        if (RequestChecks.Refusal(http.Request.Method, target, http.Request.Headers, mode) is { } refusal)
        {
            await RefuseAsync(http, routes, refusal);
            return;
        }
        if (RoutedRequest.Split(target) is not { } parts)
        {
            await RefuseAsync(http, routes, StatusCodes.Status400BadRequest);
            return;
        }
        if (
            mode == DesyncMitigationMode.Defensive
            && RequestChecks.IsAmbiguous(http.Request.Method, http.Request.Headers)
        )
            CloseAfterwards(http);

        var request = new RoutedRequest(
            http.Request.Method,
            RoutedRequest.HostOf(http.Request.Headers.Host.ToString()),
            parts.Path,
            parts.Query,
            http.Request.Headers,
            http.Connection.RemoteIpAddress ?? IPAddress.None
        );
        if (attempt is not null && await TryGoOnAsync(http, request, attempt))
            return;
        while (!await TryAnswerAsync(http, routes, request))
        {
            var next = current();
            if (next == routes)
            {
                // The listener is being closed, and this connection with it.
                CloseAfterwards(http);
                await RefuseAsync(http, routes, StatusCodes.Status503ServiceUnavailable);
                return;
            }
            routes = next;
        }
    }

    /// <summary>Goes on with a request that an event loop has sent to a target without getting an answer.</summary>
    /// <returns>False where the target group is gone since.</returns>
    private async Task<bool> TryGoOnAsync(HttpContext http, RoutedRequest request, FailedAttempt attempt)
    {
        var traffic = attempt.Routes.TrafficOf(attempt.Group);
        if (!traffic.TryUse())
            return false;
        try
        {
            var rewritten = Rewritten(attempt.Routes.Listener, attempt.Rule, request, http)!.Value;
            var forward = (ForwardAction)attempt.Rule.Action;
            await ForwardAsync(http, attempt.Routes, rewritten, forward, attempt.Group, traffic, attempt);
        }
        finally
        {
            traffic.EndUse();
        }
        return true;
    }

    /// <returns>False where the routes hold no more: their target group is gone.</returns>
    private async Task<bool> TryAnswerAsync(HttpContext http, ListenerRoutes routes, RoutedRequest request)
    {
        var found = RuleConfiguration.Find(routes.Listener.Rules, request);
        var entry = EntryOf(http, routes);
        if (entry is not null)
            entry.Rule = found;
        switch (found)
        {
            case { Action: FixedResponseAction answer }:
                routes.Counters.CountFixedResponse();
                await Answers.FixedAsync(http, answer);
                return true;
            case { Action: RedirectAction redirect }:
                routes.Counters.CountRedirect();
                var location = redirect.Location(
                    request,
                    routes.Listener.Certificates is not null,
                    routes.Listener.Port
                );
                if (entry is not null)
                    entry.RedirectUrl = location;
                await Answers.RedirectAsync(http, redirect.StatusCode, location);
                return true;
            case { Action: ForwardAction forward } rule:
                return await TryForwardAsync(http, routes, request, rule, forward);
            default:
                await RefuseAsync(http, routes, StatusCodes.Status503ServiceUnavailable);
                return true;
        }
    }

    private async Task<bool> TryForwardAsync(
        HttpContext http,
        ListenerRoutes routes,
        RoutedRequest request,
        RuleConfiguration rule,
        ForwardAction forward
    )
    {
        var group = stickiness.GroupOf(http, routes.Listener, forward)
            ?? TargetSelection.ChooseByWeight(forward.Groups, weighted => weighted.Weight, random.NextDouble())?.Group;
        if (group is null)
        {
            await RefuseAsync(http, routes, StatusCodes.Status503ServiceUnavailable);
            return true;
        }
        if (!Speaks(http.Request, group.ProtocolVersion))
        {
            await RefuseAsync(http, routes, Answers.IncompatibleProtocol);
            return true;
        }
        if (EntryOf(http, routes) is { } entry)
            entry.TargetGroup = group.Arn;
        var traffic = routes.TrafficOf(group);
        if (!traffic.TryUse())
            return false;
        try
        {
            if (Rewritten(routes.Listener, rule, request, http) is { } rewritten)
                await ForwardAsync(http, routes, rewritten, forward, group, traffic);
            else
                await RefuseAsync(http, routes, StatusCodes.Status500InternalServerError);
        }
        finally
        {
            traffic.EndUse();
        }
        return true;
    }

    private async Task ForwardAsync(
        HttpContext http,
        ListenerRoutes routes,
        (string Host, string Url) rewritten,
        ForwardAction forward,
        TargetGroupConfiguration group,
        TargetGroupTraffic traffic,
        FailedAttempt? attempt = null
    )
    {
        if (
            http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
            && http.Features.Get<ConnectionTicket>()?.TryBecomeSocket() == false
        )
        {
            await RefuseAsync(http, routes, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        var listener = routes.Listener;
        var isPlain = Http1Forwarder.Carries(http, rewritten.Url, group);
        var client = new IPEndPoint(http.Connection.RemoteIpAddress ?? IPAddress.None, http.Connection.RemotePort);
        var trace = TraceId.Next(
            http.Request.Headers.TryGetValue(TraceId.Header, out var traced) ? traced.ToString() : null,
            TraceId.New(time.GetUtcNow(), random)
        );
        var entry = EntryOf(http, routes);
        entry?.Forward(trace, rewritten.Host, rewritten.Url);
        var turn = attempt?.Turn ?? traffic.NextTurn();
        var candidates = routes.CandidatesOf(group);
        var target = attempt?.Target ?? stickiness.TargetOf(http, group) ?? Choose(group, traffic, candidates, turn);
        while (target is not null)
        {
            var chosen = target;
            var endPoint = chosen.EndPoint;
            entry?.SendTo(endPoint);
            var forwarded = new ForwardedRequest
            {
                Listener = listener,
                Target = endPoint,
                Secure = group.Secure,
                Url = rewritten.Url,
                Host = rewritten.Host,
                Client = client,
                TraceId = trace,
                ConnectLimit =
                    candidates.Count > 1 && IsIdempotent(http.Request.Method)
                        ? TargetGroupTraffic.PassOverTimeout
                        : TargetGroupTraffic.ConnectTimeout,
                Counters = traffic.Counters,
                Entry = entry,
                AddCookies = answered => stickiness.Write(answered, listener, forward, group, chosen),
            };
            var result = attempt?.Result ?? await SendAsync(http, forwarded, group, traffic, isPlain);
            attempt = null;
            var (error, exception) = result;
            if (error == ForwarderError.None)
                return;
            Log.Failed(logger, listener.LoadBalancerArn, endPoint, error, exception?.Message);
            var isUnreachable = result.IsUnreachable;
            if (isUnreachable)
                traffic.Counters.CountConnectionError();
            candidates = [.. candidates.Where(candidate => candidate != chosen)];
            target = MayRepeat(http.Request, error, isUnreachable) ? Choose(group, traffic, candidates, turn) : null;
            if (target is null)
            {
                await EndAsync(
                    http,
                    routes,
                    exception?.InnerException is TimeoutException ? ForwarderError.RequestTimedOut : error
                );
                return;
            }
            // The forwarder has set the status of its failure.
            http.Response.Clear();
        }
        await RefuseAsync(http, routes, StatusCodes.Status503ServiceUnavailable);
    }

    private async ValueTask<ForwardingResult> SendAsync(
        HttpContext http,
        ForwardedRequest forwarded,
        TargetGroupConfiguration group,
        TargetGroupTraffic traffic,
        bool isPlain
    )
    {
        traffic.Counters.CountRequest();
        var requests = traffic.Begin(forwarded.Target);
        var result = new ForwardingResult(ForwarderError.RequestCanceled, Exception: null);
        try
        {
            result = isPlain
                ? await Http1Forwarder.SendAsync(http, forwarded, traffic.ConnectionsTo(forwarded.Target))
                : await SendAsync(http, forwarded, group, traffic);
        }
        finally
        {
            requests.End(IsErrorOfTarget(result.Error, http.Response.StatusCode));
        }
        return result;
    }

    private async ValueTask<ForwardingResult> SendAsync(
        HttpContext http,
        ForwardedRequest forwarded,
        TargetGroupConfiguration group,
        TargetGroupTraffic traffic
    )
    {
        var version =
            group.ProtocolVersion == TargetProtocolVersion.Http1 ? HttpVersion.Version11 : HttpVersion.Version20;
        var settings = new ForwarderRequestConfig
        {
            ActivityTimeout = forwarded.Listener.Attributes.IdleTimeout,
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var error = await forwarder.SendAsync(http, forwarded.Destination, traffic.Invoker, settings, forwarded);
        return error == ForwarderError.None
            ? ForwardingResult.Done
            : new ForwardingResult(error, http.Features.Get<IForwarderErrorFeature>()?.Exception);
    }

    /// <summary>Chooses one of the targets; null where there is none.</summary>
    internal TargetConfiguration? Choose(
        TargetGroupConfiguration group,
        TargetGroupTraffic traffic,
        IReadOnlyList<TargetConfiguration> candidates,
        uint turn
    )
    {
        if (candidates.Count == 0)
            return null;
        if (group.Algorithm == TargetAlgorithm.RoundRobin && group.SlowStart <= TimeSpan.Zero)
            return TargetSelection.InTurn(candidates, turn);
        return TargetSelection.Choose(
            candidates,
            group.Algorithm,
            turn,
            random.NextDouble(),
            target => traffic.OutstandingOf(target.EndPoint),
            target => traffic.ShareOf(group, target)
        );
    }

    /// <summary>What a target is told of host and URL; null where a rewrite makes none of it.</summary>
    private static (string Host, string Url)? Rewritten(
        ListenerConfiguration listener,
        RuleConfiguration rule,
        RoutedRequest request,
        HttpContext http
    )
    {
        var host = ForwardedHeaders.Host(
            http.Request.Headers.Host.ToString(),
            request.Host,
            listener.Port,
            listener.Attributes.PreserveHostHeader
        );
        if (rule.HostHeaderRewrite is { } hostRewrite && hostRewrite.Apply(request.Host) is var other)
        {
            if (Uri.CheckHostName(other) == UriHostNameType.Unknown)
                return null;
            if (other != request.Host)
                host = other;
        }
        var url = request.Query.Length > 0 ? $"{request.Path}?{request.Query}" : request.Path;
        if (rule.UrlRewrite is { } urlRewrite)
            url = urlRewrite.Apply(url);
        return url.StartsWith('/') && !url.AsSpan().ContainsAnyInRange('\0', ' ') ? (host, url) : null;
    }

    /// <summary>Whether a group's targets understand a request ("HTTP 464").</summary>
    private static bool Speaks(HttpRequest request, TargetProtocolVersion version) =>
        version switch
        {
            TargetProtocolVersion.Http1 => request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal)
                != true,
            TargetProtocolVersion.Http2 => HttpProtocol.IsHttp2(request.Protocol),
            _ => HttpProtocol.IsHttp2(request.Protocol) && HttpMethods.IsPost(request.Method),
        };

    /// <summary>Whether a request that failed may go to another target: it reached none, or only reads, has no body,
    /// and its target was gone before the client got anything of its answer. (AWS's load balancers answer 502 in the
    /// latter case.)</summary>
    private static bool MayRepeat(HttpRequest request, ForwarderError error, bool isUnreachable) =>
        isUnreachable
            ? IsIdempotent(request.Method)
            : error is ForwarderError.Request or ForwarderError.ResponseBodyDestination
                && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
                && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true
                && !request.HttpContext.Response.HasStarted;

    /// <summary>Whether the target is to blame.</summary>
    internal static bool IsErrorOfTarget(ForwarderError error, int status) =>
        error switch
        {
            ForwarderError.None => status >= StatusCodes.Status500InternalServerError,
            ForwarderError.Request
            or ForwarderError.RequestTimedOut
            or ForwarderError.RequestBodyDestination
            or ForwarderError.ResponseHeaders
            or ForwarderError.ResponseBodyDestination => true,
            _ => false,
        };

    /// <summary>Whether to send a request twice is as good as once.</summary>
    internal static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method)
        || HttpMethods.IsHead(method)
        || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method)
        || HttpMethods.IsDelete(method);

    /// <summary>What is told of a request; null where nobody is to hear of it.</summary>
    private static AccessLogEntry? EntryOf(HttpContext http, ListenerRoutes routes) =>
        routes.Log.IsOn ? http.Features.Get<AccessLogEntry>() : null;

    private static async Task RefuseAsync(HttpContext http, ListenerRoutes routes, int status)
    {
        routes.Counters.CountError(status);
        await Answers.StatusAsync(http, status);
    }

    /// <summary>Ends a request that did not come back whole from a target.</summary>
    private static async Task EndAsync(HttpContext http, ListenerRoutes routes, ForwarderError error)
    {
        // Both ends of a web socket close it as they like.
        if (
            error
            is ForwarderError.UpgradeRequestCanceled
                or ForwarderError.UpgradeRequestClient
                or ForwarderError.UpgradeRequestDestination
                or ForwarderError.UpgradeResponseCanceled
                or ForwarderError.UpgradeResponseClient
                or ForwarderError.UpgradeResponseDestination
                or ForwarderError.UpgradeActivityTimeout
        )
        {
            http.Abort();
            return;
        }
        var status = StatusOf(error, http.RequestAborted.IsCancellationRequested);
        if (status == Answers.ClientClosed)
        {
            routes.Counters.CountError(status);
            if (EntryOf(http, routes) is { } entry)
                entry.Status = status;
            http.Abort();
            return;
        }
        if (http.Response.HasStarted)
        {
            routes.Counters.CountError(status);
            http.Abort();
            return;
        }
        http.Response.Clear();
        // Where the next request begins in a body that nobody read to its end, nobody knows.
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            CloseAfterwards(http);
        await RefuseAsync(http, routes, status);
    }

    /// <summary>How a request that did not come back whole is counted, and answered if somebody still
    /// listens.</summary>
    internal static int StatusOf(ForwarderError error, bool hasClientLeft) =>
        error switch
        {
            ForwarderError.RequestCanceled
            or ForwarderError.RequestBodyCanceled
            or ForwarderError.ResponseBodyCanceled
            or ForwarderError.ResponseBodyClient => Answers.ClientClosed,
            ForwarderError.RequestBodyClient when hasClientLeft => Answers.ClientClosed,
            ForwarderError.RequestBodyClient => StatusCodes.Status400BadRequest,
            ForwarderError.RequestTimedOut => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status502BadGateway,
        };

    private void EndOldConnection(HttpContext http, LoadBalancerAttributes attributes)
    {
        if (http.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
            return;
        if (!items.TryGetValue(typeof(RequestRouter), out var began))
            items[typeof(RequestRouter)] = time.GetTimestamp();
        else if (time.GetElapsedTime((long)began!) >= attributes.ClientKeepAlive)
            CloseAfterwards(http);
    }

    private static void CloseAfterwards(HttpContext http)
    {
        if (HttpProtocol.IsHttp11(http.Request.Protocol) || HttpProtocol.IsHttp10(http.Request.Protocol))
            http.Response.OnStarting(
                static state =>
                {
                    var response = (HttpResponse)state;
                    if (response.StatusCode != StatusCodes.Status101SwitchingProtocols)
                        response.Headers.Connection = "close";
                    return Task.CompletedTask;
                },
                http.Response
            );
        http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Debug,
            "{LoadBalancer}: target {Target} did not answer a request as it should ({Error}): {Reason}"
        )]
        public static partial void Failed(
            ILogger logger,
            string loadBalancer,
            IPEndPoint target,
            ForwarderError error,
            string? reason
        );
    }
}
