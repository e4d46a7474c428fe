using Estiba.Contracts;

namespace Estiba.AutoScaling;

/// <summary>What Auto Scaling says of requests that make no sense ("Common errors", API reference).</summary>
internal static class Validation
{
    /// <summary>A request is refused.</summary>
    internal static AwsException Error(string message) => new("ValidationError", message);

    /// <summary>What AWS has and Estiba has not.</summary>
    internal static AwsException Unsupported(string what) =>
        Error($"Estiba does not support {what} yet; leave it out of the request.");
}
