using System.Security.Cryptography;
using System.Text;

namespace Estiba.Agent.Tasks;

/// <summary>Names and labels of containers, as AWS's agent gives them, and Estiba's own label.</summary>
internal static class ContainerNaming
{
    public const string TaskArnLabel = "com.amazonaws.ecs.task-arn";
    public const string ContainerNameLabel = "com.amazonaws.ecs.container-name";
    public const string FamilyLabel = "com.amazonaws.ecs.task-definition-family";
    public const string VersionLabel = "com.amazonaws.ecs.task-definition-version";
    public const string ClusterLabel = "com.amazonaws.ecs.cluster";

    /// <summary>Whose container it is when several agents share an engine.</summary>
    public const string InstanceLabel = "estiba.instance";

    /// <summary>Which platform a container belongs to: a copy of a platform has instances of the same ids.</summary>
    public const string PlatformLabel = "estiba.platform";

    /// <summary>The namespace of Service Connect that a container is in, by its ARN.</summary>
    public const string NamespaceLabel = Reserved + "service-connect-namespace";

    /// <summary>What labels of the agent's own begin with, which nobody else gives.</summary>
    internal const string Reserved = "estiba.";

    /// <summary>
    /// The id under which the container asks about itself, so that an agent that has lost its memory knows it again.
    /// </summary>
    private const string EndpointLabel = "estiba.endpoint";

    /// <summary>
    /// <c>ecs-{family}-{revision}-{name}-{20 hexadecimal digits}</c>; the digits follow from the task and the
    /// container.
    /// </summary>
    public static string NameOf(AcsTask task, AcsContainer container)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{task.Arn}/{container.Name}"));
        return Sanitize(
            $"ecs-{task.Family}-{task.Version}-{container.Name}-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}"
        );
    }

    /// <summary>A volume that lives with its task.</summary>
    public static string VolumeNameOf(AcsTask task, string volume)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{task.Arn}/{volume}"));
        return Sanitize($"ecs-{task.Family}-{task.Version}-{volume}-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}");
    }

    /// <summary>
    /// Whether something that bears an instance's id is a platform's own. Before there was the label, the id alone said
    /// so.
    /// </summary>
    public static bool IsOf(IReadOnlyDictionary<string, string> labels, string? platform) =>
        !labels.TryGetValue(PlatformLabel, out var owner) || owner == platform;

    public static Dictionary<string, string> LabelsOf(
        TaskState task,
        int index,
        string cluster,
        string instance,
        string? platform = null
    )
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TaskArnLabel] = task.Arn,
            [ContainerNameLabel] = task.ContainerDefinition(index).Name ?? "",
            [FamilyLabel] = task.Definition.Family ?? "",
            [VersionLabel] = task.Definition.Version ?? "",
            [ClusterLabel] = cluster,
            [InstanceLabel] = instance,
            [EndpointLabel] = task.Containers[index].EndpointId,
        };
        if (platform is not null)
            labels[PlatformLabel] = platform;
        if (task.Definition.ServiceConnectNamespace is { } itsNamespace)
            labels[NamespaceLabel] = itsNamespace;
        return labels;
    }

    /// <summary>
    /// The id under which a container asks about itself; null for one that was created before there were such.
    /// </summary>
    public static string? EndpointIdOf(IReadOnlyDictionary<string, string> labels) =>
        labels.GetValueOrDefault(EndpointLabel);

    /// <summary>Labels as the containers of a task may see them.</summary>
    public static Dictionary<string, string> WithoutEndpoint(IReadOnlyDictionary<string, string> labels) =>
        labels.Where(label => label.Key != EndpointLabel).ToDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Docker's names begin with a letter or digit and go on with those, <c>_</c>, <c>.</c> and <c>-</c>.
    /// </summary>
    private static string Sanitize(string name) => string.Create(name.Length, name, static (result, source) =>
        {
            for (var index = 0; index < source.Length; index++)
                result[index] =
                    char.IsAsciiLetterOrDigit(source[index]) || source[index] is '_' or '.' or '-'
                        ? source[index]
                        : '_';
        });
}
