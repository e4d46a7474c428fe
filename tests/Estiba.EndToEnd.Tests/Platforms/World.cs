namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>A platform with its data, and the stock command lines set up to talk to it; all of it is gone at the end.</summary>
/// <remarks>The region is the article's; everything that is on the machine beside it (another platform, the person's own settings) is left alone.</remarks>
internal sealed class World : IAsyncDisposable
{
    private World(string root, PlatformProcess platform, CommandLine commands)
    {
        Root = root;
        Platform = platform;
        Commands = commands;
    }

    public string Root { get; }

    public PlatformProcess Platform { get; }

    public CommandLine Commands { get; }

    /// <summary>The account of the platform's own key.</summary>
    public string Account { get; private set; } = "";

    /// <summary>Starts a platform with real containers.</summary>
    public static async Task<World> CreateAsync(params string[] arguments)
    {
        await Abandoned.RemoveAllAsync();
        var root = Abandoned.NewRoot();
        var platform = new PlatformProcess(Path.Combine(root, "data"), PlatformProcess.FreePort(), arguments);
        await platform.StartAsync();
        var work = Directory.CreateDirectory(Path.Combine(root, "work")).FullName;
        var world = new World(root, platform, await TestShell.OpenAsync(work, platform));
        world.Account = (await world.AwsAsync("sts get-caller-identity --query Account --output text")).Text;
        return world;
    }

    /// <summary>Runs <c>aws</c> with these words.</summary>
    public Task<Answer> AwsAsync(string words) => Commands.RunAsync($"aws {words}");

    /// <summary>Runs <c>docker</c> with these words.</summary>
    public Task<Answer> DockerAsync(string words) => Commands.RunAsync($"docker {words}");

    /// <summary>Puts a file where commands find it, and gives the <c>file://</c> reference to it.</summary>
    public string File(string name, string content)
    {
        System.IO.File.WriteAllText(Path.Combine(Commands.Directory, name), content);
        return $"file://{name}";
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Abandoned.RemoveAsync(Root);
    }
}
