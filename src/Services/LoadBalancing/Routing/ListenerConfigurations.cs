using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Estiba.Contracts.ElbV2;
using Estiba.Listeners;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.Certificates;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;
using Condition = Estiba.LoadBalancing.Traffic.Rules.RuleCondition;

namespace Estiba.LoadBalancing.Routing;

/// <summary>What the traffic of application load balancers needs to know of the records.</summary>
internal static class ListenerConfigurations
{
    /// <summary>The listeners of all load balancers that have addresses.</summary>
    /// <param name="view">The state.</param>
    /// <param name="certificates">The certificates of listeners that speak TLS, by ARN; one without any is left
    /// out.</param>
    internal static IReadOnlyList<ListenerConfiguration> Of(
        View view,
        IReadOnlyDictionary<string, ServerCertificate> certificates
    ) =>
        [
            .. view.Range(LoadBalancingTables.LoadBalancers)
                .Where(IsCarried)
                .SelectMany(balancer =>
                    ListenerNames
                        .Of(view, balancer)
                        .Where(listener => !listener.IsSecure || listener.Certificates.Any(certificates.ContainsKey))
                        .Select(listener => Of(view, balancer, listener, certificates))
                ),
        ];

    /// <summary>The listeners that speak TLS.</summary>
    internal static IEnumerable<ListenerRecord> Secure(View view) =>
        view.Range(LoadBalancingTables.LoadBalancers)
            .Where(balancer => balancer is { DeletedAt: null, Interfaces.Count: > 0 })
            .SelectMany(balancer => ListenerNames.Of(view, balancer))
            .Where(listener => listener.IsSecure);

    private static bool IsCarried(LoadBalancerRecord balancer) =>
        balancer is { DeletedAt: null, Type: LoadBalancerTypeEnum.Application, Interfaces.Count: > 0 };

    private static ListenerConfiguration Of(
        View view,
        LoadBalancerRecord balancer,
        ListenerRecord listener,
        IReadOnlyDictionary<string, ServerCertificate> certificates
    ) =>
        new()
        {
            Arn = listener.Arn,
            LoadBalancerArn = balancer.Arn,
            Addresses = [.. AddressesOf(balancer)],
            Port = listener.Port,
            Certificates = listener.IsSecure ? Chooser(listener, certificates) : null,
            CertificateArns = listener.IsSecure ? ArnChooser(listener, certificates) : null,
            ClientAuthentication = TrustStoreNames.AuthenticationOf(view, listener),
            TlsVersions = TlsVersionsOf(listener),
            Rules = [.. RuleNames.Of(view, listener.Key).Select(rule => Of(view, balancer, rule))],
            TlsHeaders = listener.IsSecure ? TlsHeadersOf(balancer, listener) : null,
            ResponseHeaders = ResponseHeadersOf(listener),
            Attributes = AttributesOf(balancer),
        };

    /// <summary>The addresses of a load balancer, each in its zone.</summary>
    internal static IEnumerable<ZonalAddress> AddressesOf(LoadBalancerRecord balancer) =>
        balancer.Interfaces.Select(its => new ZonalAddress(IPAddress.Parse(its.Address), balancer.ZoneOf(its)));

    private static TlsHeaders? TlsHeadersOf(LoadBalancerRecord balancer, ListenerRecord listener)
    {
        var set = ListenerAttributeSets.Of(listener.Protocol);
        return
            LoadBalancerAttributeSets
                .Of(balancer.Type)
                .ValueOf(balancer.Attributes, LoadBalancerAttributeSets.TlsHeaders) == "true"
            ? new TlsHeaders(
                set.ValueOf(listener.Attributes, ListenerAttributeSets.TlsVersionHeader),
                set.ValueOf(listener.Attributes, ListenerAttributeSets.TlsCipherSuiteHeader)
            )
            : null;
    }

    private static ResponseHeaders ResponseHeadersOf(ListenerRecord listener)
    {
        var values = ListenerAttributeSets
            .Of(listener.Protocol)
            .All(listener.Attributes)
            .Select(each => (Name: ListenerAttributeSets.ResponseHeaderOf(each.Key), each.Value))
            .Where(each => each is { Name: not null, Value.Length: > 0 })
            .Select(each => KeyValuePair.Create(each.Name!, each.Value))
            .ToList();
        var showsServer =
            ListenerAttributeSets.Of(listener.Protocol).ValueOf(listener.Attributes, ListenerAttributeSets.ServerHeader)
            == "true";
        return values.Count == 0 && showsServer ? ResponseHeaders.Unchanged : new ResponseHeaders(values, showsServer);
    }

