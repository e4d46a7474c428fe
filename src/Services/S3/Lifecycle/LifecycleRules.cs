using Estiba.Contracts;
using Estiba.Contracts.S3;

namespace Estiba.S3.Lifecycle;

/// <summary>What rules of a lifecycle may say ("Lifecycle configuration elements").</summary>
internal static class LifecycleRules
{
    private const int Most = 1000;
    private const int LongestId = 255;

    /// <summary>The rules as they are kept: each has an id.</summary>
    /// <exception cref="AwsException">They are no lifecycle.</exception>
    internal static IReadOnlyList<LifecycleRule> Check(IReadOnlyList<LifecycleRule>? rules)
    {
        if (rules is not { Count: > 0 and <= Most })
            throw S3Faults.MalformedXml;
        foreach (var rule in rules)
            Check(rule);
        List<LifecycleRule> named =
        [
            .. rules.Select(rule =>
                string.IsNullOrEmpty(rule.ID) ? rule with { ID = Guid.NewGuid().ToString() } : rule
            ),
        ];
        if (named.Select(rule => rule.ID).Distinct(StringComparer.Ordinal).Count() < named.Count)
            throw S3Faults.InvalidArgument("Rule ID must be unique. Found same ID for more than one rule");
        return named;
    }

    private static void Check(LifecycleRule rule)
    {
        if (rule.ID is { Length: > LongestId })
            throw S3Faults.InvalidArgument("ID length should not exceed allowed limit of 255");
        if (rule.Filter is null && rule.Prefix is null)
            throw S3Faults.MalformedXml;
        if (
            rule.Expiration is null
            && rule.NoncurrentVersionExpiration is null
            && rule.AbortIncompleteMultipartUpload is null
            && rule.Transitions is not { Count: > 0 }
            && rule.NoncurrentVersionTransitions is not { Count: > 0 }
        )
            throw S3Errors.InvalidRequest("At least one action needs to be specified in a rule");
        if (rule.Transitions is { Count: > 0 } || rule.NoncurrentVersionTransitions is { Count: > 0 })
            CheckTransitions(rule);
        if (rule.Expiration is { } expiration)
            CheckExpiration(expiration);
        if (rule.NoncurrentVersionExpiration is { } noncurrent)
            CheckPositive(noncurrent.NoncurrentDays, "NoncurrentDays' for NoncurrentVersionExpiration");
        if (rule.AbortIncompleteMultipartUpload is { } abort)
        {
            CheckPositive(abort.DaysAfterInitiation, "DaysAfterInitiation' for AbortIncompleteMultipartUpload");
            if (rule.Filter?.Tag is not null || rule.Filter?.And?.Tags is { Count: > 0 })
                throw S3Errors.InvalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.");
        }
    }

    // Where an object is has no classes here: what is moved to another one stays as it is.
    private static void CheckTransitions(LifecycleRule rule)
    {
        foreach (var transition in rule.Transitions ?? [])
            if (transition.StorageClass is null || (transition.Days is null) == (transition.Date is null))
                throw S3Faults.MalformedXml;
        foreach (var transition in rule.NoncurrentVersionTransitions ?? [])
            if (transition.StorageClass is null || transition.NoncurrentDays is null)
                throw S3Faults.MalformedXml;
    }

    private static void CheckExpiration(LifecycleExpiration expiration)
    {
        var given =
            (expiration.Days is null ? 0 : 1)
            + (expiration.Date is null ? 0 : 1)
            + (expiration.ExpiredObjectDeleteMarker is null ? 0 : 1);
        if (given != 1)
            throw S3Faults.MalformedXml;
        if (expiration.Days is not null)
            CheckPositive(expiration.Days, "Days' for Expiration action");
        if (expiration.Date is { } date && date.UtcDateTime.TimeOfDay != TimeSpan.Zero)
            throw S3Faults.InvalidArgument("'Date' must be at midnight GMT");
    }

    private static void CheckPositive(int? days, string what)
    {
        if (days is null)
            throw S3Faults.MalformedXml;
        if (days <= 0)
            throw S3Faults.InvalidArgument($"'{what} must be a positive integer");
    }
}
