using System.Net.Mime;
using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.Limits;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Rules;

/// <summary>
/// Checks what a rule is to do, and fills in what AWS does ("Listener rules for your Application Load Balancer").
/// </summary>
internal static class RuleActions
{
    private const int MostWeight = 999;
    private const int LongestStickiness = 604_800;
    private const string SamePort = "#{port}";

    private static readonly string[] ContentTypes =
    [
        MediaTypeNames.Text.Plain,
        MediaTypeNames.Text.Css,
        MediaTypeNames.Text.Html,
        "application/javascript",
        MediaTypeNames.Application.Json,
    ];

    /// <summary>The actions as they are kept and shown.</summary>
    /// <param name="actions">As asked for.</param>
    /// <param name="isNetwork">Whether they are of a Network Load Balancer, which only forwards.</param>
    internal static IReadOnlyList<ElbV2Action> Read(IReadOnlyList<ElbV2Action> actions, bool isNetwork)
    {
        foreach (var action in actions)
            CheckSupported(action, isNetwork);
        if (actions.Count != 1)
            throw InvalidLoadBalancerActionException(
                "You must specify exactly one of the following actions, as the last one: forward, redirect, "
                    + "fixed-response"
            );
        return [.. actions.Select(Read)];
    }

    private static void CheckSupported(ElbV2Action action, bool isNetwork)
    {
        if (
            action.AuthenticateOidcConfig is not null
            || action.AuthenticateCognitoConfig is not null
            || action.JwtValidationConfig is not null
            || action.Type is not (ActionTypeEnum.Forward or ActionTypeEnum.Redirect or ActionTypeEnum.FixedResponse)
        )
            throw InvalidLoadBalancerActionException($"Estiba does not support actions of type '{action.Type}' yet.");
        if (isNetwork && action.Type != ActionTypeEnum.Forward)
            throw InvalidLoadBalancerActionException(
                $"Actions of type '{action.Type}' are not supported on load balancers with type 'network'"
            );
    }

    private static ElbV2Action Read(ElbV2Action action)
    {
        CheckAlone(action);
        return action.Type switch
        {
            ActionTypeEnum.Redirect => action with { RedirectConfig = Redirect(action.RedirectConfig) },
            ActionTypeEnum.FixedResponse => action with { FixedResponseConfig = Answer(action.FixedResponseConfig) },
            _ => Forward(action),
        };
    }

    private static void CheckAlone(ElbV2Action action)
    {
        (string Type, bool Given)[] configurations =
        [
            (ActionTypeEnum.Forward, action.ForwardConfig is not null || action.TargetGroupArn is not null),
            (ActionTypeEnum.Redirect, action.RedirectConfig is not null),
            (ActionTypeEnum.FixedResponse, action.FixedResponseConfig is not null),
        ];
        foreach (var (type, given) in configurations)
        {
            if (given != (type == action.Type))
                throw InvalidLoadBalancerActionException(
                    given
                        ? $"An action of type '{action.Type}' cannot have the configuration of type '{type}'"
                        : $"An action of type '{type}' must have its configuration"
                );
        }
    }

    private static ElbV2Action Forward(ElbV2Action action)
    {
        var groups = action.ForwardConfig?.TargetGroups ?? [];
        if (groups.Count == 0 && action.TargetGroupArn is { } only)
            groups = [new TargetGroupTuple { TargetGroupArn = only }];
        if (groups.Count == 0 || groups.Any(group => group.TargetGroupArn is null))
            throw Invalid("A target group ARN must be specified");
        if (action.TargetGroupArn is { } single && (groups.Count != 1 || groups[0].TargetGroupArn != single))
            throw Invalid("The target group of an action must be the only one of its forward configuration");
        if (groups.Count > AccountLimits.TargetGroupsPerAction)
            throw TooManyTargetGroupsException(
                $"An action can have up to '{AccountLimits.TargetGroupsPerAction}' target groups"
            );
        if (groups.DistinctBy(group => group.TargetGroupArn).Count() < groups.Count)
            throw Invalid("A target group cannot be specified more than once in an action");
        if (groups.Any(group => group.Weight is < 0 or > MostWeight))
            throw Invalid($"The weight of a target group must be between '0' and '{MostWeight}'");
        if (groups.Count > 1 && groups.Any(group => group.Weight is null))
            throw Invalid("A weight must be specified for each of several target groups");
        return action with
        {
            TargetGroupArn = groups.Count == 1 ? groups[0].TargetGroupArn : null,
            ForwardConfig = new ForwardActionConfig
            {
                TargetGroups = [.. groups.Select(group => group with { Weight = group.Weight ?? 1 })],
                TargetGroupStickinessConfig = Stickiness(action.ForwardConfig?.TargetGroupStickinessConfig),
            },
        };
    }

    private static TargetGroupStickinessConfig Stickiness(TargetGroupStickinessConfig? asked)
    {
        if (asked?.DurationSeconds is < 1 or > LongestStickiness)
            throw Invalid($"The duration of target group stickiness must be between '1' and '{LongestStickiness}'");
        if (asked is { Enabled: true, DurationSeconds: null })
            throw Invalid("A duration must be specified when target group stickiness is enabled");
        return new TargetGroupStickinessConfig
        {
            Enabled = asked?.Enabled ?? false,
            DurationSeconds = asked?.DurationSeconds,
        };
    }

    private static RedirectActionConfig Redirect(RedirectActionConfig? asked)
    {
        var whole = new RedirectActionConfig
        {
            Protocol = asked!.Protocol ?? "#{protocol}",
            Port = asked.Port ?? SamePort,
            Host = asked.Host ?? "#{host}",
            Path = asked.Path ?? "/#{path}",
            Query = asked.Query ?? "#{query}",
            StatusCode = asked.StatusCode,
        };
        if (whole.Path[0] != '/')
            throw Invalid($"The path '{whole.Path}' of a redirect must begin with a '/' character");
        if (
            whole.Port != SamePort
            && !(AttributeSpec.TryNumber(whole.Port, out var port) && port is >= 1 and <= ushort.MaxValue)
        )
            throw Invalid($"The port '{whole.Port}' of a redirect must be between '1' and '65535', or '{SamePort}'");
        // Whoever follows it would come to the very same place.
        return (whole.Protocol, whole.Port, whole.Host, whole.Path) == ("#{protocol}", SamePort, "#{host}", "/#{path}")
            ? throw Invalid("The redirect configuration is not valid because it creates a loop.")
            : whole;
    }

    private static FixedResponseActionConfig Answer(FixedResponseActionConfig? asked) =>
        asked!.ContentType is null || ContentTypes.Contains(asked.ContentType)
            ? new FixedResponseActionConfig
            {
                StatusCode = asked.StatusCode,
                ContentType = asked.ContentType,
                MessageBody = asked.MessageBody,
            }
            : throw Invalid($"The ContentType must be one of:'{string.Join("', '", ContentTypes)}'");

    private static AwsException Invalid(string message) => InvalidLoadBalancerActionException(message);
}
