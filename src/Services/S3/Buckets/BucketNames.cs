using System.Net;
using System.Text.RegularExpressions;
using Estiba.Contracts;

namespace Estiba.S3.Buckets;

/// <summary>What a bucket may be called ("General purpose bucket naming rules").</summary>
internal static partial class BucketNames
{
    private static readonly string[] Prefixes = ["xn--", "sthree-", "amzn-s3-demo-"];
    private static readonly string[] Suffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

    /// <exception cref="AwsException">It may not be called so.</exception>
    internal static void Check(string name)
    {
        if (
            !Form().IsMatch(name)
            || name.Contains("..", StringComparison.Ordinal)
            || IPAddress.TryParse(name, out _)
            || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            || Array.Exists(Suffixes, suffix => name.EndsWith(suffix, StringComparison.Ordinal))
        )
            throw new AwsException("InvalidBucketName", "The specified bucket is not valid.");
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex Form();
}
