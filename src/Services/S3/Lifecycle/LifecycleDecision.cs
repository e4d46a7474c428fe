using Estiba.Contracts.S3;
using Estiba.S3.Multipart;
using Estiba.S3.Objects;

namespace Estiba.S3.Lifecycle;

/// <summary>
/// What a bucket's rules let go at some time ("Managing the lifecycle of objects"): pure, one version at a time.
/// </summary>
internal static class LifecycleDecision
{
    /// <summary>Whether the latest version of a key has expired.</summary>
    internal static bool Expires(IEnumerable<LifecycleRule> rules, ObjectRecord latest, DateTimeOffset now) =>
        !latest.IsDeleteMarker
        && rules.Any(rule =>
            rule is { Status: ExpirationStatus.Enabled, Expiration: { } expiration }
            && Concerns(rule, latest)
            && (
                (expiration.Days is { } days && now >= After(latest.LastModified, days))
                || (expiration.Date is { } date && now >= date)
            )
        );

    /// <summary>Whether a delete marker behind which nothing is hidden any more goes.</summary>
    internal static bool ExpiresMarker(IEnumerable<LifecycleRule> rules, ObjectRecord marker, DateTimeOffset now) =>
        marker.IsDeleteMarker
        && rules.Any(rule =>
            rule is { Status: ExpirationStatus.Enabled, Expiration: { } expiration }
            && Concerns(rule, marker)
            && (
                expiration.ExpiredObjectDeleteMarker == true
                || (expiration.Days is { } days && now >= After(marker.LastModified, days))
            )
        );

    /// <summary>Whether a version that is not the latest goes.</summary>
    /// <param name="rules">The bucket's rules.</param>
    /// <param name="version">The version.</param>
    /// <param name="newer">How many versions that are not the latest either are newer.</param>
    /// <param name="now">The time.</param>
    internal static bool ExpiresNoncurrent(
        IEnumerable<LifecycleRule> rules,
        ObjectRecord version,
        int newer,
        DateTimeOffset now
    ) =>
        version.NoncurrentSince is { } since
        && rules.Any(rule =>
            rule
                is { Status: ExpirationStatus.Enabled, NoncurrentVersionExpiration: { NoncurrentDays: { } days } limit }
            && Concerns(rule, version)
            && newer >= (limit.NewerNoncurrentVersions ?? 0)
            && now >= After(since, days)
        );

    /// <summary>Whether an upload that was never completed is given up.</summary>
    internal static bool Aborts(IEnumerable<LifecycleRule> rules, UploadRecord upload, DateTimeOffset now) =>
        rules.Any(rule =>
            rule is { Status: ExpirationStatus.Enabled, AbortIncompleteMultipartUpload.DaysAfterInitiation: { } days }
            && upload.Key.StartsWith(PrefixOf(rule), StringComparison.Ordinal)
            && now >= After(upload.Initiated, days)
        );

    /// <summary>Days are counted to the next midnight (UTC).</summary>
    internal static DateTimeOffset After(DateTimeOffset time, int days)
    {
        var due = time.ToUniversalTime().AddDays(days);
        var midnight = new DateTimeOffset(due.Date, TimeSpan.Zero);
        return due == midnight ? midnight : midnight.AddDays(1);
    }

    private static bool Concerns(LifecycleRule rule, ObjectRecord version)
    {
        var (filter, and) = (rule.Filter, rule.Filter?.And);
        var tags = and?.Tags ?? (filter?.Tag is { } tag ? [tag] : []);
        return version.Key.StartsWith(PrefixOf(rule), StringComparison.Ordinal)
            && version.Size > (and?.ObjectSizeGreaterThan ?? filter?.ObjectSizeGreaterThan ?? -1)
            && version.Size < (and?.ObjectSizeLessThan ?? filter?.ObjectSizeLessThan ?? long.MaxValue)
            && tags.All(wanted =>
                version.Settings.Tags.Any(given => given.Key == wanted.Key && given.Value == wanted.Value)
            );
    }

    private static string PrefixOf(LifecycleRule rule) =>
        rule.Filter?.And?.Prefix ?? rule.Filter?.Prefix ?? rule.Prefix ?? "";
}
