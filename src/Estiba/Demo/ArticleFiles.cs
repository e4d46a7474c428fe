namespace Estiba.Demo;

/// <summary>The files that the article's commands read, which are those of <c>examples/</c>.</summary>
internal static class ArticleFiles
{
    internal const string TaskDefinitionName = "container-definitions_nginx.json";
    internal const string ServiceName = "service_nginx.json";
    internal const string UserDataName = "user-data.sh";

    internal static string UserData => Read(UserDataName);

    internal static string Service => Read(ServiceName);

    internal static string TaskDefinition(ArticlePlace place) =>
        Read(TaskDefinitionName)
            .Replace("{account}.dkr.ecr.eu-west-1.amazonaws.com", place.RegistryOfAws, StringComparison.Ordinal)
            .Replace("\"eu-west-1\"", $"\"{place.Region}\"", StringComparison.Ordinal)
            .Replace("9999", $"{place.HostPort}", StringComparison.Ordinal);

    /// <summary>Puts them into a directory.</summary>
    internal static async Task WriteAsync(string directory, ArticlePlace place, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, UserDataName), UserData, cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, TaskDefinitionName), TaskDefinition(place), cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, ServiceName), Service, cancellation);
    }

    /// <summary>A file that travels inside the executable.</summary>
    internal static string Read(string name)
    {
        using var stream = typeof(ArticleFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the file {name} is not in the executable");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
