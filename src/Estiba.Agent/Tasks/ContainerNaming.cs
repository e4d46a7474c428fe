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

    /// <summary><c>ecs-{family}-{revision}-{name}-{20 hexadecimal digits}</c>; the digits follow from the task and the container.</summary>
    public static string NameOf(AcsTask task, AcsContainer container)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{task.Arn}/{container.Name}"));
        return Sanitize($"ecs-{task.Family}-{task.Version}-{container.Name}-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}");
    }

    /// <summary>A volume that lives with its task.</summary>
    public static string VolumeNameOf(AcsTask task, string volume)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{task.Arn}/{volume}"));
        return Sanitize($"ecs-{task.Family}-{task.Version}-{volume}-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}");
    }

    public static Dictionary<string, string> LabelsOf(AcsTask task, AcsContainer container, string cluster, string instance) => new(StringComparer.Ordinal)
    {
        [TaskArnLabel] = task.Arn ?? "",
        [ContainerNameLabel] = container.Name ?? "",
        [FamilyLabel] = task.Family ?? "",
        [VersionLabel] = task.Version ?? "",
        [ClusterLabel] = cluster,
        [InstanceLabel] = instance,
    };

    /// <summary>Docker's names begin with a letter or digit and go on with those, <c>_</c>, <c>.</c> and <c>-</c>.</summary>
    private static string Sanitize(string name) =>
        string.Create(name.Length, name, static (result, source) =>
        {
            for (var index = 0; index < source.Length; index++)
                result[index] = char.IsAsciiLetterOrDigit(source[index]) || source[index] is '_' or '.' or '-' ? source[index] : '_';
        });
}
