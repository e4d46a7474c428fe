using System.CommandLine;
using System.Globalization;
using System.Net;
using Estiba.Contracts;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary><c>estiba up</c>: the whole platform in one process.</summary>
internal static class UpCommand
{
    private const int MostInstances = 1000;

    private static readonly Option<string> Engine = new("--engine")
    {
        Description = "What runs the containers of virtual instances: docker, or simulated, which only pretends.",
        DefaultValueFactory = _ => "docker",
        HelpName = "docker|simulated",
    };

    private static readonly Option<int> Instances = new("--instances")
    {
        Description = "Start this many virtual instances in the cluster 'default', if there are no instances yet.",
        HelpName = "number",
    };

    private static readonly HostAccessOptions Access = new("this machine", HostAccess.Everything);

    static UpCommand()
    {
        Engine.AcceptOnlyFromAmong("docker", "simulated");
        PlatformOptions.Refuse(
            Instances,
            text => int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count is < 0 or > MostInstances,
            _ => $"--instances must be from 0 to {MostInstances}."
        );
    }

    /// <summary>What the arguments, and the last start, say of a platform.</summary>
    /// <exception cref="CommandException">They do not go together.</exception>
    internal static PlatformConfiguration Configuration(ParseResult parsed)
    {
        var configuration = PlatformOptions.Configuration(parsed) with
        {
            Engine = parsed.GetValue(Engine) == "simulated" ? EngineKind.Simulated : EngineKind.Docker,
            Instances = parsed.GetValue(Instances),
            HostAccess = Access.Value(parsed),
            EnvironmentFiles = PlatformOptions.EnvironmentFilesDirectory(parsed),
        };
        return configuration is { AnyCredentials: true, Bind: { } bound } && !IPAddress.IsLoopback(bound)
            ? throw new CommandException(
                "--any-credentials goes with this machine's own addresses only, and the last start was with "
                    + $"--bind {bound}. Add --bind 127.0.0.1.",
                ExitCodes.Usage
            )
            : configuration;
    }

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "up",
            "Start the platform on this machine: every service, and virtual instances on the local Docker Engine."
        )
        {
            PlatformOptions.Port,
            PlatformOptions.Data,
            Engine,
            Instances,
            PlatformOptions.EnvironmentFiles,
            PlatformOptions.AnyCredentials,
            PlatformOptions.Account,
            PlatformOptions.Region,
            PlatformOptions.Bind,
            PlatformOptions.Dns,
            PlatformOptions.HostsFile,
            PlatformOptions.HealthyAfter,
            PlatformOptions.AcceptLoss,
            PlatformOptions.TakeOver,
        };
        Access.AddTo(command);
        command.Validators.Add(result =>
        {
            if (
                result.GetValue(PlatformOptions.AnyCredentials)
                && IPAddress.TryParse(result.GetValue(PlatformOptions.Bind), out var address)
                && !IPAddress.IsLoopback(address)
            )
            {
                result.AddError(
                    $"--any-credentials goes with this machine's own addresses only, and {address} is none: "
                        + "everybody who reaches it would own the platform."
                );
            }
        });
        command.SetAction(
            (parsed, cancellation) => RunningCommand.RunAsync(terminal, Configuration(parsed), cancellation)
        );
        return command.WithExamples(
            ("start it; Ctrl-C stops it, and containers go on running", "estiba up"),
            ("with two instances ready in the cluster 'default'", "estiba up --instances 2"),
            (
                "for a test suite that brings its own keys, without containers",
                "estiba up --any-credentials --engine simulated --data \"$(mktemp -d)\""
            )
        );
    }
}
