using System.Runtime.InteropServices;

namespace Estiba.Agent.Metadata;

/// <summary>What a container asks for.</summary>
internal enum MetadataSubject
{
    Credentials,
    Container,
    ContainerStatistics,
    Task,
    TaskWithTags,
    TaskStatistics,
}

/// <summary>
/// One question, read from its path ("Amazon ECS task metadata endpoint version 4", "version 3"; "Task IAM role").
/// </summary>
/// <param name="Version">Of the endpoint: 2 for credentials, 3 or 4.</param>
/// <param name="Id">Of the credentials, or the endpoint's id of the container that asks.</param>
/// <param name="Subject">What is asked.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MetadataRequest(int Version, string Id, MetadataSubject Subject)
{
    private const string CredentialsPath = "/v2/credentials/";

    /// <summary>The question that a path asks; null when it asks none.</summary>
    public static MetadataRequest? Parse(string path)
    {
        if (path.StartsWith(CredentialsPath, StringComparison.Ordinal))
            return new MetadataRequest(2, path[CredentialsPath.Length..], MetadataSubject.Credentials);
        if (path.Split('/') is not ["", "v3" or "v4", { Length: > 0 } id, .. var rest])
            return null;

        MetadataSubject? subject = rest switch
        {
            [] => MetadataSubject.Container,
            ["stats"] => MetadataSubject.ContainerStatistics,
            ["task"] => MetadataSubject.Task,
            ["taskWithTags"] => MetadataSubject.TaskWithTags,
            ["task", "stats"] => MetadataSubject.TaskStatistics,
            _ => null,
        };
        return subject is { } known ? new MetadataRequest(path[2] - '0', id, known) : null;
    }
}
