using Estiba.Contracts;

namespace Estiba.Messaging;

/// <summary>
/// The errors of Amazon SQS that its contract does not list ("Common errors", API reference). In the query protocol
/// they have the names of before.
/// </summary>
internal static class SqsFaults
{
    internal static AwsException InvalidParameterValue(string message) =>
        new("InvalidParameterValueException", message) { QueryCode = "InvalidParameterValue" };

    internal static AwsException InvalidParameterValue(object? value, string parameter, string reason) =>
        InvalidParameterValue($"Value {value} for parameter {parameter} is invalid. Reason: {reason}");

    internal static AwsException MissingParameter(string parameter) =>
        new("MissingRequiredParameterException", $"The request must contain the parameter {parameter}.")
        {
            QueryCode = "MissingParameter",
        };
}
