using Estiba.Agent.Metadata;

namespace Estiba.Agent.Tasks;

/// <summary>The environment variables that a container gets besides its own.</summary>
/// <param name="Fixed">They go over the container's own, as on ECS ("Task IAM role"; "Amazon ECS task metadata endpoint
/// version 4").</param>
/// <param name="Defaults"> They hold where the container says nothing itself. ECS has none: its SDKs know where AWS is.
/// Here nothing else would tell a program that has credentials of this platform where the platform is.
/// </param>
internal sealed record InjectedVariables(
    IReadOnlyDictionary<string, string> Fixed,
    IReadOnlyDictionary<string, string> Defaults
)
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    /// <summary>None.</summary>
    public static InjectedVariables None { get; } = new(Nothing, Nothing);

    /// <summary>Those of one container, where the endpoint is served.</summary>
    public static InjectedVariables Of(TaskState task, int index, AgentOptions options)
    {
        var endpoint = task.Containers[index].EndpointId;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ECS_CONTAINER_METADATA_URI"] = $"{TaskMetadataEndpoint.Address}/v3/{endpoint}",
            ["ECS_CONTAINER_METADATA_URI_V4"] = $"{TaskMetadataEndpoint.Address}/v4/{endpoint}",
        };
        if (task.Definition.RoleCredentials?.CredentialsId is not { } credentials)
            return new InjectedVariables(variables, Nothing);

        variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = $"/v2/credentials/{credentials}";
        return new InjectedVariables(variables, PlatformOf(task, options));
    }

    private static Dictionary<string, string> PlatformOf(TaskState task, AgentOptions options)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_REGION"] = options.Region,
            ["AWS_DEFAULT_REGION"] = options.Region,
        };
        if (
            (task.Definition.NetworkMode == "host" ? options.PlatformEndpoint : options.ContainersPlatformEndpoint) is
            { } platform
        )
            variables["AWS_ENDPOINT_URL"] = platform.ToString().TrimEnd('/');
        return variables;
    }
}
