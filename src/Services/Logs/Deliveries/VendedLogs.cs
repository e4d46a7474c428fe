using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Deliveries;

/// <summary>
/// The logs that services deliver ("Enable logging from AWS services", CloudWatch Logs user guide): access logs of
/// Application Load Balancers, to log groups.
/// </summary>
internal static class VendedLogs
{
    internal const string LogType = "ALB_ACCESS_LOGS";
    internal const string Service = "elasticloadbalancing";

    private const string ResourcePrefix = "loadbalancer/app/";
    private const string Space = " ";

    /// <summary>The fields in the order of an access log entry ("Access logs for your Application Load
    /// Balancer").</summary>
    internal static readonly string[] Fields =
    [
        "type",
        "time",
        "elb",
        "client_port",
        "target_port",
        "request_processing_time",
        "target_processing_time",
        "response_processing_time",
        "elb_status_code",
        "target_status_code",
        "received_bytes",
        "sent_bytes",
        "request_line",
        "user_agent",
        "ssl_cipher",
        "ssl_protocol",
        "target_group_arn",
        "trace_id",
        "domain_name",
        "chosen_cert_arn",
        "matched_rule_priority",
        "request_creation_time",
        "actions_executed",
        "redirect_url",
        "error_reason",
        "target_port_list",
        "target_status_code_list",
        "classification",
        "classification_reason",
        "conn_trace_id",
        "transformed_host",
        "transformed_uri",
        "request_transform_status",
        "ip_address",
    ];

    /// <summary>What a delivery of them may be, and is when nothing is said.</summary>
    internal static ConfigurationTemplate Template { get; } =
        new()
        {
            Service = Service,
            LogType = LogType,
            ResourceType = "load-balancer",
            DeliveryDestinationType = DeliveryDestinationType.Cwl,
            DefaultDeliveryConfigValues = new ConfigurationTemplateDeliveryConfigValues
            {
                RecordFields = Fields,
                FieldDelimiter = Space,
            },
            AllowedFields = [.. Fields.Select(name => new RecordField { Name = name, Mandatory = false })],
            AllowedOutputFormats = [OutputFormat.Plain, OutputFormat.Json],
            AllowedActionForAllowVendedLogsDeliveryForResource =
                "elasticloadbalancing:AllowVendedLogDeliveryForResource",
            AllowedFieldDelimiters = [Space, "\t", ",", ";", "|"],
            AllowedSuffixPathFields = [],
        };

    /// <summary>Refuses a source that no service delivers logs of.</summary>
    /// <exception cref="AwsException"><c>ValidationException</c>.</exception>
    internal static void CheckSource(PutDeliverySourceRequest request, CallContext context)
    {
        if (
            !Arn.TryParse(request.ResourceArn!, out var arn)
            || arn.Service != Service
            || !arn.Resource.StartsWith(ResourcePrefix, StringComparison.Ordinal)
            || (arn.AccountId, arn.Region) != (context.AccountId, context.Region)
        )
            throw LogsErrors.ValidationException(
                "Only Application Load Balancers of this account and region deliver their logs, not "
                    + $"{request.ResourceArn}."
            );
        if (request.LogType != LogType)
            throw LogsErrors.ValidationException(
                $"Application Load Balancers do not deliver the log type {request.LogType}. Valid values: {LogType}."
            );
        if (request.DeliverySourceConfiguration is { Count: > 0 })
            throw LogsErrors.ValidationException("The log type has no deliverySourceConfiguration.");
    }

    /// <summary>Refuses fields and delimiters that a delivery cannot have.</summary>
    /// <exception cref="AwsException"><c>ValidationException</c>.</exception>
    internal static void CheckFormat(IReadOnlyList<string>? fields, string? delimiter, S3DeliveryConfiguration? s3)
    {
        if (fields?.FirstOrDefault(name => !Fields.Contains(name)) is { } unknown)
            throw LogsErrors.ValidationException($"The log type has no record field {unknown}.");
        if (fields is not null && fields.Distinct(StringComparer.Ordinal).Count() < fields.Count)
            throw LogsErrors.ValidationException("A record field can be named only once.");
        if (!string.IsNullOrEmpty(delimiter) && !Template.AllowedFieldDelimiters!.Contains(delimiter))
            throw LogsErrors.ValidationException($"The field delimiter '{delimiter}' is not allowed.");
        if (s3 is not null)
            throw LogsErrors.ValidationException("s3DeliveryConfiguration is only valid for deliveries to Amazon S3.");
    }
}
