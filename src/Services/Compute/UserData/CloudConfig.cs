using System.IO.Compression;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Estiba.Compute.UserData;

/// <summary>
/// Follows a cloud-config document: <c>bootcmd</c>, then <c>write_files</c> and <c>runcmd</c>; other modules do not
/// concern the ECS agent.
/// </summary>
internal static class CloudConfig
{
    private const int MostUnpackedBytes = 256 * 1024;

    /// <summary>No module's settings are nested so deeply; each level takes stack.</summary>
    private const int MostNesting = 50;

    public static void Run(string text, InstanceFiles files, List<string> notes)
    {
        try
        {
            if (FaultOf(text) is { } fault)
            {
                notes.Add($"the cloud-config {fault} and was ignored");
                return;
            }

            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }, ..])
                return;

            var script = new ShellScript(files, notes);
            foreach (var command in Items(root, "bootcmd"))
                RunCommand(command, script);
            foreach (var file in Items(root, "write_files").OfType<YamlMappingNode>())
                Write(file, files, notes);
            foreach (var command in Items(root, "runcmd"))
                RunCommand(command, script);
        }
        catch (YamlException failure)
        {
            notes.Add($"the cloud-config is not valid YAML and was ignored: {failure.Message}");
        }
    }

    /// <summary>
    /// What makes a document too much to be read; null where nothing does. Keys are compared with each other, so one
    /// that is a list or a mapping, which may hold itself by an
    /// alias, would be walked without end; no module has such keys.
    /// </summary>
    private static string? FaultOf(string text)
    {
        var parser = new Parser(new StringReader(text));
        var open = new Stack<(bool IsMapping, bool ExpectsKey)>();
        while (parser.MoveNext())
        {
            var happened = parser.Current!;
            if (happened is MappingEnd or SequenceEnd)
            {
                open.Pop();
                continue;
            }

            if (happened is not (Scalar or AnchorAlias or MappingStart or SequenceStart))
                continue;
            if (open.TryPop(out var around))
            {
                if (around is { IsMapping: true, ExpectsKey: true } && happened is not Scalar)
                    return "has a key that is no text";
                open.Push(around with { ExpectsKey = !around.ExpectsKey });
            }

            if (happened is MappingStart or SequenceStart)
                open.Push((happened is MappingStart, ExpectsKey: true));
            if (open.Count > MostNesting)
                return $"is nested more than {MostNesting} levels deep";
        }

        return null;
    }

    /// <summary>A command is a line for the shell, or a list of arguments for no shell.</summary>
    private static void RunCommand(YamlNode command, ShellScript script)
    {
        if (command is YamlScalarNode { Value: { } line })
            script.Run(line);
        else if (command is YamlSequenceNode arguments)
            script.RunCommand([.. arguments.OfType<YamlScalarNode>().Select(argument => argument.Value ?? "")]);
    }

    private static void Write(YamlMappingNode file, InstanceFiles files, List<string> notes)
    {
        if (Text(file, "path") is not { } path)
            return;
        try
        {
            var append = Text(file, "append") is { } value && value.Equals("true", StringComparison.OrdinalIgnoreCase);
            files.Write(path, Decode(Text(file, "content") ?? "", Text(file, "encoding") ?? "text/plain"), append);
        }
        catch (Exception failure) when (failure is FormatException or InvalidDataException)
        {
            notes.Add($"the content of {path} in write_files cannot be decoded: {failure.Message}");
        }
    }

    private static string Decode(string content, string encoding)
    {
        var packed = encoding.Contains("gz", StringComparison.OrdinalIgnoreCase);
        var base64 =
            encoding.Contains("b64", StringComparison.OrdinalIgnoreCase)
            || encoding.Contains("base64", StringComparison.OrdinalIgnoreCase);
        if (!packed && !base64)
            return content;

        var bytes = base64 ? Convert.FromBase64String(content) : Encoding.Latin1.GetBytes(content);
        if (!packed)
            return Encoding.UTF8.GetString(bytes);

        using var unpacked = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var buffer = new byte[MostUnpackedBytes];
        return Encoding.UTF8.GetString(
            buffer,
            0,
            unpacked.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)
        );
    }

    private static IEnumerable<YamlNode> Items(YamlMappingNode root, string key) =>
        root.Children.TryGetValue(key, out var value) && value is YamlSequenceNode list ? list.Children : [];

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;
}
