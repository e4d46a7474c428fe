using System.Net;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>What a client's cookies say of the group and the target that it had, and the cookies that tell it which it
/// has now ("Sticky sessions for your Application Load Balancer").</summary>
internal sealed class Stickiness(StickinessCookies cookies, TimeProvider time)
{
    /// <summary>The group that a client keeps; null where it has none.</summary>
    public TargetGroupConfiguration? GroupOf(HttpContext http, ListenerConfiguration listener, ForwardAction forward)
    {
        if (forward.Stickiness is not { } duration)
            return null;
        var arn = Read(http, StickinessCookies.Group, listener.LoadBalancerArn, duration)
            ?? Read(http, StickinessCookies.GroupAcrossSites, listener.LoadBalancerArn, duration);
        return forward.Groups.FirstOrDefault(weighted => weighted.Group.Arn == arn)?.Group;
    }

    /// <summary>The target that a client keeps; null where it has none, or not any more.</summary>
    public TargetConfiguration? TargetOf(HttpContext http, TargetGroupConfiguration group)
    {
        if (group.Stickiness is not { } stickiness)
            return null;
        string? kept;
        if (stickiness.ApplicationCookie is { } own)
            kept = http.Request.Cookies.ContainsKey(own)
                ? Read(http, StickinessCookies.Application, group.Arn, stickiness.Duration)
                : null;
        else
            kept = Read(http, StickinessCookies.Target, group.Arn, stickiness.Duration)
                ?? Read(http, StickinessCookies.TargetAcrossSites, group.Arn, stickiness.Duration);
        return kept is null || !IPEndPoint.TryParse(kept, out var endPoint)
            ? null
            : group.Targets.FirstOrDefault(target =>
                target.EndPoint.Equals(endPoint) && TargetSelection.MayKeep(target.State)
            );
    }

    /// <summary>Adds the cookies to a target's response.</summary>
    public void Write(
        HttpContext http,
        ListenerConfiguration listener,
        ForwardAction forward,
        TargetGroupConfiguration group,
        TargetConfiguration target
    )
    {
        var secure = listener.Certificates is not null;
        if (forward.Stickiness is not null)
        {
            var value = cookies.Write(listener.LoadBalancerArn, group.Arn, time.GetUtcNow());
            Add(http, StickinessCookies.Group, value, secure);
            Add(http, StickinessCookies.GroupAcrossSites, value, secure);
        }
        if (group.Stickiness is not { } stickiness)
            return;
        if (stickiness.ApplicationCookie is { } own)
        {
            // The application's own cookie begins it, with whatever value.
            if (!http.Response.Headers.SetCookie.Any(set => set!.StartsWith(own + "=", StringComparison.Ordinal)))
                return;
            var value = cookies.Write(group.Arn, $"{target.EndPoint}", time.GetUtcNow());
            Add(http, StickinessCookies.Application, value, secure);
        }
        else
        {
            var value = cookies.Write(group.Arn, $"{target.EndPoint}", time.GetUtcNow());
            Add(http, StickinessCookies.Target, value, secure);
            Add(http, StickinessCookies.TargetAcrossSites, value, secure);
        }
    }

    private string? Read(HttpContext http, string name, string purpose, TimeSpan duration) =>
        http.Request.Cookies.TryGetValue(name, out var value)
            ? cookies.Read(purpose, value, duration, time.GetUtcNow())
            : null;

    private void Add(HttpContext http, string name, string value, bool secure) =>
        http.Response.Headers.Append(
            HeaderNames.SetCookie,
            StickinessCookies.Header(name, value, time.GetUtcNow(), secure)
        );
}
