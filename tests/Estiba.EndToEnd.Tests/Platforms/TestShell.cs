using Estiba.Clients;
using Estiba.CommandLine;
using Estiba.Platforms;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>
/// The environment of the tests' commands: what <c>estiba env</c> prints, and nothing of the person's own settings.
/// </summary>
internal static class TestShell
{
    public static async Task<CommandLine> OpenAsync(string directory, PlatformProcess platform)
    {
        var running = await RunningPlatform.FindAsync(DataLayout.At(platform.DataDirectory), CancellationToken.None);
        var environment = new Dictionary<string, string?>(
            running.ClientEnvironment(PlatformOptions.DefaultRegion).Variables()
        )
        {
            ["DOCKER_CONFIG"] = Path.Combine(directory, "docker"),
            ["AWS_CONFIG_FILE"] = Path.Combine(directory, "aws-config"),
            ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(directory, "aws-credentials"),
            ["AWS_DEFAULT_OUTPUT"] = "json",
            ["AWS_PAGER"] = "",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_MAX_ATTEMPTS"] = "1",
            ["NO_PROXY"] = "*",
            ["no_proxy"] = "*",
        };
        if (platform.DockerHost is { } engine)
            environment["DOCKER_HOST"] = engine;
        var prelude = await AwsCommand.NeedsEndpointOptionAsync(CancellationToken.None) ? AwsCommand.BashFunction : "";
        return new CommandLine(directory, environment, prelude);
    }
}
