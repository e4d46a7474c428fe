namespace Estiba.Contracts;

/// <summary>What a task wants of its host that only some hosts allow (<see cref="HostAccess"/>).</summary>
/// <param name="Kinds">Of <see cref="HostAccess.AllKinds"/>.</param>
/// <param name="Paths">Absolute paths of the host that its containers bind.</param>
public sealed record HostNeeds(IReadOnlyList<string> Kinds, IReadOnlyList<string> Paths)
{
    /// <summary>
    /// The capabilities that an engine gives to every container ("Runtime privilege and Linux capabilities", Docker);
    /// to add one of them again is nothing.
    /// </summary>
    private static readonly HashSet<string> Usual = new(StringComparer.OrdinalIgnoreCase)
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    };

    /// <summary>
    /// Types of file systems that a volume of the driver <c>local</c> may mount and that are not on the host.
    /// </summary>
    private static readonly HashSet<string> Elsewhere = new(StringComparer.Ordinal)
    {
        "tmpfs",
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
    };

    /// <summary>A task that wants nothing.</summary>
    public static HostNeeds Nothing { get; } = new([], []);

    /// <summary>The attribute of a host that is missing for the task; null when none is.</summary>
    /// <param name="access">What the host allows.</param>
    public string? MissingIn(HostAccess access)
    {
        foreach (var kind in Kinds)
            if (!access.Allows(kind))
                return HostAccess.AttributePrefix + kind;
        return Paths.All(access.AllowsVolume) ? null : HostAccess.VolumesAttribute;
    }

    /// <summary>Whether a container has more than an engine gives to all, if it is given these capabilities.</summary>
    public static bool AreUnusual(IEnumerable<string> capabilities) =>
        capabilities.Any(name =>
            !Usual.Contains(name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name[4..] : name)
        );

    /// <summary>
    /// Whether an option of Docker's takes the engine's usual confinement away: a profile that is off, a label that is
    /// none, or a profile of one's own.
    /// </summary>
    public static bool IsUnconfined(string securityOption)
    {
        var text = securityOption.Replace('=', ':');
        return text.StartsWith("seccomp:", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("systempaths:", StringComparison.OrdinalIgnoreCase)
            || text.EndsWith(":unconfined", StringComparison.OrdinalIgnoreCase)
            || text.Equals("no-new-privileges:false", StringComparison.OrdinalIgnoreCase)
            || text.Equals("label:disable", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("label:type:", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The path of the host that a Docker volume is, by the options of its driver; null where it is none. What the
    /// driver <c>local</c> mounts and nobody can say where it is
    /// counts as all of the host: options name devices, and file systems that lie over others.
    /// </summary>
    public static string? PathOf(string? driver, IReadOnlyDictionary<string, string>? options)
    {
        if (driver is { Length: > 0 } and not "local" || options is null || options.Count == 0)
            return null;
        var (type, device) = (options.GetValueOrDefault("type") ?? "", options.GetValueOrDefault("device") ?? "");
        var flags = (options.GetValueOrDefault("o") ?? "").Split(',');
        // whatever the type says
        var binds = flags.Any(flag => flag.Trim() is "bind" or "rbind" or "move" or "remount");
        if (!binds && Elsewhere.Contains(type))
            return null;
        if (type.Length == 0 && device.Length == 0)
            return null;
        return (binds || type is "none" or "bind" or "") && device.StartsWith('/') ? device : "/";
    }
}
