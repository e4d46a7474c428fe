using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>
/// A host of its own on this machine (tools/hosts): an address, a disk, a Docker Engine, an agent. All of them can
/// fail.
/// </summary>
/// <param name="number">From 1 to 9.</param>
/// <param name="world">The world with the server that it joins.</param>
/// <param name="dockerOptions">Options of its <c>dockerd</c>.</param>
internal sealed class Host(int number, World world, string dockerOptions = "")
{
    /// <summary>This machine's address, as all hosts see it.</summary>
    public const string AddressOfMachine = "10.198.0.1";

    private const string Disks = "hosts";
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "hosts");

    private bool _isOn;
    private bool _isPlugged = true;
    private bool _hasDocker;
    private bool _hasAgent;
    private string? _token;

    /// <summary>Where the tasks that publish ports on it answer.</summary>
    public string Address => $"10.198.0.1{number}";

    /// <summary>What its engine and its agent said.</summary>
    public string Log =>
        string.Concat(
            Directory
                .EnumerateFiles(Disk, "*.log")
                .Select(file => $"--- {file}\n{string.Join('\n', File.ReadLines(file).TakeLast(40))}\n")
        );

    private string Disk => Path.Combine(world.Root, Disks, $"{number}");

    private Uri Server => new(world.Commands.Environment["AWS_ENDPOINT_URL"]!);

    /// <summary>
    /// Removes the hosts of a world, whether they are on or its test run was killed, and their disks.
    /// </summary>
    public static async Task RemoveAllAsync(string root)
    {
        var disks = Path.Combine(root, Disks);
        if (Directory.Exists(disks))
            await RootCommand.RunAsync($"bash {Script} remove {disks}; rm -rf {disks}");
    }

    /// <summary>Switches it on, if it is off, with its Docker Engine.</summary>
    public async Task SwitchOnAsync()
    {
        if (!_isOn)
            await HostsAsync($"on {number} {Disk}");
        _isOn = true;
        await StartDockerAsync();
    }

    /// <summary>Starts its agent for the first time: it joins with a token.</summary>
    public Task JoinAsync(string token)
    {
        _token = token;
        return StartAgentAsync();
    }

    /// <summary>Brings everything in it up that is down.</summary>
    public async Task StartAsync()
    {
        await SwitchOnAsync();
        await PlugInAsync();
        await StartAgentAsync();
    }

    /// <summary>From one moment to the next, nothing in it runs. Its disk stays.</summary>
    public Task CutPowerAsync()
    {
        _isOn = _hasDocker = _hasAgent = false;
        return HostsAsync($"off {number}");
    }

    /// <summary>Takes its network cable out.</summary>
    public Task UnplugAsync()
    {
        _isPlugged = false;
        return HostsAsync($"unplug {number}");
    }

    /// <summary>Puts its network cable in.</summary>
    public async Task PlugInAsync()
    {
        if (!_isPlugged)
            await HostsAsync($"plug {number}");
        _isPlugged = true;
    }

    /// <summary>Stops its Docker Engine as a service manager does.</summary>
    public Task StopDockerAsync()
    {
        _hasDocker = false;
        return HostsAsync($"kill {number} dockerd TERM");
    }

    /// <summary>Starts its Docker Engine, and waits until that answers.</summary>
    public async Task StartDockerAsync()
    {
        if (!_hasDocker)
            await HostsAsync($"docker {number} --insecure-registry {Server.Authority} {dockerOptions}");
        _hasDocker = true;
    }

    /// <summary>Kills its agent with -9.</summary>
    public Task KillAgentAsync()
    {
        _hasAgent = false;
        return HostsAsync($"kill {number} agent KILL");
    }

    /// <summary>Starts its agent, which needs the token the first time only.</summary>
    public async Task StartAgentAsync()
    {
        if (!_hasAgent)
        {
            var token = _token is null ? "" : $"ESTIBA_TOKEN={_token}";
            var runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root ? $"DOTNET_ROOT='{root}'" : "";
            await HostsAsync(
                $"start {number} agent env DOTNET_EnableDiagnostics=0 {runtime} {token} "
                    + $"ECS_INSTANCE_ATTRIBUTES='{{\"address\":\"{Address}\"}}' "
                    + $"{PlatformProcess.Executable} agent --join {Server} --data {Disk}/agent"
            );
        }

        _hasAgent = true;
        _token = null;
    }

    /// <summary>When a container of its was last started, as its engine writes it.</summary>
    public Task<string> StartOfAsync(string container) =>
        HostsAsync($"run {number} docker inspect --format '{{{{.State.StartedAt}}}}' {container}");

    /// <summary>Kills the processes of a container with -9.</summary>
    public Task KillContainerAsync(string container) =>
        HostsAsync($"run {number} docker kill --signal KILL {container}");

    /// <summary>The ids of the containers that its engine runs.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        (await HostsAsync($"run {number} docker ps -q --no-trunc")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> HostsAsync(string words) =>
        (await world.Commands.RunAsync($"bash {Script} {words}")).Text;
}
