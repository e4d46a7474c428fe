using System.CommandLine;
using System.Globalization;
using System.Net;
using Estiba.Hosting;

namespace Estiba.CommandLine;

/// <summary><c>estiba up</c>: the whole platform in one process.</summary>
internal static class UpCommand
{
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

    private static readonly Option<bool> AnyCredentials = new("--any-credentials")
    {
        Description = "Accept any access key without a check, and take one of twelve digits as the account. Only on this machine's own addresses.",
    };

    private static readonly Option<string?> Account = new("--account")
    {
        Description = "The account of the key that the first start makes, twelve digits. [default: 123456789012]",
        HelpName = "digits",
    };

    private static readonly Option<string?> Bind = new("--bind")
    {
        Description = "The address to listen on, 0.0.0.0 for all. [default: this machine only]",
        HelpName = "address",
    };

    static UpCommand()
    {
        Engine.AcceptOnlyFromAmong("docker", "simulated");
        Instances.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count is < 0 or > 1000)
            {
                result.AddError("--instances must be from 0 to 1000.");
            }
        });
        Account.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (token.Value.Length != 12 || !token.Value.All(char.IsAsciiDigit)))
            {
                result.AddError($"'{token.Value}' is no account: an account has twelve digits.");
            }
        });
        Bind.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !IPAddress.TryParse(token.Value, out _))
            {
                result.AddError($"'{token.Value}' is no address; 0.0.0.0 stands for all of this machine's.");
            }
        });
    }

    internal static Command Create(Terminal terminal)
    {
        var command = new Command("up", "Start the platform on this machine: every service, and virtual instances on the local Docker Engine.")
        {
            PlatformOptions.Port, PlatformOptions.Data, Engine, Instances, AnyCredentials, Account, PlatformOptions.Region, Bind,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, Read(parsed), cancellation));
        return command.WithExamples(
            ("start it; Ctrl-C stops it, and containers go on running", "estiba up"),
            ("with two instances ready in the cluster 'default'", "estiba up --instances 2"),
            ("for a test suite that brings its own keys, without containers", "estiba up --any-credentials --engine simulated --data \"$(mktemp -d)\""));
    }

    private static PlatformConfiguration Read(ParseResult parsed) => new()
    {
        Data = PlatformOptions.DataLayout(parsed),
        Port = parsed.GetValue(PlatformOptions.Port),
        Bind = parsed.GetValue(Bind) is { } address ? IPAddress.Parse(address) : null,
        Engine = parsed.GetValue(Engine) == "simulated" ? EngineKind.Simulated : EngineKind.Docker,
        Instances = parsed.GetValue(Instances),
        AnyCredentials = parsed.GetValue(AnyCredentials),
        AccountId = parsed.GetValue(Account),
        Region = parsed.GetRequiredValue(PlatformOptions.Region),
    };

    /// <summary>Runs a platform until it is told to stop, which is its proper end.</summary>
    internal static async Task<int> RunAsync(Terminal terminal, PlatformConfiguration configuration, CancellationToken cancellation)
    {
        await using var platform = await Platform.StartAsync(configuration, terminal.Error, TimeProvider.System, cancellation);
        await terminal.Output.WriteLineAsync($"Estiba {Version.Text} answers at {configuration.Endpoint.GetLeftPart(UriPartial.Authority)}, account {platform.AccountId}. Ctrl-C stops it; containers go on running.");
        var data = configuration.Data == DataLayout.Default ? "" : $" --data {configuration.Data.Root}";
        await terminal.Output.WriteLineAsync($"In another terminal: eval \"$(estiba env{data})\"");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("estiba: stopping ...");
        }

        return ExitCodes.Success;
    }
}
