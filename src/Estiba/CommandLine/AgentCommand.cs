using System.CommandLine;
using Estiba.Contracts.Signing;
using Estiba.Hosting;
using Estiba.Instances;

namespace Estiba.CommandLine;

/// <summary><c>estiba agent</c>: makes this host a container instance of a cluster elsewhere.</summary>
internal static class AgentCommand
{
    private static readonly Option<string?> Endpoint = new("--endpoint")
    {
        Description = "Where the server answers. [default: AWS_ENDPOINT_URL]",
        HelpName = "url",
    };

    private static readonly Option<string?> Cluster = new("--cluster")
    {
        Description = "The cluster to join. [default: ECS_CLUSTER, or 'default']",
        HelpName = "name",
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The directory in which the agent remembers what it is and runs. [default: ~/.local/share/estiba-agent]",
        HelpName = "directory",
    };

    static AgentCommand() => PlatformOptions.Refuse(
        Endpoint,
        text => !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"),
        text => $"'{text}' is no endpoint; it looks like http://server:4566.");

    internal static Command Create(Terminal terminal)
    {
        var command = new Command("agent", "Join this host to a cluster elsewhere: it runs the tasks that are placed on it, on its Docker Engine.")
        {
            Endpoint, Cluster, Data,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, Configuration(parsed), cancellation));
        return command.WithExamples(
            ("the keys, as 'estiba env' prints them on the server", "export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1"),
            ("join", "estiba agent --endpoint http://server:4566 --cluster my-cluster"),
            ("the agent takes the variables of Amazon's agent too", "ECS_INSTANCE_ATTRIBUTES='{\"rack\":\"7\"}' estiba agent --endpoint http://server:4566"));
    }

    private static HostAgentConfiguration Configuration(ParseResult parsed)
    {
        var endpoint = parsed.GetValue(Endpoint) ?? Variable("AWS_ENDPOINT_URL")
            ?? throw new CommandException("say where the server is: --endpoint http://server:4566", ExitCodes.Usage);
        if (Variable("AWS_ACCESS_KEY_ID") is not { } key || Variable("AWS_SECRET_ACCESS_KEY") is not { } secret)
        {
            throw new CommandException(
                "the keys are missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. 'estiba env' on the server prints them.", ExitCodes.Usage);
        }

        return new HostAgentConfiguration
        {
            Endpoint = new Uri(endpoint),
            Cluster = parsed.GetValue(Cluster) ?? Variable("ECS_CLUSTER") ?? "default",
            Region = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? PlatformOptions.DefaultRegion,
            Credentials = new AwsCredentials(key, secret, Variable("AWS_SESSION_TOKEN")),
            Directory = Path.GetFullPath(parsed.GetValue(Data) ?? Path.Combine(DataLayout.XdgHome("XDG_DATA_HOME", ".local/share"), "estiba-agent")),
        };
    }

    private static async Task<int> RunAsync(Terminal terminal, HostAgentConfiguration configuration, CancellationToken cancellation)
    {
        using var loggers = LineLog.CreateFactory(terminal.Error, TimeProvider.System);
        await using var agent = await HostAgent.StartAsync(configuration, TimeProvider.System, loggers, cancellation);
        await terminal.Output.WriteLineAsync(
            $"{agent.InstanceId} joins cluster {configuration.Cluster} at {configuration.Endpoint}. Ctrl-C ends the agent; containers go on running.");
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

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
