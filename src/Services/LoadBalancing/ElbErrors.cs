using Estiba.Contracts;

namespace Estiba.LoadBalancing;

/// <summary>The errors that are in no contract: every operation of this service has them.</summary>
internal static class ElbErrors
{
    /// <summary>A value is none that may be there.</summary>
    internal static AwsException ValidationError(string message) => new("ValidationError", message);

    /// <summary>A feature of AWS's that is not there yet: better refused than ignored.</summary>
    internal static AwsException NotSupported(string what) =>
        new("InvalidConfigurationRequest", $"Estiba does not support {what} yet.");
}
