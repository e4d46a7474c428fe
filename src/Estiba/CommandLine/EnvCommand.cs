using System.CommandLine;
using Estiba.Clients;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary><c>estiba env</c>: what to evaluate in a shell so that every AWS client talks to this platform.</summary>
internal static class EnvCommand
{
    private static readonly Option<string> Shell = new("--shell")
    {
        Description = "The shell that evaluates it: sh (bash, zsh too) or fish.",
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("SHELL")?.EndsWith("/fish", StringComparison.Ordinal) == true
                ? "fish"
                : "sh",
    };

    static EnvCommand() => Shell.AcceptOnlyFromAmong("sh", "bash", "zsh", "fish");

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "env",
            "Print the endpoint, keys and region for any AWS client, to be evaluated by a shell."
        )
        {
            PlatformOptions.Data,
            PlatformOptions.Region,
            Shell,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("for this terminal", "eval \"$(estiba env)\""),
            ("in fish", "estiba env --shell fish | source"),
            ("then", "aws ecs list-clusters")
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var syntax = parsed.GetValue(Shell) == "fish" ? ShellSyntax.Fish : ShellSyntax.Posix;
        var old = AwsCommand.NeedsEndpointOptionAsync(cancellation);
        var platform = await RunningPlatform.FindAsync(PlatformOptions.DataLayout(parsed), cancellation);
        foreach (
            var line in platform
                .ClientEnvironment(parsed.GetValue(PlatformOptions.Region) ?? platform.Region)
                .Lines(syntax)
        )
        {
            await terminal.Output.WriteLineAsync(line);
        }

        if (await old)
        {
            await terminal.Output.WriteLineAsync(
                "# The aws command here is older than AWS_ENDPOINT_URL (2.13): this tells it the endpoint."
            );
            await terminal.Output.WriteLineAsync(
                syntax == ShellSyntax.Fish ? AwsCommand.FishFunction : AwsCommand.BashFunction
            );
        }

        return ExitCodes.Success;
    }
}
