using System.CommandLine;
using System.Net;
using Estiba.Clients;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Files;
using Estiba.Instances;
using Estiba.Joining;
using Estiba.Platforms;
using Microsoft.Extensions.Logging;

namespace Estiba.CommandLine;

/// <summary><c>estiba agent</c>: makes this host a container instance of a cluster elsewhere.</summary>
internal static class AgentCommand
{
    private static readonly Option<string?> Join = new("--join")
    {
        Description = "The server to become a member of, with the token that 'estiba token create' printed there.",
        HelpName = "url",
    };

    private static readonly Option<string?> Token = new("--token")
    {
        Description =
            "The token. It is needed once: the host is given a key of its own for it. [default: ESTIBA_TOKEN]",
        HelpName = "token",
    };

    private static readonly Option<string?> Authority = new("--ca")
    {
        Description =
            "The certificate of the authority that signed the server's, or the server's own. [default: the "
            + "machine's authorities]",
        HelpName = "file",
    };

    private static readonly Option<string?> Endpoint = new("--endpoint")
    {
        Description =
            "Instead of --join, where the server answers an account's own keys, which are in the environment. "
            + "[default: AWS_ENDPOINT_URL]",
        HelpName = "url",
    };

    private static readonly Option<string?> Cluster = new("--cluster")
    {
        Description = "The cluster to join. [default: ECS_CLUSTER, that of the token, or 'default']",
        HelpName = "name",
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description =
            "The directory in which the agent remembers what it is and runs. [default: ~/.local/share/estiba-agent]",
        HelpName = "directory",
    };

    private static readonly Option<string?> Dns = new("--dns")
    {
        Description =
            "The address of the platform's name server ('estiba server --dns'), which containers ask before this "
            + "host's own. [default: they ask only the host's]",
        HelpName = "address",
    };

    private static readonly HostAccessOptions Access = new("this host", HostAccess.Nothing);

