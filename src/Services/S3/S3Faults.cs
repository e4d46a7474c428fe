using Estiba.Contracts;
using Estiba.Contracts.S3;

namespace Estiba.S3;

/// <summary>The errors of Amazon S3 in its own words ("Error responses", API reference).</summary>
internal static class S3Faults
{
    internal static AwsException NoSuchBucket => S3Errors.NoSuchBucket("The specified bucket does not exist");

    internal static AwsException NoSuchKey => S3Errors.NoSuchKey("The specified key does not exist.");

    internal static AwsException NoSuchVersion => new("NoSuchVersion", "The specified version does not exist.", 404);

    internal static AwsException NoSuchUpload =>
        S3Errors.NoSuchUpload(
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
                + "or completed."
        );

    internal static AwsException AccessDenied => new("AccessDenied", "Access Denied", 403);

    internal static AwsException PreconditionFailed =>
        new("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);

    internal static AwsException InvalidPart =>
        new(
            "InvalidPart",
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
                + "specified entity tag may not match the part's entity tag."
        );

    internal static AwsException InvalidPartOrder =>
        new("InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");

    internal static AwsException EntityTooSmall =>
        new("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");

    internal static AwsException EntityTooLarge =>
        new("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");

    internal static AwsException MalformedXml =>
        new(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema"
        );

    internal static AwsException NoSpace =>
        new("ServiceUnavailable", "There is no space left for the object. Free some and try again.", 503);

    internal static AwsException InvalidArgument(string message) => new("InvalidArgument", message);

    internal static AwsException NotImplemented(string what) =>
        new("NotImplemented", $"A header you provided implies functionality that is not implemented: {what}.", 501);

    /// <summary>The subresource of a bucket that it does not have.</summary>
    internal static AwsException NotConfigured(string code, string message) => new(code, message, 404);
}
