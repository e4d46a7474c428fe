using System.CommandLine;
using System.Globalization;
using Estiba.Consoles;
using Estiba.Contracts.Signing;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary>
/// <c>estiba console</c>: a link to the console of this machine's platform, or a console for another endpoint.
/// </summary>
internal static class ConsoleCommand
{
    private static readonly Option<string?> Endpoint = new("--endpoint")
    {
        Description =
            "Run a console on this machine for the platform that answers there, as whoever the AWS_* keys in the "
            + "environment are. [default: the console that the platform of --data has itself]",
        HelpName = "url",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "The port of this machine, with --endpoint, on which the console answers. [default: a free one]",
        HelpName = "port",
    };

    private static readonly Option<string?> Authority = new("--ca")
    {
        Description =
            "The authority that signed the certificate at --endpoint, a PEM file. [default: AWS_CA_BUNDLE, or the "
            + "machine's authorities]",
        HelpName = "file",
    };

    static ConsoleCommand()
    {
        PlatformOptions.Refuse(
            Endpoint,
            text => !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"),
            text => $"'{text}' is no endpoint; one looks like http://server:4566."
        );
        PlatformOptions.Refuse(
            Port,
            text => !int.TryParse(text, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535,
            text => $"'{text}' is no port: it must be from 1 to 65535."
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
            "console",
            "Print a link that opens the console signed in; with --endpoint, run a console for another platform."
        )
        {
            PlatformOptions.Data,
            Endpoint,
            Port,
            PlatformOptions.Region,
            Authority,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Endpoint) is null && result.GetResult(Port) is not null)
                result.AddError("--port goes with --endpoint: a platform's own console is on the platform's port.");
        });
        command.SetAction(
            (parsed, cancellation) =>
                parsed.GetValue(Endpoint) is { } endpoint
                    ? RunAsync(terminal, parsed, new Uri(endpoint), cancellation)
                    : PrintLinkAsync(terminal, parsed, cancellation)
        );
        return command.WithExamples(
            ("of the platform on this machine: a link for a browser, good once and for 12 hours", "estiba console"),
            (
                "of another platform, with the keys that 'estiba env' printed there",
                "estiba console --endpoint http://server:4566"
            )
        );
    }

    private static async Task<int> PrintLinkAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var platform = await RunningPlatform.FindAsync(PlatformOptions.DataLayout(parsed), cancellation);
        await platform.CallAsync(
            async http =>
                await terminal.Output.WriteLineAsync(await LinkClient.CreateAsync(platform, http, cancellation)),
            cancellation
        );
        return ExitCodes.Success;
    }

    private static async Task<int> RunAsync(
        Terminal terminal,
        ParseResult parsed,
        Uri endpoint,
        CancellationToken cancellation
    )
    {
        var path = ConsoleProgram.UsualPath;
        if (!File.Exists(path))
            throw new CommandException($"this build has come without the console: {path} is not there.");
        var links = new ConsoleLinks(TimeProvider.System);
        var credentials = CredentialsOfEnvironment();
        var settings = new ConsoleSettings
        {
            Listen = $"http://127.0.0.1:{parsed.GetValue(Port)}",
            Endpoint = endpoint.GetLeftPart(UriPartial.Authority),
            Region = parsed.GetValue(PlatformOptions.Region) ?? RegionOfEnvironment(),
            Links = credentials is null
                ? null
                : new LinkSettings
                {
                    Key = links.Key,
                    AccessKeyId = credentials.AccessKeyId,
                    SecretAccessKey = credentials.SecretAccessKey,
                    SessionToken = credentials.SessionToken,
                },
            Authority = FullPath(parsed.GetValue(Authority) ?? Variable("AWS_CA_BUNDLE")),
            PublicUrl = endpoint.GetLeftPart(UriPartial.Authority),
        };
        try
        {
            await using var program = await ConsoleProgram.StartAsync(
                path,
                settings,
                line => terminal.Say($"estiba: the console: {LogText.Escape(line)}"),
                TimeProvider.System,
                cancellation
            );
            await TellAsync(terminal, settings, credentials, links, new Uri(program.Listening));
            var code = await program.Ended.WaitAsync(cancellation);
            throw new CommandException($"the console has ended with exit code {code}.");
        }
        catch (ConsoleException failure)
        {
            throw new CommandException($"there is no console: {failure.Message}.", inner: failure);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Success; // Ctrl-C is how it is meant to end
        }
    }

    private static async Task TellAsync(
        Terminal terminal,
        ConsoleSettings settings,
        AwsCredentials? credentials,
        ConsoleLinks links,
        Uri listening
    )
    {
        await terminal.Output.WriteLineAsync(
            $"The console for {settings.Endpoint}, region {settings.Region}, is at "
                + $"{new Uri(listening, ConsoleSettings.Path)}. Ctrl-C stops it."
        );
        await terminal.Output.WriteLineAsync(
            credentials is null
                ? "Sign in there with an access key, or start this with one in AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY."
                : $"Signed in as {credentials.AccessKeyId}, once, within 12 hours: {links.Create(listening)}"
        );
    }

    private static AwsCredentials? CredentialsOfEnvironment() =>
        (Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY")) is ({ } key, { } secret)
            ? new AwsCredentials(key, secret, Variable("AWS_SESSION_TOKEN"))
            : null;

    private static string RegionOfEnvironment() =>
        Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? PlatformOptions.DefaultRegion;

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}
