namespace Estiba.Compute.UserData;

/// <summary>The ECS agent's configuration file on an ECS-optimised instance: a line for each variable.</summary>
internal static class AgentConfigurationFile
{
    public const string Path = "/etc/ecs/ecs.config";

    /// <summary>
    /// The variables in the file; a later line wins. Quotes around a whole value go, as they do where systemd reads the
    /// file.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Parse(string content)
    {
        foreach (
            var line in content.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
                yield return new(line[..equals].TrimEnd(), Unquote(line[(equals + 1)..].TrimStart()));
        }
    }

    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
