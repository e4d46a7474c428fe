using System.Text;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Console.Commands;

/// <summary>The command of the AWS command line that does what a request asks.</summary>
internal static class AwsCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the command.</summary>
    /// <param name="service">The service as the command line calls it: <c>ecs</c>.</param>
    /// <param name="operation">The operation as the API calls it: <c>CreateService</c>.</param>
    /// <param name="request">What it is called with.</param>
    internal static string Of(string service, string operation, IShape request)
    {
        var command = new StringBuilder($"aws {service} {Dashed(operation)}");
        using var document = JsonDocument.Parse(ShapeJson.ToUtf8(request));
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var argument = Argument(operation, member.Name, member.Value);
            if (argument is not null)
                command.Append(" \\\n    ").Append(argument);
        }

        return command.ToString();
    }

    /// <summary>A name of the API as the command line writes it: <c>maxResults</c> is <c>max-results</c>.</summary>
    internal static string Dashed(string name)
    {
        var dashed = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var begins =
                i > 0
                && char.IsUpper(name[i])
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (begins)
                dashed.Append('-');
            dashed.Append(char.ToLowerInvariant(name[i]));
        }

        return dashed.ToString();
    }

    /// <summary>A word as a shell takes it.</summary>
    internal static string Quoted(string word)
    {
        var isPlain = word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+%".Contains(c));
        return isPlain ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static string? Argument(string operation, string name, JsonElement value) =>
        (operation, name) switch
        {
            // One argument of the command line for both.
            ("RunInstances", "MinCount") => null,
            ("RunInstances", "MaxCount") => $"--count {value}",
            // The command line encodes it itself.
            ("RunInstances", "UserData") => $"--user-data {Quoted(Decoded(value.GetString()!))}",
            _ => value.ValueKind switch
            {
                JsonValueKind.True => $"--{Dashed(name)}",
                JsonValueKind.False => $"--no-{Dashed(name)}",
                JsonValueKind.String => $"--{Dashed(name)} {Quoted(value.GetString()!)}",
                JsonValueKind.Array when IsPlainList(value) => $"--{Dashed(name)} {Words(value)}",
                JsonValueKind.Object or JsonValueKind.Array =>
                    $"--{Dashed(name)} {Quoted(JsonSerializer.Serialize(value, Json))}",
                _ => $"--{Dashed(name)} {value}",
            },
        };

    private static string Words(JsonElement list) =>
        string.Join(' ', list.EnumerateArray().Select(item => Quoted(item.GetString()!)));

    private static bool IsPlainList(JsonElement list) =>
        list.GetArrayLength() > 0 && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);

    private static string Decoded(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