    /// <summary>The first certificate for the name that a client asks for, else the listener's default.</summary>
    internal static Func<string?, ServerCertificate?> Chooser(
        ListenerRecord listener,
        IReadOnlyDictionary<string, ServerCertificate> certificates
    )
    {
        var choose = ArnChooser(listener, certificates);
        return name => choose(name) is { } arn ? certificates[arn] : null;
    }

    private static Func<string?, string?> ArnChooser(
        ListenerRecord listener,
        IReadOnlyDictionary<string, ServerCertificate> certificates
    )
    {
        var its = listener.Certificates.Where(certificates.ContainsKey).ToList();
        return name =>
            (name is null ? null : its.Find(arn => certificates[arn].Certificate.MatchesHostname(name)))
            ?? its.FirstOrDefault();
    }

    // Of the versions before 1.2, which the policies of 2016 still have, none is spoken here.
    internal static SslProtocols TlsVersionsOf(ListenerRecord listener)
    {
        var policy = SslPolicies.Find(listener.SslPolicy ?? SslPolicies.Default);
        var versions = SslProtocols.None;
        if (policy?.SslProtocols?.Contains("TLSv1.2") == true)
            versions |= SslProtocols.Tls12;
        if (policy?.SslProtocols?.Contains("TLSv1.3") == true)
            versions |= SslProtocols.Tls13;
        return versions;
    }

    private static LoadBalancerAttributes AttributesOf(LoadBalancerRecord balancer)
    {
        var set = LoadBalancerAttributeSets.Of(balancer.Type);
        string Value(string key) => set.ValueOf(balancer.Attributes, key);
        bool Flag(string key) => Value(key) == "true";
        TimeSpan Seconds(string key) => TimeSpan.FromSeconds(int.Parse(Value(key), CultureInfo.InvariantCulture));
        return new LoadBalancerAttributes
        {
            IdleTimeout = Seconds("idle_timeout.timeout_seconds"),
            ClientKeepAlive = Seconds("client_keep_alive.seconds"),
            Http2 = Flag("routing.http2.enabled"),
            DropInvalidHeaderFields = Flag("routing.http.drop_invalid_header_fields.enabled"),
            PreserveHostHeader = Flag("routing.http.preserve_host_header.enabled"),
            ForwardClientPort = Flag("routing.http.xff_client_port.enabled"),
            ForwardedFor = Enum.Parse<ForwardedForMode>(
                Value("routing.http.xff_header_processing.mode"),
                ignoreCase: true
            ),
            DesyncMitigation = Enum.Parse<DesyncMitigationMode>(
                Value("routing.http.desync_mitigation_mode"),
                ignoreCase: true
            ),
        };
    }

    private static RuleConfiguration Of(View view, LoadBalancerRecord balancer, RuleRecord rule)
    {
        RuleRewrite? Rewrite(IEnumerable<RewriteConfig>? rewrites) =>
            rewrites?.FirstOrDefault() is { } rewrite ? new RuleRewrite(rewrite.Regex!, rewrite.Replace!) : null;
        return new RuleConfiguration
        {
            Priority = rule.Priority ?? 0,
            Conditions = [.. rule.Conditions.Select(Of)],
            Action = Of(view, balancer, rule.Actions[^1]),
            HostHeaderRewrite = Rewrite(
                rule.Transforms.SelectMany(transform => transform.HostHeaderRewriteConfig?.Rewrites ?? [])
            ),
            UrlRewrite = Rewrite(rule.Transforms.SelectMany(transform => transform.UrlRewriteConfig?.Rewrites ?? [])),
        };
    }

