using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Estiba.Agent;
using Estiba.Contracts;

namespace Estiba.Instances;

/// <summary>
/// Reads the variables that Amazon's agent is configured with, from user data or the environment, into an agent's
/// options.
/// </summary>
/// <remarks>
/// "Amazon ECS container agent configuration". What cannot be read is left at its default and reported, as the agent
/// does: an instance that does not start for a typing error helps nobody.
/// </remarks>
internal static partial class AgentVariables
{
    /// <summary>The options with what the variables say.</summary>
    /// <param name="options">What holds where no variable says otherwise.</param>
    /// <param name="variables">Names and values, those of other programs too.</param>
    /// <param name="complain">Hears of each value that cannot be read.</param>
    internal static AgentOptions Apply(
        AgentOptions options,
        IReadOnlyDictionary<string, string> variables,
        Action<string> complain
    )
    {
        var reader = new VariableReader(variables, complain);
        return options with
        {
            Memory = Math.Max(0, options.Memory - reader.Integer("ECS_RESERVED_MEMORY", 0)),
            ReservedPorts = reader.Json("ECS_RESERVED_PORTS", AgentJson.Default.Int32Array) ?? options.ReservedPorts,
            ReservedPortsUdp = reader.Json("ECS_RESERVED_PORTS_UDP", AgentJson.Default.Int32Array)
                ?? options.ReservedPortsUdp,
            HostAccess = reader.Boolean("ECS_DISABLE_PRIVILEGED", otherwise: false)
                ? options.HostAccess with
                {
                    Kinds = [.. options.HostAccess.Kinds.Where(kind => kind != HostAccess.Privileged)],
                }
                : options.HostAccess,
            Attributes = Merge(
                options.Attributes,
                reader.Json("ECS_INSTANCE_ATTRIBUTES", AgentJson.Default.DictionaryStringString)
            ),
            Tags = Merge(
                options.Tags,
                reader.Json("ECS_CONTAINER_INSTANCE_TAGS", AgentJson.Default.DictionaryStringString)
            ),
            ImagePullBehavior = PullBehavior(reader, options.ImagePullBehavior),
            PullDependentContainersUpfront = reader.Boolean(
                "ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT",
                options.PullDependentContainersUpfront
            ),
            ImagePullInactivityTimeout = reader.Duration(
                "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT",
                options.ImagePullInactivityTimeout
            ),
            ContainerCreateTimeout = reader.Duration("ECS_CONTAINER_CREATE_TIMEOUT", options.ContainerCreateTimeout),
            ContainerStartTimeout = reader.Duration("ECS_CONTAINER_START_TIMEOUT", options.ContainerStartTimeout),
            ContainerStopTimeout = reader.Duration("ECS_CONTAINER_STOP_TIMEOUT", options.ContainerStopTimeout),
            TaskCleanupWaitDuration = reader.Duration(
                "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION",
                options.TaskCleanupWaitDuration
            ),
            DisableImageCleanup = reader.Boolean("ECS_DISABLE_IMAGE_CLEANUP", options.DisableImageCleanup),
            ImageCleanupInterval = reader.Duration("ECS_IMAGE_CLEANUP_INTERVAL", options.ImageCleanupInterval),
            ImageMinimumCleanupAge = reader.Duration("ECS_IMAGE_MINIMUM_CLEANUP_AGE", options.ImageMinimumCleanupAge),
            ImagesDeletedPerCycle = reader.Integer("ECS_NUM_IMAGES_DELETE_PER_CYCLE", options.ImagesDeletedPerCycle),
            DisableMetrics = reader.Boolean("ECS_DISABLE_METRICS", options.DisableMetrics),
        };
    }

    private static ImagePullBehavior PullBehavior(VariableReader reader, ImagePullBehavior otherwise) =>
        reader.Text("ECS_IMAGE_PULL_BEHAVIOR") switch
        {
            null => otherwise,
            "default" => ImagePullBehavior.Default,
            "always" => ImagePullBehavior.Always,
            "once" => ImagePullBehavior.Once,
            "prefer-cached" => ImagePullBehavior.PreferCached,
            var unknown => reader.Refuse("ECS_IMAGE_PULL_BEHAVIOR", unknown, otherwise),
        };

    private static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> ours,
        IReadOnlyDictionary<string, string>? theirs
    )
    {
        if (theirs is null)
            return ours;
        var merged = new Dictionary<string, string>(theirs, StringComparer.Ordinal);

        // The facts about the instance, such as its zone, are not a matter of configuration.
        foreach (var (name, value) in ours)
            merged[name] = value;
        return merged;
    }

    private sealed partial class VariableReader(IReadOnlyDictionary<string, string> variables, Action<string> complain)
    {
        internal string? Text(string name) =>
            variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

        internal T Refuse<T>(string name, string value, T otherwise)
        {
            complain($"{name} is '{value}', which cannot be read; it stays {otherwise}");
            return otherwise;
        }

        internal int Integer(string name, int otherwise) =>
            Text(name) is not { } text ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : Refuse(name, text, otherwise);

        internal bool Boolean(string name, bool otherwise) =>
            Text(name) is not { } text ? otherwise
            : bool.TryParse(text, out var answer) ? answer
            : Refuse(name, text, otherwise);

        internal T? Json<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
            where T : class
        {
            if (Text(name) is not { } text)
                return null;
            try
            {
                return JsonSerializer.Deserialize(text, type);
            }
            catch (JsonException)
            {
                return Refuse<T?>(name, text, null);
            }
        }

        /// <summary>A duration as Go writes it: <c>30s</c>, <c>1m30s</c>, <c>3h</c>.</summary>
        internal TimeSpan Duration(string name, TimeSpan otherwise)
        {
            if (Text(name) is not { } text)
                return otherwise;
            if (!DurationPattern().IsMatch(text))
                return Refuse(name, text, otherwise);
            var sum = TimeSpan.Zero;
            foreach (Match part in DurationPart().Matches(text))
            {
                sum +=
                    double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * Unit(part.Groups[2].Value);
            }

            return sum;
        }

        private static TimeSpan Unit(string unit) =>
            unit switch
            {
                "h" => TimeSpan.FromHours(1),
                "m" => TimeSpan.FromMinutes(1),
                "s" => TimeSpan.FromSeconds(1),
                _ => TimeSpan.FromMilliseconds(1),
            };

        [GeneratedRegex(
            @"^(\d{1,9}(\.\d{1,9})?(h|ms|m|s))+$",
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000
        )]
        private static partial Regex DurationPattern();

        [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
        private static partial Regex DurationPart();
    }
}
