using Estiba.Clients;

namespace Estiba.Demo;

/// <summary>
/// The shell that the walk's commands run in: the platform's keys, and nothing of the person's own AWS and Docker
/// set-up.
/// </summary>
internal static class DemoShell
{
    internal static async Task<Shell> OpenAsync(
        DemoDirectory directory,
        ClientEnvironment client,
        string dockerHost,
        CancellationToken cancellation
    )
    {
        var environment = new Dictionary<string, string?>(client.Variables())
        {
            // Logging in to the demo's registry must not be remembered in the person's own files,
            // nor may their profiles and output formats change what the commands answer.
            ["DOCKER_CONFIG"] = Path.Combine(directory.Root, "docker"),
            ["AWS_CONFIG_FILE"] = Path.Combine(directory.Root, "aws-config"),
            ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(directory.Root, "aws-credentials"),
            ["AWS_DEFAULT_OUTPUT"] = "json",
            ["AWS_PAGER"] = "",
            ["AWS_EC2_METADATA_DISABLED"] = "true",

            // All that these commands talk to is on this machine.
            ["NO_PROXY"] = "*",
            ["no_proxy"] = "*",
            ["DOCKER_HOST"] = dockerHost,
        };

        var prelude = await AwsCommand.NeedsEndpointOptionAsync(cancellation) ? AwsCommand.BashFunction : "";
        return new Shell(directory.Work, environment, prelude);
    }
}
