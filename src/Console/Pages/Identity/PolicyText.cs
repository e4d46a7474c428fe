using System.Text.Encodings.Web;
using System.Text.Json;

namespace Estiba.Console.Pages.Identity;

/// <summary>A policy document as people read it; IAM gives it encoded for addresses.</summary>
internal static class PolicyText
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string Of(string? document)
    {
        var text = Uri.UnescapeDataString(document ?? "");
        try
        {
            using var json = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(json.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
