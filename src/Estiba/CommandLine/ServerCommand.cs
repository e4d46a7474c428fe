using System.CommandLine;
using System.Net;
using Estiba.Hosting;

namespace Estiba.CommandLine;

/// <summary><c>estiba server</c>: the services alone, for hosts that join with <c>estiba agent</c>.</summary>
internal static class ServerCommand
{
    private static readonly Option<string?> Advertise = new("--advertise")
    {
        Description = "The address of this machine that agents and docker on other machines use. [default: the one that --bind says, or this machine's first]",
        HelpName = "address",
    };

    static ServerCommand() =>
        PlatformOptions.Refuse(Advertise, text => !IPAddress.TryParse(text, out _), text => $"'{text}' is no address.");

    internal static Command Create(Terminal terminal)
    {
        var command = new Command("server", "Start the services alone, without virtual instances: other machines join with 'estiba agent'.")
        {
            PlatformOptions.Port, PlatformOptions.Data, PlatformOptions.Account, PlatformOptions.Region, PlatformOptions.Bind, Advertise,
        };
        command.SetAction((parsed, cancellation) => RunningCommand.RunAsync(terminal, Configuration(parsed), cancellation));
        return command.WithExamples(
            ("on this machine, for agents on others", "estiba server --bind 0.0.0.0"),
            ("on each of the others, with the keys that 'estiba env' prints here", "estiba agent --endpoint http://this-machine:4566 --cluster my-cluster"));
    }

    private static PlatformConfiguration Configuration(ParseResult parsed)
    {
        var configuration = PlatformOptions.Configuration(parsed) with { Engine = EngineKind.None };
        return configuration with
        {
            Advertise = parsed.GetValue(Advertise) is { } address ? IPAddress.Parse(address) : HostAddresses.Reached(configuration.Bind),
        };
    }
}
