using System.Globalization;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Sns;

namespace Estiba.Messaging.Notifications;

/// <summary>
/// How often, and after which times, a delivery is tried again ("Amazon SNS message delivery retries", developer
/// guide).
/// </summary>
/// <param name="Retries">How often in all.</param>
/// <param name="Least">The shortest wait, in seconds.</param>
/// <param name="Most">The longest wait, in seconds.</param>
/// <param name="AtOnce">How many come without a wait.</param>
/// <param name="AtLeast">How many come then, each after the shortest wait.</param>
/// <param name="AtMost">How many come at the end, each after the longest wait.</param>
/// <param name="Function">How waits grow in between.</param>
internal sealed record DeliveryRetries(
    int Retries,
    int Least,
    int Most,
    int AtOnce = 0,
    int AtLeast = 0,
    int AtMost = 0,
    string Function = "linear"
)
{
    /// <summary>What a notification is posted as.</summary>
    internal const string DefaultContentType = "text/plain; charset=UTF-8";

    private const int MostRetries = 100;
    private const int LongestDelay = 3600;

    /// <summary>For HTTP, as long as nobody says something else.</summary>
    internal static DeliveryRetries OfHttp { get; } = new(3, 20, 20);

    /// <summary>For Amazon SQS.</summary>
    internal static DeliveryRetries OfQueues { get; } = new(100_015, 1, 20, 3, 2, 100_000, "exponential");

    /// <summary>The content type that the owner of the subscription wants; null for the usual.</summary>
    internal string? ContentType { get; private init; }

    /// <summary>The wait before a try; null when there have been enough.</summary>
    /// <param name="failures">How many tries have failed; one or more.</param>
    internal TimeSpan? WaitAfter(int failures)
    {
        if (failures > Retries)
            return null;
        if (failures <= AtOnce)
            return TimeSpan.Zero;
        if (failures <= AtOnce + AtLeast)
            return TimeSpan.FromSeconds(Least);
        if (failures > Retries - AtMost)
            return TimeSpan.FromSeconds(Most);
        var (step, steps) = (failures - AtOnce - AtLeast, Retries - AtOnce - AtLeast - AtMost);
        var share = steps == 1 ? 0 : (double)(step - 1) / (steps - 1);
        var seconds = Function switch
        {
            "exponential" => Least * Math.Pow((double)Most / Least, share),
            "geometric" => Least + ((Most - Least) * (Math.Pow(2, share * 4) - 1) / 15),
            "arithmetic" => Least + ((Most - Least) * share * share),
            _ => Least + ((Most - Least) * share),
        };
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>
    /// Reads the policy of a topic, which has its parts within <c>http</c>, or of a subscription.
    /// </summary>
    /// <exception cref="AwsException">It is none.</exception>
    internal static DeliveryRetries Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw Invalid("it is no JSON document");
            if (root.TryGetProperty("http", out var http) && http.ValueKind == JsonValueKind.Object)
                root = http;
            var healthy = Find(root, "healthyRetryPolicy") ?? Find(root, "defaultHealthyRetryPolicy");
            var policy = healthy is { } given ? Checked(given) : OfHttp;
            var request = Find(root, "requestPolicy") ?? Find(root, "defaultRequestPolicy");
            return policy with
            {
                ContentType =
                    request is { } wanted && wanted.TryGetProperty("headerContentType", out var type)
                        ? type.GetString()
                        : null,
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw Invalid("it cannot be read");
        }
    }

    /// <summary>The policy in effect, as it is shown of a topic.</summary>
    internal static string Shown(string? policy)
    {
        var retries = policy is null ? OfHttp : Parse(policy);
        var type = JsonEncodedText.Encode(retries.ContentType ?? DefaultContentType);
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$$"""
            {"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":{{{{retries.Least}}}},"maxDelayTarget":{{{{retries.Most}}}},"numRetries":{{{{retries.Retries}}}},"numMaxDelayRetries":{{{{retries.AtMost}}}},"numNoDelayRetries":{{{{retries.AtOnce}}}},"numMinDelayRetries":{{{{retries.AtLeast}}}},"backoffFunction":"{{{{retries.Function}}}}"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"{{{{type}}}}"}}}
            """
        );
    }

    private static DeliveryRetries Checked(JsonElement policy)
    {
        var retries = new DeliveryRetries(
            Number("numRetries") ?? OfHttp.Retries,
            Number("minDelayTarget") ?? OfHttp.Least,
            Number("maxDelayTarget") ?? OfHttp.Most,
            Number("numNoDelayRetries") ?? 0,
            Number("numMinDelayRetries") ?? 0,
            Number("numMaxDelayRetries") ?? 0,
            Find(policy, "backoffFunction")?.GetString() ?? OfHttp.Function
        );
        if (retries.Retries is < 0 or > MostRetries)
            throw Invalid($"numRetries must be between 0 and {MostRetries}");
        if (retries.Least < 1 || retries.Most > LongestDelay || retries.Least > retries.Most)
            throw Invalid($"the delay targets must be between 1 and {LongestDelay}, the least first");
        if (
            retries.AtOnce < 0
            || retries.AtLeast < 0
            || retries.AtMost < 0
            || retries.AtOnce + retries.AtLeast + retries.AtMost > retries.Retries
        )
            throw Invalid("numRetries must be at least the sum of the retries of its phases");
        return retries.Function is "linear" or "arithmetic" or "geometric" or "exponential"
            ? retries
            : throw Invalid("backoffFunction must be one of linear, arithmetic, geometric, exponential");

        int? Number(string name) => Find(policy, name)?.GetInt32();
    }

    private static JsonElement? Find(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static AwsException Invalid(string reason) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: DeliveryPolicy: {reason}");
}
