using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Estiba.Compute.UserData;

/// <summary>
/// Reads user data as cloud-init and Bottlerocket do and finds out what the ECS agent's configuration would be. Nothing
/// is executed: scripts are followed just far enough to know what they write to <c>/etc/ecs/ecs.config</c>.
/// </summary>
internal static partial class UserDataReader
{
    /// <summary>
    /// What EC2 accepts before base64 ("Run commands when you launch an EC2 instance with user data input").
    /// </summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Compressed user data may unpack to this; more is cut off.</summary>
    private const int MostUnpackedBytes = 1024 * 1024;

    private const int MostNestedParts = 4;

    public static UserDataResult Read(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
            return UserDataResult.Nothing;

        var notes = new List<string>();
        var files = new InstanceFiles();
        var settings = new Dictionary<string, string>();
        ReadPart(Unpack(data, notes), contentType: null, files, settings, notes, depth: 0);

        foreach (var (key, value) in AgentConfigurationFile.Parse(files.Read(AgentConfigurationFile.Path)))
            settings[key] = value;
        notes.AddRange(settings.OrderBy(setting => setting.Key).Select(setting => $"{setting.Key}={setting.Value}"));
        return new UserDataResult(settings, notes);
    }

    private static void ReadPart(
        string text,
        string? contentType,
        InstanceFiles files,
        Dictionary<string, string> settings,
        List<string> notes,
        int depth
    )
    {
        var content = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (
            content.StartsWith("#!", StringComparison.Ordinal)
            || contentType == "text/x-shellscript"
            || contentType == "text/cloud-boothook"
        )
            new ShellScript(files, notes).Run(content);
        else if (content.StartsWith("#cloud-boothook", StringComparison.Ordinal))
            new ShellScript(files, notes).Run(content);
        else if (
            content.StartsWith("#cloud-config-archive", StringComparison.Ordinal)
            || content.StartsWith("#include", StringComparison.Ordinal)
        )
            notes.Add($"user data of the form {FirstLine(content)} is not supported and was ignored");
        else if (content.StartsWith("#cloud-config", StringComparison.Ordinal) || contentType == "text/cloud-config")
            CloudConfig.Run(content, files, notes);
        else if (depth < MostNestedParts && MimeMessage.TryParse(content, contentType) is { } parts)
            foreach (var part in parts)
                ReadPart(part.Content, part.ContentType, files, settings, notes, depth + 1);
        else if (BottlerocketTable().IsMatch(content))
            BottlerocketSettings.Read(content, settings, notes);
        else if (content.Length > 0)
            notes.Add(
                $"user data was ignored: its first line, {FirstLine(content)}, is not #!, #cloud-config, a MIME "
                    + "header or a [settings] table"
            );
    }

    private static string Unpack(ReadOnlyMemory<byte> data, List<string> notes)
    {
        if (!data.Span.StartsWith<byte>([0x1f, 0x8b]))
            return Encoding.UTF8.GetString(data.Span);
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            var buffer = new byte[MostUnpackedBytes];
            return Encoding.UTF8.GetString(
                buffer,
                0,
                unpacked.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)
            );
        }
        catch (InvalidDataException)
        {
            notes.Add("user data looks like gzip but cannot be unpacked; it was ignored");
            return "";
        }
    }

    private static string FirstLine(string content)
    {
        var line = content.AsSpan(
            0,
            Math.Max(0, content.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? end : content.Length)
        );
        return line.Length > 80 ? $"{line[..80]}..." : line.ToString();
    }

    [GeneratedRegex(@"^\s*(\[+\s*settings\b|settings\.)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex BottlerocketTable();
}
