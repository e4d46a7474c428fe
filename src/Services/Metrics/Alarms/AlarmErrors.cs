using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms;

/// <summary>How alarms are refused.</summary>
internal static class AlarmErrors
{
    /// <summary>A value, or values together, that cannot be.</summary>
    internal static AwsException Invalid(string message) => new("ValidationError", message);

    /// <summary>Something that is missing.</summary>
    internal static AwsException Missing(string parameter) =>
        CloudWatchErrors.MissingRequiredParameterException($"The parameter {parameter} is required.");

    /// <summary>Two that exclude each other.</summary>
    internal static AwsException Both(string one, string other) =>
        CloudWatchErrors.InvalidParameterCombinationException(
            $"The parameters {one} and {other} are mutually exclusive and you have specified both."
        );

    /// <summary>Something that AWS has and this does not.</summary>
    internal static AwsException NotSupported(string parameter) =>
        Invalid($"The parameter {parameter} is not supported by Estiba.");
}
