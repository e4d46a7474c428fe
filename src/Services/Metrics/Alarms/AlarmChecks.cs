using Estiba.Contracts;
using Estiba.Hosting.Alarms;
using Estiba.Metrics.Alarms.Actions;

namespace Estiba.Metrics.Alarms;

/// <summary>What holds for alarms of every type.</summary>
internal static class AlarmChecks
{
    /// <summary>How many alarms an account has in a region at most.</summary>
    internal const int Most = 20_000;

    /// <summary>Checks an alarm's name.</summary>
    internal static void CheckName(string name)
    {
        if (name.Any(char.IsControl))
            throw AlarmErrors.Invalid("AlarmName must not contain control characters");
    }

    /// <summary>Checks that every action can be carried out by somebody.</summary>
    /// <param name="actions">Who carries out what.</param>
    /// <param name="arns">The actions.</param>
    /// <param name="topicsAlone">Whether the alarm can tell topics alone, as composite alarms.</param>
    internal static void CheckActions(AlarmActions actions, IEnumerable<string> arns, bool topicsAlone)
    {
        foreach (var arn in arns)
        {
            if (ActionReconciler.IsTopic(arn))
                continue;
            if (!Arn.IsArn(arn) || arn.Split(':').Length < 5)
                throw AlarmErrors.Invalid($"Invalid arn syntax: {arn}");
            if (topicsAlone || actions.For(arn) is null)
                throw AlarmErrors.Invalid($"Unsupported action ARN: {arn}");
        }
    }

    /// <summary>A list as it is kept.</summary>
    internal static IReadOnlyList<string> Kept(IReadOnlyList<string>? actions) => [.. (actions ?? []).Distinct()];
}
