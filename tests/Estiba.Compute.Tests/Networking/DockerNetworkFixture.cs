using System.Formats.Tar;
using System.Net;
using Estiba.Compute.Networking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Compute.Tests.Networking;

/// <summary>
/// A network of virtual instances of its own, on the real Docker Engine, and containers to reach it from. Their image
/// is empty and the host's folders are mounted into it, so nothing is pulled: perl answers a connection, bash makes
/// one.
/// </summary>
public sealed class DockerNetworkFixture : IAsyncLifetime
{
    private static readonly string[] Folders = ["usr", "bin", "sbin", "lib", "lib64"];

    /// <summary>
    /// Until this process ends: the blocks of these tests are the same in every run, so two runs on one machine take
    /// turns.
    /// </summary>
    private static readonly SemaphoreSlim Turn = new(1);
    private static IDisposable? _claim;

    private readonly string _id = Guid.NewGuid().ToString("N")[..6];
    private readonly List<string> _containers = [];
    private readonly List<string> _networks = [];
    private int _number;

    public string Image => $"estiba-compute-test-{_id}";

    /// <summary>Options with names and a block that nobody else has.</summary>
    public InstanceNetworkOptions NewOptions(params string[] blocks)
    {
        var number = ++_number;
        _networks.Add($"estiba-compute-test-{_id}-{number}");
        return new InstanceNetworkOptions
        {
            Mode = InstanceNetworkMode.Bridge,
            Name = _networks[^1],
            Bridge = $"estct{_id}{number}",
            Candidates = [.. blocks.Select(block => IPNetwork.Parse(block))],
        };
    }

    public static Task<IInstanceNetwork> OpenAsync(InstanceNetworkOptions options) =>
        InstanceNetwork.OpenAsync(options, TimeProvider.System, NullLogger.Instance);

    /// <summary>
    /// A container that publishes port 9999 of an address and answers every connection with its name.
    /// </summary>
    public Task ServeAsync(string name, IPAddress address) =>
        RunAsync(
            name,
            ["--publish", $"{address}:9999:80"],
            "perl",
            "-MIO::Socket::INET",
            "-e",
            "$s = IO::Socket::INET->new(LocalPort => 80, Listen => 5, ReuseAddr => 1); while ($c = $s->accept) { "
                + "print $c $ENV{NAME}; close $c }"
        );

    /// <summary>A container that was never started.</summary>
    public Task CreateAsync(string name, params string[] options)
    {
        _containers.Add($"{Image}-{name}");
        return DockerCommand.RunAsync(["create", "--name", _containers[^1], .. options, Image, "true"]);
    }

    /// <summary>Gives a network to another owner.</summary>
    internal static async Task MakeAgainAsync(InstanceNetworkOptions options, NetworkOwner owner)
    {
        await DockerCommand.RunAsync("network", "rm", options.Name);
        using var socket = new DockerSocket(options.DockerSocket, options.Timeout);
        (
            await DockerNetwork.TryCreateAsync(
                socket,
                options.Name,
                options.Bridge,
                options.Candidates[0],
                owner,
                default
            )
        ).ShouldNotBeNull();
    }

    /// <summary>What answers on a port of an address when a container on the network asks.</summary>
    public async Task<string> AskFromContainerAsync(string network, IPAddress address, int port = 9999)
    {
        List<string> arguments =
        [
            "run",
            "--rm",
            "--network",
            network,
            .. Mounts(),
            Image,
            "bash",
            "-c",
            $"cat < /dev/tcp/{address}/{port}",
        ];
        return await DockerCommand.RunAsync([.. arguments]);
    }

    public async ValueTask InitializeAsync()
    {
        await TakeTurnAsync();
        var archive = Path.Combine(Path.GetTempPath(), $"{Image}.tar");
        await using (var tar = new TarWriter(File.Create(archive)))
        {
            foreach (
                var folder in Folders.Select(folder => new DirectoryInfo("/" + folder)).Where(folder => folder.Exists)
            )
            {
                await tar.WriteEntryAsync(
                    folder.LinkTarget is { } target
                        ? new PaxTarEntry(TarEntryType.SymbolicLink, folder.Name) { LinkName = target }
                        : new PaxTarEntry(TarEntryType.Directory, folder.Name)
                );
            }
        }
        await DockerCommand.RunAsync("import", archive, Image);
        File.Delete(archive);
    }

    public async ValueTask DisposeAsync()
    {
        await DockerCommand.TryAsync("docker", ["rm", "--force", .. _containers]);
        await DockerCommand.TryAsync("docker", ["network", "rm", .. _networks]);
        await DockerCommand.TryAsync(
            "docker",
            ["image", "rm", .. _networks.Select(network => $"{network}-address-helper")]
        );
        await DockerCommand.TryAsync("docker", "image", "rm", "--force", Image);
    }

    private static async Task TakeTurnAsync()
    {
        await Turn.WaitAsync();
        try
        {
            for (var tries = 0; _claim is null; tries++)
            {
                _claim = NetworkClaim.TryTake("estiba-compute-test");
                if (_claim is not null)
                    return;
                tries.ShouldBeLessThan(600, "Another run of these tests on this machine does not end.");
                await Task.Delay(500);
            }
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task RunAsync(string name, string[] options, params string[] command)
    {
        _containers.Add($"{Image}-{name}");
        List<string> arguments =
        [
            "run",
            "--detach",
            "--name",
            _containers[^1],
            "--env",
            $"NAME={name}",
            .. options,
            .. Mounts(),
            Image,
            .. command,
        ];
        await DockerCommand.RunAsync([.. arguments]);
    }

    private static IEnumerable<string> Mounts() =>
        Folders
            .Select(folder => new DirectoryInfo("/" + folder))
            .Where(folder => folder.Exists && folder.LinkTarget is null)
            .SelectMany(folder => new[] { "--volume", $"{folder.FullName}:{folder.FullName}:ro" });
}
