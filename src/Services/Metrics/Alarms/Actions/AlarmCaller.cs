using Estiba.Contracts;

namespace Estiba.Metrics.Alarms.Actions;

/// <summary>As whom alarms call other services.</summary>
internal static class AlarmCaller
{
    /// <summary>The name in policies.</summary>
    internal const string Service = "cloudwatch.amazonaws.com";

    /// <summary>The context of a call for the sake of an alarm.</summary>
    internal static CallContext ContextOf(Scope scope, string alarm) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = Guid.NewGuid().ToString(),
            Service = Service,
            SourceArn = alarm,
        };
}
