using System.Buffers;
using Estiba.Contracts;

namespace Estiba.Compute;

/// <summary>What every EC2 operation answers in the same words.</summary>
internal static class Ec2Requests
{
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Ends a dry run. Called when the request itself has been checked and before anything is looked up: a dry run
    /// tells whether the caller may do it, and not
    /// whether what it names is there.
    /// </summary>
    /// <exception cref="AwsException"><c>DryRunOperation</c>, which is EC2's way to say that it would have
    /// worked.</exception>
    public static void EndDryRun(bool? dryRun)
    {
        if (dryRun == true)
            throw new AwsException("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
    }

    public static AwsException Missing(string parameter) =>
        new("MissingParameter", $"The request must contain the parameter {parameter}");

    public static AwsException Invalid(string message) => new("InvalidParameterValue", message);

    public static AwsException Combination(string message) => new("InvalidParameterCombination", message);

    /// <summary>What EC2 has and Estiba has not.</summary>
    public static AwsException Unsupported(string what) =>
        new("UnsupportedOperation", $"Estiba does not support {what} yet; leave it out of the request.");

    /// <summary>A resource id has the form <c>prefix-</c> and 8 or 17 hexadecimal digits.</summary>
    public static bool IsId(string id, string prefix) =>
        id.StartsWith(prefix, StringComparison.Ordinal)
        && id.Length - prefix.Length is >= 8 and <= 17
        && id.AsSpan(prefix.Length).IndexOfAnyExcept(Hexadecimal) < 0;
}
