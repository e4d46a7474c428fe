using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Estiba.Compute.Networking;

/// <summary>
/// Changes the host's network from a short-lived container, for a platform that may use Docker but is not root. Its
/// image is empty: the host's own folders are mounted read-only into it, so the commands are the host's and nothing is
/// pulled.
/// </summary>
internal sealed class HelperContainer(DockerSocket docker, string network) : IHostShell
{
    private const string ScriptFile = "script";

    /// <summary>
    /// Where Debian keeps which iptables is meant, and what keeps two of the older kind from changing the tables at the
    /// same time.
    /// </summary>
    private static readonly string[] FurtherMounts =
    [
        "/etc/alternatives:/etc/alternatives:ro",
        "/run/xtables.lock:/run/xtables.lock",
    ];

    private static readonly string[] SystemFolders = ["usr", "bin", "sbin", "lib", "lib64"];

    /// <summary>
    /// Of the container and of its image: one of each for every network, so that platforms on one host do not meet.
    /// </summary>
    private readonly string _name = $"{network}-address-helper";

    // A container each time.
    public TimeSpan CheckInterval => TimeSpan.FromMinutes(1);

    public async Task<string> RunAsync(string script, CancellationToken cancellation)
    {
        await EnsureImageAsync(cancellation);
        await DeleteAsync(cancellation);
        try
        {
            Check(await docker.PostAsync($"/containers/create?name={_name}", Configuration(), cancellation), "created");
            var archive = Archive((ScriptFile, TarEntryType.RegularFile, script));
            Check(
                await docker.SendArchiveAsync(
                    HttpMethod.Put,
                    $"/containers/{_name}/archive?path=/",
                    archive,
                    cancellation
                ),
                "given its script"
            );
            Check(await docker.PostAsync($"/containers/{_name}/start", null, cancellation), "started");
            var ended = await docker.PostAsync($"/containers/{_name}/wait", null, cancellation);
            Check(ended, "awaited");
            var exitCode = ended.Json["StatusCode"]?.GetValue<int>() ?? -1;
            if (exitCode == 0)
                return "";

            var logs = await docker.GetAsync($"/containers/{_name}/logs?stdout=1&stderr=1", cancellation);
            return IHostShell.Complaint(
                exitCode,
                new string([.. logs.Body.Where(character => !char.IsControl(character) || character == '\n')])
            );
        }
        finally
        {
            await DeleteAsync(CancellationToken.None);
        }
    }

    /// <summary>Removes the helper's image.</summary>
    public async Task RemoveImageAsync(CancellationToken cancellation) =>
        await docker.DeleteAsync($"/images/{_name}?force=1", cancellation);

    private async Task EnsureImageAsync(CancellationToken cancellation)
    {
        if ((await docker.GetAsync($"/images/{_name}/json", cancellation)).Succeeded)
            return;

        var layout = SystemFolders
            .Select(folder => new DirectoryInfo("/" + folder))
            .Where(folder => folder.Exists)
            .Select(folder =>
                folder.LinkTarget is { } target
                    ? (folder.Name, TarEntryType.SymbolicLink, target)
                    : (folder.Name, TarEntryType.Directory, "")
            );
        var answer = await docker.SendArchiveAsync(
            HttpMethod.Post,
            $"/images/create?fromSrc=-&repo={_name}&tag=latest",
            Archive([.. layout]),
            cancellation
        );
        Check(answer, "imported");
    }

    private JsonObject Configuration() =>
        new()
        {
            ["Image"] = _name,
            ["Cmd"] = new JsonArray("/bin/sh", "/" + ScriptFile),
            // With a terminal the log is what was written; without one, Docker puts a header before each piece.
            ["Tty"] = true,
            ["Labels"] = new JsonObject { ["estiba.network"] = network },
            ["HostConfig"] = new JsonObject
            {
                ["NetworkMode"] = "host",
                ["CapDrop"] = new JsonArray("ALL"),
                ["CapAdd"] = new JsonArray("NET_ADMIN", "NET_RAW"),
                ["Binds"] = new JsonArray([
                    .. SystemFolders
                        .Select(folder => new DirectoryInfo("/" + folder))
                        .Where(folder => folder.Exists && folder.LinkTarget is null)
                        .Select(folder => $"{folder.FullName}:{folder.FullName}:ro")
                        .Concat(
                            FurtherMounts.Where(mount =>
                                Path.Exists(mount[..mount.IndexOf(':', StringComparison.Ordinal)])
                            )
                        )
                        .Select(mount => JsonValue.Create(mount)),
                ]),
            },
        };

    private async Task DeleteAsync(CancellationToken cancellation) =>
        await docker.DeleteAsync($"/containers/{_name}?force=1", cancellation);

    private void Check(DockerAnswer answer, string step)
    {
        if (!answer.Succeeded)
            throw new NetworkException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The helper container {_name} could not be {step}: {answer.Message}"
                )
            );
    }

    private static byte[] Archive(params (string Name, TarEntryType Type, string Content)[] entries)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, leaveOpen: true))
        {
            foreach (var (name, type, content) in entries)
            {
                var entry = new PaxTarEntry(type, name) { Mode = (UnixFileMode)0b111_101_101 };
                if (type == TarEntryType.SymbolicLink)
                    entry.LinkName = content;
                if (type == TarEntryType.RegularFile)
                    entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
                tar.WriteEntry(entry);
            }
        }
        return buffer.ToArray();
    }
}