    private static Condition Of(Contracts.ElbV2.RuleCondition condition) =>
        condition.Field switch
        {
            "host-header" => new HostHeaderCondition(
                condition.HostHeaderConfig?.Values ?? [],
                condition.HostHeaderConfig?.RegexValues
            ),
            "path-pattern" => new PathPatternCondition(
                condition.PathPatternConfig?.Values ?? [],
                condition.PathPatternConfig?.RegexValues
            ),
            "http-header" => new HttpHeaderCondition(
                condition.HttpHeaderConfig!.HttpHeaderName!,
                condition.HttpHeaderConfig.Values ?? [],
                condition.HttpHeaderConfig.RegexValues
            ),
            "http-request-method" => new HttpRequestMethodCondition(condition.HttpRequestMethodConfig!.Values!),
            "query-string" => new QueryStringCondition(
                condition.QueryStringConfig!.Values!.Select(pair => (pair.Key, pair.Value!))
            ),
            _ => new SourceIpCondition(condition.SourceIpConfig!.Values!.Select(IPNetwork.Parse)),
        };

    private static RuleAction Of(View view, LoadBalancerRecord balancer, ElbV2Action action) =>
        action switch
        {
            { RedirectConfig: { } redirect } => new RedirectAction
            {
                StatusCode = redirect.StatusCode == RedirectActionStatusCodeEnum.Http301 ? 301 : 302,
                Protocol = redirect.Protocol!,
                Host = redirect.Host!,
                Port = redirect.Port!,
                Path = redirect.Path!,
                Query = redirect.Query!,
            },
            { FixedResponseConfig: { } fixedResponse } => new FixedResponseAction(
                int.Parse(fixedResponse.StatusCode!, CultureInfo.InvariantCulture),
                fixedResponse.ContentType,
                fixedResponse.MessageBody
            ),
            _ => Forward(view, balancer, action.ForwardConfig!),
        };

    private static ForwardAction Forward(View view, LoadBalancerRecord balancer, ForwardActionConfig forward) =>
        new(
            [
                .. forward.TargetGroups!.SelectMany(tuple =>
                    TargetGroupNames.Find(view, balancer.Scope, tuple.TargetGroupArn!) is { } group
                        ? new[] { new WeightedTargetGroup(Of(view, balancer, group), tuple.Weight ?? 1) }
                        : []
                ),
            ],
            forward.TargetGroupStickinessConfig is { Enabled: true, DurationSeconds: { } seconds }
                ? TimeSpan.FromSeconds(seconds)
                : null
        );

    private static TargetGroupConfiguration Of(View view, LoadBalancerRecord balancer, TargetGroupRecord group)
    {
        var settings = new TargetGroupSettings(group);
        return new TargetGroupConfiguration
        {
            Arn = group.Arn,
            Secure = group.Protocol == ProtocolEnum.Https,
            ProtocolVersion = Enum.Parse<TargetProtocolVersion>(group.ProtocolVersion ?? "HTTP1", ignoreCase: true),
            Algorithm = settings[TargetGroupAttributeSets.Algorithm] switch
            {
                "least_outstanding_requests" => TargetAlgorithm.LeastOutstandingRequests,
                "weighted_random" => TargetAlgorithm.WeightedRandom,
                _ => TargetAlgorithm.RoundRobin,
            },
            MitigatesAnomalies = settings[TargetGroupAttributeSets.AnomalyMitigation] == "on",
            SlowStart = settings.Seconds(TargetGroupAttributeSets.SlowStart),
            CrossZone = settings.IsCrossZoneFor(balancer),
            Threshold = settings.RoutingThreshold,
            Stickiness =
                !settings.Flag(TargetGroupAttributeSets.StickinessEnabled) ? null
                : settings[TargetGroupAttributeSets.StickinessType] == "app_cookie"
                    ? new TargetStickiness(
                        settings.Seconds(TargetGroupAttributeSets.CookieDuration),
                        settings[TargetGroupAttributeSets.CookieName]
                    )
                : new TargetStickiness(settings.Seconds(TargetGroupAttributeSets.OwnCookieDuration)),
            Targets =
            [
                .. TargetNames
                    .Of(view, group.Key)
                    .Where(target => target.Address is not null)
                    .Select(target => new TargetConfiguration(
                        IPAddress.Parse(target.Address!),
                        target.Port,
                        Enum.Parse<TargetState>(target.Health.State, ignoreCase: true),
                        target.HealthySince,
                        target.Zone
                    )),
            ],
        };
    }
}
