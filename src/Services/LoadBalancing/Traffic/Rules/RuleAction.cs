using System.Text;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Traffic.Rules;

/// <summary>What becomes of a request ("Action types for listener rules").</summary>
public abstract record RuleAction;

/// <summary>It goes to a target of one of the groups.</summary>
/// <param name="Groups">The groups by their weights.</param>
/// <param name="Stickiness">How long a client keeps its group; null lets the weights decide each time.</param>
public sealed record ForwardAction(IReadOnlyList<WeightedTargetGroup> Groups, TimeSpan? Stickiness = null) : RuleAction;

/// <summary>A group, and how many of all requests are its.</summary>
/// <param name="Group">The group.</param>
/// <param name="Weight">From 0 to 999, beside those of the other groups.</param>
public sealed record WeightedTargetGroup(TargetGroupConfiguration Group, int Weight = 1);

/// <summary>The load balancer answers itself.</summary>
/// <param name="StatusCode">The status, from 200 to 599.</param>
/// <param name="ContentType">What the body is; null for <c>text/plain</c>.</param>
/// <param name="MessageBody">The body; null for none.</param>
public sealed record FixedResponseAction(int StatusCode, string? ContentType = null, string? MessageBody = null)
    : RuleAction;

/// <summary>The client is sent elsewhere. In each part stand the names of the request's own parts:
/// <c>#{protocol}</c>, <c>#{host}</c>, <c>#{port}</c>, <c>#{path}</c> (without its first slash) and
/// <c>#{query}</c>.</summary>
public sealed record RedirectAction : RuleAction
{
    /// <summary>301 or 302.</summary>
    public required int StatusCode { get; init; }

    /// <summary><c>HTTP</c> or <c>HTTPS</c>.</summary>
    public string Protocol { get; init; } = "#{protocol}";

    /// <summary>The host.</summary>
    public string Host { get; init; } = "#{host}";

    /// <summary>The port.</summary>
    public string Port { get; init; } = "#{port}";

    /// <summary>The path with its leading slash.</summary>
    public string Path { get; init; } = "/#{path}";

    /// <summary>The query without the question mark.</summary>
    public string Query { get; init; } = "#{query}";

    /// <summary>Where a client is sent.</summary>
    /// <param name="request">Its request.</param>
    /// <param name="secure">Whether it came by HTTPS.</param>
    /// <param name="port">The listener's port.</param>
    public string Location(RoutedRequest request, bool secure, int port)
    {
        ArgumentNullException.ThrowIfNull(request);
        var names = new Dictionary<string, string>
        {
            ["#{protocol}"] = secure ? "https" : "http",
            ["#{host}"] = request.Host,
            ["#{port}"] = $"{port}",
            ["#{path}"] = request.Path[1..],
            ["#{query}"] = request.Query,
        };
        var query = Fill(Query, names);
        return $"{Fill(Protocol, names).ToLowerInvariant()}://{Fill(Host, names)}:{Fill(Port, names)}"
            + Fill(Path, names)
            + (query.Length > 0 ? "?" + query : "");
    }

    // In one pass: what a client wrote is never looked through for names.
    private static string Fill(string template, Dictionary<string, string> names)
    {
        var filled = new StringBuilder();
        for (var index = 0; index < template.Length; )
        {
            var end = template[index] == '#' ? template.IndexOf('}', index) : -1;
            if (end > 0 && names.TryGetValue(template[index..(end + 1)], out var value))
            {
                filled.Append(value);
                index = end + 1;
            }
            else
                filled.Append(template[index++]);
        }
        return filled.ToString();
    }
}
