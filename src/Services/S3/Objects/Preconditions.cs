using Estiba.Contracts;

namespace Estiba.S3.Objects;

/// <summary>Conditional requests ("Add preconditions to S3 operations with conditional requests").</summary>
internal static class Preconditions
{
    /// <summary>What a reader demands of an object.</summary>
    internal sealed record OfRead(
        string? IfMatch,
        string? IfNoneMatch,
        DateTimeOffset? IfModifiedSince,
        DateTimeOffset? IfUnmodifiedSince
    );

    /// <summary>Checks what a reader demands; of two that contradict each other the entity tag counts.</summary>
    /// <exception cref="AwsException">It does not hold.</exception>
    internal static void Check(ObjectRecord found, OfRead demanded)
    {
        var modified = Seconds(found.LastModified);
        if (demanded.IfMatch is { } match)
        {
            if (!Matches(match, found.ETag))
                throw S3Faults.PreconditionFailed;
        }
        else if (demanded.IfUnmodifiedSince is { } unmodified && modified > unmodified)
            throw S3Faults.PreconditionFailed;

        if (demanded.IfNoneMatch is { } none)
        {
            if (Matches(none, found.ETag))
                throw NotModified(found);
        }
        else if (demanded.IfModifiedSince is { } since && modified <= since)
            throw NotModified(found);
    }

    /// <summary>Checks what the source of a copy must be; nothing of it is "not modified".</summary>
    /// <exception cref="AwsException">It does not hold.</exception>
    internal static void CheckSource(ObjectRecord found, OfRead demanded)
    {
        try
        {
            Check(found, demanded);
        }
        catch (AwsException notModified) when (notModified.StatusCode == 304)
        {
            throw S3Faults.PreconditionFailed;
        }
    }

    /// <summary>Checks what a writer demands of what is there; null where nothing is.</summary>
    /// <exception cref="AwsException">It does not hold.</exception>
    internal static void CheckWrite(ObjectRecord? latest, string? ifMatch, string? ifNoneMatch)
    {
        var current = latest is { IsDeleteMarker: false } ? latest : null;
        if (ifNoneMatch is not null)
        {
            if (ifNoneMatch != "*")
                throw S3Faults.NotImplemented("If-None-Match with anything but *");
            if (current is not null)
                throw S3Faults.PreconditionFailed;
        }

        if (ifMatch is null)
            return;
        if (current is null)
            throw S3Faults.NoSuchKey;
        if (!Matches(ifMatch, current.ETag))
            throw S3Faults.PreconditionFailed;
    }

    /// <summary>Whether a list of entity tags has one.</summary>
    internal static bool Matches(string list, string etag) =>
        list.Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one.Trim('"') == etag);

    // Times in headers have no fractions.
    private static DateTimeOffset Seconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static AwsException NotModified(ObjectRecord found) =>
        new("NotModified", "Not Modified", 304) { Headers = [KeyValuePair.Create("ETag", found.QuotedETag)] };
}
