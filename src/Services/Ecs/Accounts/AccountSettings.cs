using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Accounts;

/// <summary>
/// Account settings: what each may be, what it is where nobody has chosen, and what holds for a principal ("Account
/// settings", developer guide).
/// </summary>
internal static class AccountSettings
{
    private const int LongestPrincipal = 2048;

    private static readonly string[] Switch = ["enabled", "disabled"];
    private static readonly string[] OnOff = ["on", "off"];

    // The first value of each is the default; guardDutyActivate belongs to GuardDuty.
    private static readonly SortedDictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        [SettingName.ServiceLongArnFormat] = Switch,
        [SettingName.TaskLongArnFormat] = Switch,
        [SettingName.ContainerInstanceLongArnFormat] = Switch,
        [SettingName.AwsvpcTrunking] = ["disabled", "enabled"],
        [SettingName.ContainerInsights] = ["disabled", "enabled", "enhanced"],
        [SettingName.FargateFIPSMode] = ["disabled", "enabled"],
        [SettingName.TagResourceAuthorization] = OnOff,
        [SettingName.FargateTaskRetirementWaitPeriod] = ["7", "0", "14"],
        [SettingName.GuardDutyActivate] = ["off", "on"],
        [SettingName.DefaultLogDriverMode] = ["non-blocking", "blocking"],
        [SettingName.FargateEventWindows] = ["disabled", "enabled"],
    };

    /// <summary>The names of all settings, in order.</summary>
    internal static IEnumerable<string> Names => Values.Keys;

    internal static string TypeOf(string name) =>
        name == SettingName.GuardDutyActivate ? SettingType.AwsManaged : SettingType.User;

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the setting cannot have this value, or is not
    /// the customer's.</exception>
    internal static void Check(string name, string value)
    {
        if (TypeOf(name) == SettingType.AwsManaged)
            throw InvalidParameterException($"The setting {name} is managed by AWS and cannot be changed.");
        if (!Values[name].Contains(value))
            throw InvalidParameterException("Invalid setting 'value'");
    }

    /// <summary>The value that holds for a principal: its own, else the account's, else ECS's.</summary>
    internal static string Effective(View view, Scope scope, string principalArn, string name) =>
        view.Find(EcsTables.AccountSettings, AccountSettingRecord.KeyOf(scope, name, principalArn))?.Value
        ?? view.Find(EcsTables.AccountSettings, AccountSettingRecord.KeyOf(scope, name, ""))?.Value
        ?? Values[name][0];

    /// <summary>
    /// Whom a request means, as records have it: empty for the account, which is also what its root user stands for.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is not of this account.</exception>
    internal static string PrincipalOf(string? requested, CallContext context)
    {
        var principal = requested ?? context.PrincipalArn;
        if (principal != context.PrincipalArn && !IsPrincipal(principal, context.AccountId))
            throw InvalidParameterException(
                "The specified principalArn is not the ARN of a user, a role or the root user of this account."
            );
        return IsRoot(principal, context.AccountId) ? "" : principal;
    }

    /// <summary>The ARN of the root user of the caller's account.</summary>
    internal static string RootOf(CallContext context) =>
        (Arn.RootOf(context.AccountId) with { Partition = Arn.PartitionOf(context.Region) }).ToString();

    private static bool IsPrincipal(string text, string accountId) =>
        IsRoot(text, accountId)
        || (
            text.Length <= LongestPrincipal
            && IamResource(text, accountId) is { ResourceType: "user" or "role", ResourceName.Length: > 0 }
        );

    private static bool IsRoot(string text, string accountId) => IamResource(text, accountId) is { Resource: "root" };

    private static Arn? IamResource(string text, string accountId) =>
        Arn.TryParse(text, out var arn) && arn.Service == "iam" && arn.AccountId == accountId ? arn : null;
}
