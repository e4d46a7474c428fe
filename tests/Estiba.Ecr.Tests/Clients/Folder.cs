namespace Estiba.Ecr.Tests.Clients;

/// <summary>A folder of a test's own.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("estiba-client-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
