using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;

namespace Estiba.LoadBalancing.AccessLogs;

/// <summary>
/// Puts an entry of an access log into words ("Access log entries", "Access logs for your Application Load Balancer").
/// </summary>
internal static class AccessLogWords
{
    private const string None = "-";

    /// <summary>The fields that stand in quotes.</summary>
    private static readonly HashSet<string> Quoted =
    [
        "request_line",
        "user_agent",
        "trace_id",
        "domain_name",
        "chosen_cert_arn",
        "actions_executed",
        "redirect_url",
        "error_reason",
        "target_port_list",
        "target_status_code_list",
        "classification",
        "classification_reason",
        "transformed_host",
        "transformed_uri",
        "request_transform_status",
    ];

    /// <summary>An entry as a line of text.</summary>
    internal static string Plain(AccessLogEntry entry, IReadOnlyList<string> fields, string delimiter) =>
        string.Join(
            delimiter,
            fields.Select(field => Quoted.Contains(field) ? $"\"{Escape(Value(entry, field))}\"" : Value(entry, field))
        );

    /// <summary>An entry as a JSON object.</summary>
    internal static string Json(AccessLogEntry entry, IReadOnlyList<string> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var field in fields)
                writer.WriteString(field, Value(entry, field));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Value(AccessLogEntry entry, string field) =>
        field switch
        {
            "type" => TypeOf(entry),
            "time" => Text(entry.Ended),
            "elb" => entry.Listener.LoadBalancerArn.Split(":loadbalancer/")[^1],
            "client_port" => Text(entry.Client),
            "target_port" => entry.Attempts is [.., (var target, _)] ? Text(target) : None,
            "request_processing_time" => Text(entry.RequestProcessing),
            "target_processing_time" => Text(entry.TargetProcessing),
            "response_processing_time" => Text(entry.ResponseProcessing),
            "elb_status_code" => Text(entry.Status),
            "target_status_code" => entry.Attempts is [.., (_, var status)] ? Text(status) : None,
            "received_bytes" => Text(entry.ReceivedBytes),
            "sent_bytes" => Text(entry.SentBytes),
            "request_line" => $"{entry.Method} {UrlOf(entry)} {entry.Protocol}",
            "user_agent" => entry.UserAgent.Length > 0 ? entry.UserAgent : None,
            "ssl_cipher" => entry.TlsCipher is { } cipher ? TlsHeaders.NameOf(cipher) : None,
            "ssl_protocol" => entry.TlsProtocol is { } protocol ? TlsHeaders.NameOf(protocol) : None,
            "target_group_arn" => entry.TargetGroup ?? None,
            "trace_id" => entry.TraceId ?? None,
            "domain_name" => entry.ServerName ?? None,
            "chosen_cert_arn" => entry.Listener.CertificateArns?.Invoke(entry.ServerName) ?? None,
            "matched_rule_priority" => Text((int?)(entry.Rule?.Priority ?? -1)),
            "request_creation_time" => Text(entry.Created),
            "actions_executed" => entry.Rule?.Action switch
            {
                ForwardAction => "forward",
                RedirectAction => "redirect",
                FixedResponseAction => "fixed-response",
                _ => None,
            },
            "redirect_url" => entry.RedirectUrl ?? None,
            "target_port_list" => List(entry.Attempts.Select(each => Text(each.Target))),
            "target_status_code_list" => List(entry.Attempts.Select(each => Text(each.Status))),
            "classification" => entry.Ambiguity is null ? None : "Ambiguous",
            "classification_reason" => entry.Ambiguity ?? None,
            "conn_trace_id" => entry.Connection,
            "transformed_host" => entry.TransformedHost ?? None,
            "transformed_uri" => entry.TransformedUrl ?? None,
            "request_transform_status" => entry.TransformStatus ?? None,
            "ip_address" => entry.Address.ToString(),
            _ => None,
        };

    private static string TypeOf(AccessLogEntry entry)
    {
        var isSecure = entry.Listener.Certificates is not null;
        var isHttp2 = entry.Protocol == "HTTP/2";
        return entry.IsWebSocket ? (isSecure ? "wss" : "ws")
            : isHttp2 && entry.IsGrpc ? "grpcs"
            : isHttp2 ? "h2"
            : isSecure ? "https"
            : "http";
    }

    // What a client has written stays as it is; what it has left out is known of the listener.
    private static string UrlOf(AccessLogEntry entry)
    {
        if (!entry.Target.StartsWith('/'))
            return entry.Target;
        var scheme = entry.Listener.Certificates is null ? "http" : "https";
        var host = entry.Host.Length > 0 ? entry.Host : entry.Address.ToString();
        return $"{scheme}://{host}:{entry.Listener.Port}{entry.Target}";
    }

    /// <summary>Nobody who writes a header writes a field of the log.</summary>
    private static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.AsSpan().ContainsAny('"', '\\'))
            return text;
        var escaped = new StringBuilder();
        foreach (var each in Encoding.UTF8.GetBytes(text))
        {
            if (each is >= (byte)' ' and <= (byte)'~' and not ((byte)'"' or (byte)'\\'))
                escaped.Append((char)each);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\x{each:X2}");
        }

        return escaped.ToString();
    }

    private static string List(IEnumerable<string> values) =>
        string.Join(' ', values) is { Length: > 0 } list ? list : None;

    private static string Text(IPEndPoint endPoint) => endPoint.ToString();

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? None;

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static string Text(TimeSpan? time) =>
        time?.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) ?? "-1";
}
