using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Estiba.EndToEnd.Tests.Platforms;
using Estiba.Listeners.Tests;

namespace Estiba.EndToEnd.Tests.Consoles;

/// <summary>The console's program beside a platform, both as they are built.</summary>
public sealed partial class ConsoleProgramTests : IAsyncLifetime
{
    private readonly string _root = Abandoned.NewRoot();
    private readonly PlatformProcess _platform;
    private readonly HttpClient _browser = new(
        new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true }
    );

    public ConsoleProgramTests() =>
        _platform = new PlatformProcess(Path.Combine(_root, "data"), FreePort.Take(), "--engine", "simulated");

    public async ValueTask InitializeAsync() => await _platform.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _platform.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task The_link_that_up_prints_starts_the_console_and_opens_it_signed_in()
    {
        var link = await LinkAsync();
        Programs().ShouldBeEmpty();

        using var page = await _browser.GetAsync(link);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.RequestMessage!.RequestUri!.AbsolutePath.ShouldNotBe("/console/sign-in");
        (await page.Content.ReadAsStringAsync()).ShouldContain("<html");
        Programs().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_console_that_is_killed_comes_back_by_itself_and_the_platform_goes_on()
    {
        (await StatusAsync("/console/sign-in")).ShouldBe(HttpStatusCode.OK);
        var first = Programs().Single();
        await KillAsync(first);
        await Eventually.TrueAsync("the console is gone", () => Task.FromResult(!Programs().Contains(first)));

        await Eventually.BeAsync(
            "the console answers again",
            () => StatusAsync("/console/sign-in"),
            status => status == HttpStatusCode.OK
        );

        (await StatusAsync("/_estiba/health")).ShouldBe(HttpStatusCode.OK);
        _platform.Log.ShouldContain("The console's program has ended (exit code 137)");
    }

    [Fact]
    public async Task A_platform_that_is_killed_takes_its_console_with_it()
    {
        (await StatusAsync("/console/sign-in")).ShouldBe(HttpStatusCode.OK);
        var console = Programs().Single();

        await _platform.KillAsync();

        await Eventually.TrueAsync("the console has ended", () =>
            Task.FromResult(!Directory.Exists($"/proc/{console}"))
        );
    }

    private async Task<Uri> LinkAsync()
    {
        await Eventually.TrueAsync("up prints a link", () => Task.FromResult(Link().IsMatch(_platform.Log)));
        return new Uri(Link().Match(_platform.Log).Value);
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _browser.GetAsync(new Uri(_platform.Endpoint, path));
        return answer.StatusCode;
    }

    private static async Task KillAsync(int process)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-KILL", $"{process}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The processes that the platform has started and that run.</summary>
    private List<int> Programs() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(path => Path.GetFileName(path))
                .Where(name => char.IsAsciiDigit(name[0]) && IsOfPlatform(name))
                .Select(name => int.Parse(name, CultureInfo.InvariantCulture)),
        ];

    private bool IsOfPlatform(string process)
    {
        try
        {
            var status = File.ReadAllLines($"/proc/{process}/status");
            return status.Contains($"PPid:\t{_platform.ProcessId}")
                && !status.Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false; // ended meanwhile
        }
    }

    [GeneratedRegex(@"http://\S+/console/sign-in\?link=\S+")]
    private static partial Regex Link();
}
