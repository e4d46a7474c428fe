using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Files;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// What an agent heard last of the namespaces of its tasks: a file in its data directory, so that after a restart
/// containers find each other also while the server is away. Without a directory nothing is kept.
/// </summary>
/// <param name="dataDirectory">The directory.</param>
internal sealed class NamespaceFile(string? dataDirectory)
{
    private readonly string? _path = dataDirectory is null ? null : Path.Combine(dataDirectory, "service-connect.json");

    /// <summary>What was heard last; nothing where that cannot be read.</summary>
    internal IReadOnlyList<ServiceConnectNamespace> Read()
    {
        if (_path is null || !File.Exists(_path))
            return [];
        try
        {
            return ShapeJson.Parse<ServiceConnectMessage>(File.ReadAllBytes(_path)).Namespaces ?? [];
        }
        catch (Exception unreadable) when (unreadable is AwsException or IOException)
        {
            return [];
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Write(ServiceConnectMessage message)
    {
        if (_path is not null)
            DurableFile.Write(_path, durably: false, stream =>
                stream.Write(System.Text.Encoding.UTF8.GetBytes(ShapeJson.ToText(message)))
            );
    }

    /// <summary>Forgets it.</summary>
    internal void Delete()
    {
        if (_path is not null)
            File.Delete(_path);
    }
}
