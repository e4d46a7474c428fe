namespace Estiba.Demo.Production;

/// <summary>The files that the second chapter's commands read, which are those of <c>examples/production</c>.</summary>
internal static class ProductionFiles
{
    internal const string TaskDefinition = "task-definition.json";
    internal const string Service = "service.json";
    internal const string Tracking = "tracking.json";
    internal const string Dockerfile = "Dockerfile";
    internal const string BadDockerfile = "Dockerfile.bad";
    internal const string BadConfiguration = "bad.conf";
    private const string Role = "role.json";

    /// <summary>Puts them into a directory.</summary>
    internal static async Task WriteAsync(string directory, ProductionPlace place, CancellationToken cancellation)
    {
        foreach (
            var name in new[] { TaskDefinition, Service, Tracking, Dockerfile, BadDockerfile, BadConfiguration, Role }
        )
            await File.WriteAllTextAsync(Path.Combine(directory, name), Content(name, place), cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(directory, ArticleFiles.UserDataName),
            ArticleFiles.UserData,
            cancellation
        );
    }

    /// <summary>A file's content, with the walk's account and region in it.</summary>
    internal static string Content(string name, ProductionPlace place) =>
        ArticleFiles
            .Read($"production/{name}")
            .Replace("{account}.dkr.ecr.eu-west-1.amazonaws.com", place.RegistryOfAws, StringComparison.Ordinal)
            .Replace("\"eu-west-1\"", $"\"{place.Region}\"", StringComparison.Ordinal);
}

/// <summary>What the walk has to put in the place of an account, its registry and a port.</summary>
/// <param name="AccountId">The account of the keys that the walk uses.</param>
/// <param name="Region">The region of the walk.</param>
/// <param name="Registry">Host and port to which Docker pushes.</param>
/// <param name="ListenerPort">The port of the load balancer's listener; the usual one is 80.</param>
internal sealed record ProductionPlace(string AccountId, string Region, string Registry, int ListenerPort)
{
    /// <summary>What the registry is called on AWS.</summary>
    internal string RegistryOfAws => $"{AccountId}.dkr.ecr.{Region}.amazonaws.com";
}
