using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Estiba.Messaging.Notifications;

/// <summary>
/// What subscribers get around a message ("HTTP/HTTPS notification JSON format", developer guide).
/// </summary>
internal static class Envelope
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The envelope of a notification.</summary>
    /// <param name="notification">The notification.</param>
    /// <param name="protocol">By which protocol it is delivered.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="certificateUrl">Where the certificate of the signature is.</param>
    /// <param name="subscribeUrl">What confirms the subscription; null where nothing is to be confirmed.</param>
    /// <param name="unsubscribeUrl">What ends the subscription.</param>
    internal static string Write(
        NotificationRecord notification,
        string protocol,
        string signature,
        string certificateUrl,
        string? subscribeUrl,
        string? unsubscribeUrl
    )
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            Write("Type", notification.Type);
            Write("MessageId", notification.MessageId);
            Write("Token", notification.Token);
            Write("SequenceNumber", notification.SequenceNumber);
            Write("TopicArn", notification.TopicArn);
            Write("Subject", notification.Subject);
            Write("Message", notification.MessageFor(protocol));
            Write("SubscribeURL", subscribeUrl);
            Write("Timestamp", Timestamp(notification));
            Write("SignatureVersion", notification.SignatureVersion);
            Write("Signature", signature);
            Write("SigningCertURL", certificateUrl);
            Write("UnsubscribeURL", unsubscribeUrl);
            if (notification.Attributes.Count > 0)
            {
                json.WriteStartObject("MessageAttributes");
                foreach (var attribute in notification.Attributes)
                {
                    json.WriteStartObject(attribute.Name);
                    json.WriteString("Type", attribute.Type);
                    json.WriteString("Value", attribute.Text ?? attribute.Bytes);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();

            void Write(string name, string? value)
            {
                if (value is not null)
                    json.WriteString(name, value);
            }
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>When it was published, as it is told and signed.</summary>
    internal static string Timestamp(NotificationRecord notification) =>
        notification.PublishedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
