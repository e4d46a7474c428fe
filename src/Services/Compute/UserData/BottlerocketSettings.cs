using System.Text.Json.Nodes;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Estiba.Compute.UserData;

/// <summary>
/// Reads Bottlerocket's user data, a TOML document, as the agent variables that its ECS variant makes of
/// <c>[settings.ecs]</c>.
/// </summary>
internal static class BottlerocketSettings
{
    private const int MostNesting = 50;

    /// <summary>Of a line; each dot of a key is a level.</summary>
    private const int MostDots = 200;

    private static readonly Dictionary<string, string> Variables = new()
    {
        ["cluster"] = "ECS_CLUSTER",
        ["backend-host"] = "ECS_BACKEND_HOST",
        ["awsvpc-block-imds"] = "ECS_AWSVPC_BLOCK_IMDS",
        ["container-stop-timeout"] = "ECS_CONTAINER_STOP_TIMEOUT",
        ["enable-container-metadata"] = "ECS_ENABLE_CONTAINER_METADATA",
        ["enable-spot-instance-draining"] = "ECS_ENABLE_SPOT_INSTANCE_DRAINING",
        ["image-cleanup-age"] = "ECS_IMAGE_MINIMUM_CLEANUP_AGE",
        ["image-cleanup-delete-per-cycle"] = "ECS_NUM_IMAGES_DELETE_PER_CYCLE",
        ["image-cleanup-wait"] = "ECS_IMAGE_CLEANUP_INTERVAL",
        ["image-pull-behavior"] = "ECS_IMAGE_PULL_BEHAVIOR",
        ["loglevel"] = "ECS_LOGLEVEL",
        ["logging-drivers"] = "ECS_AVAILABLE_LOGGING_DRIVERS",
        ["instance-attributes"] = "ECS_INSTANCE_ATTRIBUTES",
        ["reserved-memory"] = "ECS_RESERVED_MEMORY",
        ["task-cleanup-wait"] = "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION",
    };

    /// <summary>Settings that say the opposite of the agent's variable.</summary>
    private static readonly Dictionary<string, string> Opposites = new()
    {
        ["allow-privileged-containers"] = "ECS_DISABLE_PRIVILEGED",
        ["image-cleanup-enabled"] = "ECS_DISABLE_IMAGE_CLEANUP",
    };

    public static void Read(string text, Dictionary<string, string> settings, List<string> notes)
    {
        if (IsNestedTooDeeply(text))
        {
            notes.Add($"the Bottlerocket settings are nested more than {MostNesting} levels deep and were ignored");
            return;
        }

        TomlTable? root;
        try
        {
            root = TomlSerializer.Deserialize(text, TomlDocuments.Default.TomlTable);
        }
        catch (TomlException failure)
        {
            notes.Add($"the Bottlerocket settings are not valid TOML and were ignored: {failure.Message}");
            return;
        }
        if (
            root?.GetValueOrDefault("settings") is not TomlTable all
            || all.GetValueOrDefault("ecs") is not TomlTable ecs
        )
            return;

        foreach (var (name, value) in ecs)
        {
            if (Variables.TryGetValue(name, out var variable))
                settings[variable] = Text(value);
            else if (Opposites.TryGetValue(name, out var opposite))
                settings[opposite] = value is true ? "false" : "true";
            else
                notes.Add($"settings.ecs.{name} has no counterpart and was ignored");
        }
    }

    // Each level takes stack. Brackets in texts are taken for levels too: nobody has so many open.
    private static bool IsNestedTooDeeply(string text)
    {
        var nesting = 0;
        foreach (var line in text.Split('\n'))
        {
            if (line.AsSpan().Count('.') > MostDots)
                return true;
            foreach (var letter in line)
            {
                if (letter is '[' or '{' && ++nesting > MostNesting)
                    return true;
                if (letter is ']' or '}' && nesting > 0)
                    nesting--;
            }
        }

        return false;
    }

    private static string Text(object? value) =>
        value switch
        {
            bool truth => truth ? "true" : "false",
            TomlTable table => new JsonObject(
                table.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(Text(entry.Value))))
            ).ToJsonString(),
            TomlArray array => new JsonArray([
                .. array.Select(item => (JsonNode?)JsonValue.Create(Text(item))),
            ]).ToJsonString(),
            _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
        };

    private static object? GetValueOrDefault(this TomlTable table, string key) =>
        table.TryGetValue(key, out var value) ? value : null;
}

/// <summary>How documents are read.</summary>
[TomlSerializable(typeof(TomlTable))]
internal sealed partial class TomlDocuments : TomlSerializerContext;
