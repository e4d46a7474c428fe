using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Estiba.Metrics.Alarms;

/// <summary>Numbers, times and JSON as CloudWatch writes them.</summary>
internal static class AlarmText
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A number as Java writes one: <c>99.0</c>, <c>1.50785441792E10</c>.</summary>
    internal static string Of(double value)
    {
        var size = Math.Abs(value);
        if (value == 0 || size is >= 1e-3 and < 1e7)
        {
            var plain = value.ToString("0.0################", CultureInfo.InvariantCulture);
            // Where the shortest text that reads back has more digits than the format.
            return double.Parse(plain, CultureInfo.InvariantCulture).Equals(value)
                ? plain
                : value.ToString("R", CultureInfo.InvariantCulture);
        }

        var text = value.ToString("0.0################E0", CultureInfo.InvariantCulture);
        return text;
    }

    /// <summary>A time in JSON: <c>2026-12-01T10:00:00.000+0000</c>.</summary>
    internal static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    /// <summary>A datapoint's time in a sentence: <c>01/12/26 10:00:00</c>.</summary>
    internal static string Short(long time) =>
        DateTimeOffset.FromUnixTimeSeconds(time).ToString("dd/MM/yy HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A time in a sentence: <c>Friday 22 July, 2022 15:57:45 UTC</c>.</summary>
    internal static string Long(DateTimeOffset time) =>
        time.UtcDateTime.ToString("dddd dd MMMM, yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>How many of something: <c>1 datapoint</c>, <c>2 datapoints</c>.</summary>
    internal static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    /// <summary>A JSON object.</summary>
    internal static string Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a number as CloudWatch does.</summary>
    internal static void WriteNumber(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(Of(value));
    }

    /// <summary>Writes JSON that is there as text; null for none.</summary>
    internal static void WriteJson(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }

    /// <summary>Writes a list of texts.</summary>
    internal static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
