namespace Estiba.Contracts;

/// <summary>What containers may do to a host beyond living on it. What is not named here they may not do.</summary>
/// <remarks>
/// A container that may do one of these things is, with some skill, as good as the host's owner; so a host allows none
/// of them unless somebody says so. A container instance shows
/// them as attributes, which task definitions ask for by what they need (<see cref="HostNeeds"/>).
/// </remarks>
public sealed record HostAccess
{
    /// <summary>What the names of the attributes begin with; the kind follows.</summary>
    public const string AttributePrefix = "estiba.capability.";

    /// <summary>The attribute with the directories that may be bound, with colons between them.</summary>
    public const string VolumesAttribute = AttributePrefix + "host-volumes";

    /// <summary>Privileged containers, and such without the engine's usual confinement.</summary>
    public const string Privileged = "privileged";

    /// <summary>Devices of the host.</summary>
    public const string Devices = "devices";

    /// <summary>Linux capabilities beyond those that an engine gives to every container.</summary>
    public const string Capabilities = "capabilities";

    /// <summary>The host's network.</summary>
    public const string Network = "network";

    /// <summary>The host's processes.</summary>
    public const string Pid = "pid";

    /// <summary>The host's shared memory and semaphores.</summary>
    public const string Ipc = "ipc";

    private const string Yes = "true";
    private const string None = "none";

    /// <summary>All kinds, as the command line names them.</summary>
    public static IReadOnlyList<string> AllKinds { get; } = [Privileged, Devices, Capabilities, Network, Pid, Ipc];

    /// <summary>Nothing at all.</summary>
    public static HostAccess Nothing { get; } = new();

    /// <summary>Everything, on a machine whose owner is who runs containers on it.</summary>
    public static HostAccess Everything { get; } = new() { Kinds = AllKinds, Volumes = ["/"] };

    /// <summary>What containers may do, of <see cref="AllKinds"/>.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>
    /// Absolute paths of directories that containers may bind, and what is beneath them; <c>/</c> for all.
    /// </summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Whether containers may do something, of <see cref="AllKinds"/>.</summary>
    public bool Allows(string kind) => Kinds.Contains(kind);

    /// <summary>
    /// Whether a path is in a directory that containers may bind. The path is taken as it is written: who binds must
    /// look where it leads.
    /// </summary>
    public bool AllowsVolume(string path) => Volumes.Any(directory => IsWithin(directory, path));

    /// <summary>
    /// The attributes that show it. Each is there with a value, so that a host that allows nothing says that too.
    /// </summary>
    public IEnumerable<(string Name, string Value)> ToAttributes()
    {
        foreach (var kind in AllKinds)
            yield return (AttributePrefix + kind, Allows(kind) ? Yes : "false");
        yield return (VolumesAttribute, Volumes.Count == 0 ? None : string.Join(':', Volumes));
    }

    /// <summary>What attributes show.</summary>
    /// <param name="value">The value of an attribute: null where it is not there, empty where it has none.</param>
    public static HostAccess FromAttributes(Func<string, string?> value) =>
        new()
        {
            Kinds = [.. AllKinds.Where(kind => value(AttributePrefix + kind) == Yes)],
            Volumes = value(VolumesAttribute) is { } volumes and not None
                ? volumes.Split(':', StringSplitOptions.RemoveEmptyEntries)
                : [],
        };

    /// <summary>Whether an attribute is one of these.</summary>
    public static bool IsAttribute(string name) => name.StartsWith(AttributePrefix, StringComparison.Ordinal);

    /// <summary>In few words.</summary>
    public override string ToString() =>
        Kinds.Count + Volumes.Count == 0 ? "nothing" : string.Join(' ', Kinds.Concat(Volumes));

    /// <summary>Whether a path is a directory, or beneath it.</summary>
    /// <param name="directory">An absolute path.</param>
    /// <param name="path">Another one.</param>
    public static bool IsWithin(string directory, string path)
    {
        var root = directory.TrimEnd('/');
        return path.StartsWith(root, StringComparison.Ordinal)
            && (path.Length == root.Length || path[root.Length] == '/');
    }
}