    static AgentCommand()
    {
        foreach (var url in new[] { Join, Endpoint })
        {
            PlatformOptions.Refuse(
                url,
                text => !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"),
                text => $"'{text}' is no address of a server; one looks like http://server:4566."
            );
        }

        PlatformOptions.Refuse(Dns, text => !IPAddress.TryParse(text, out _), text => $"'{text}' is no address.");
        PlatformOptions.Refuse(
            Token,
            text => !JoinToken.TryParse(text, out _),
            _ => "That is no token; one looks like estiba-abcdefgh-, and 52 letters and digits more."
        );
        PlatformOptions.Refuse(
            Authority,
            text => !File.Exists(text),
            text => $"There is no file '{text}', or {Environment.UserName} may not see it."
        );
    }

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "agent",
            "Join this host to a cluster elsewhere: it runs the tasks that are placed on it, on its Docker Engine."
        )
        {
            Join,
            Token,
            Authority,
            Cluster,
            Data,
            PlatformOptions.EnvironmentFiles,
            Dns,
            Endpoint,
        };
        Access.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            (
                "become a member, with what 'estiba token create' printed on the server",
                "estiba agent --join http://server:4566 --token estiba-..."
            ),
            (
                "over TLS, with a certificate of your own authority",
                "estiba agent --join https://server:4566 --token estiba-... --ca authority.pem"
            ),
            (
                "containers may bind /srv and use the host's network",
                "estiba agent --join http://server:4566 --token estiba-... --host-volumes /srv --allow network"
            ),
            (
                "the agent takes the variables of Amazon's agent too",
                "ECS_INSTANCE_ATTRIBUTES='{\"rack\":\"7\"}' estiba agent --join http://server:4566 --token estiba-..."
            ),
            (
                "with an account's own keys instead of a token",
                "AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... estiba agent --endpoint http://server:4566 "
                    + "--cluster my-cluster"
            )
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        using var loggers = LineLog.CreateFactory(terminal.Error, TimeProvider.System);
        var configuration = (await ConfigurationAsync(parsed, loggers, cancellation)) with
        {
            Access = Access.Value(parsed),
            NameServer = parsed.GetValue(Dns) is { } server ? IPAddress.Parse(server) : null,
        };
        await using var agent = await HostAgent.StartAsync(configuration, TimeProvider.System, loggers, cancellation);
        await terminal.Output.WriteLineAsync(
            $"{agent.InstanceId} joins cluster {configuration.Cluster} at {configuration.Endpoint}. Ctrl-C ends "
                + "the agent; containers go on running."
        );
        ServiceManager.Ready();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            ServiceManager.Stopping();
            terminal.Say("estiba: stopping ...");
        }

        return ExitCodes.Success;
    }

    private static async Task<HostAgentConfiguration> ConfigurationAsync(
        ParseResult parsed,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        try
        {
            var directory = Path.GetFullPath(
                parsed.GetValue(Data)
                    ?? Path.Combine(DataLayout.XdgHome("XDG_DATA_HOME", ".local/share"), "estiba-agent")
            );
            PrivateFiles.CreateDirectory(directory);
            PrivateFiles.Restrict(directory);
            var host = await HostName.OfAsync(directory, cancellation);
            var authority = parsed.GetValue(Authority) is { } file
                ? TrustedAuthority.Load(file)
                : TrustedAuthority.OfMachine;
            var cluster = parsed.GetValue(Cluster) ?? Variable("ECS_CLUSTER");
            var environmentFiles = PlatformOptions.EnvironmentFilesDirectory(parsed)
                ?? DataLayout.EnvironmentFilesIn(directory);
            return parsed.GetValue(Join) is { } server
                ? await MemberAsync(
                    new Uri(server),
                    Token(parsed),
                    cluster,
                    host,
                    directory,
                    environmentFiles,
                    authority,
                    loggers,
                    cancellation
                )
                : await WithKeysAsync(
                    parsed,
                    cluster,
                    host,
                    directory,
                    environmentFiles,
                    authority,
                    loggers,
                    cancellation
                );
        }
        catch (Exception unusable) when (unusable is InvalidDataException or UnauthorizedAccessException or IOException)
        {
            throw new CommandException(unusable.Message, inner: unusable);
        }

        static string? Token(ParseResult parsed) => parsed.GetValue(AgentCommand.Token) ?? Variable("ESTIBA_TOKEN");
    }

    private static async Task<HostAgentConfiguration> MemberAsync(
        Uri server,
        string? token,
        string? cluster,
        string host,
        string directory,
        string environmentFiles,
        TrustedAuthority authority,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        var http = authority.CreateHandler();
        var membership = await HostMembership.OpenAsync(
            server,
            token,
            host,
            directory,
            new JoinClient(new HttpClient(http, disposeHandler: false)),
            TimeProvider.System,
            loggers.CreateLogger("Estiba.Agent"),
            cancellation
        );
        return new HostAgentConfiguration
        {
            Endpoint = server,
            Cluster = cluster ?? membership.Current.Cluster ?? "default",
            Region = membership.Current.Region,
            Credentials = () => membership.Credentials,
            InstanceId = membership.Current.Identity?.Name ?? host,
            Identity = membership.Current.Identity,
            Http = new RefusedKeyHandler(membership, http),
            PlatformId = membership.Current.PlatformId,
            Directory = directory,
            EnvironmentFiles = environmentFiles,
        };
    }

    private static async Task<HostAgentConfiguration> WithKeysAsync(
        ParseResult parsed,
        string? cluster,
        string host,
        string directory,
        string environmentFiles,
        TrustedAuthority authority,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        var endpoint = new Uri(
            parsed.GetValue(Endpoint)
                ?? Variable("AWS_ENDPOINT_URL")
                ?? throw new CommandException("say where the server is: --join http://server:4566", ExitCodes.Usage)
        );
        if (Variable("AWS_ACCESS_KEY_ID") is not { } key || Variable("AWS_SECRET_ACCESS_KEY") is not { } secret)
        {
            throw new CommandException(
                "the keys are missing: join with a token (--join), or set AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY, which 'estiba env' on the server prints.",
                ExitCodes.Usage
            );
        }

        var keys = new AwsCredentials(key, secret, Variable("AWS_SESSION_TOKEN"));
        var region = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? PlatformOptions.DefaultRegion;
        var http = authority.CreateHandler();
        return new HostAgentConfiguration
        {
            Endpoint = endpoint,
            Cluster = cluster ?? "default",
            Region = region,
            Credentials = () => keys,
            InstanceId = host,
            Http = http,
            PlatformId = await KnownPlatform.FindAsync(
                endpoint,
                keys,
                region,
                directory,
                new JoinClient(new HttpClient(http, disposeHandler: false)),
                loggers.CreateLogger("Estiba.Agent"),
                cancellation
            ),
            Directory = directory,
            EnvironmentFiles = environmentFiles,
        };
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
