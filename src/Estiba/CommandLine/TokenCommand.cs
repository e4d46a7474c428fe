using System.CommandLine;
using System.Globalization;
using Estiba.Contracts;
using Estiba.Joining;
using Estiba.Platforms;
using Spectre.Console;

namespace Estiba.CommandLine;

/// <summary><c>estiba token</c>: with what hosts join this platform, and which have.</summary>
internal static class TokenCommand
{
    private static readonly Option<string?> Cluster = new("--cluster")
    {
        Description = "The only cluster that hosts may join with it. [default: any]",
        HelpName = "name",
    };

    private static readonly Option<string?> Expires = new("--expires")
    {
        Description = "How long it is good for: 30m, 12h, 7d. [default: until it is revoked]",
        HelpName = "time",
    };

    private static readonly Option<bool> Hosts = new("--hosts")
    {
        Description = "Revoke the keys of the hosts that joined with it as well.",
    };

    private static readonly Argument<string> Name = new("name")
    {
        Description = "A token's id, or the name of a host, as 'estiba token list' has them.",
    };

    static TokenCommand() =>
        PlatformOptions.Refuse(
            Expires,
            text => Lifetime(text) is null,
            text => $"'{text}' is no time; one looks like 30m, 12h or 7d."
        );

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "token",
            "Make, list and revoke the tokens with which hosts join ('estiba agent --join')."
        )
        {
            Subcommand(
                    "create",
                    "Make a token. It is shown once, and kept only as a hash.",
                    CreateAsync,
                    Cluster,
                    Expires
                )
                .WithExamples(
                    ("for one evening's work", "estiba token create --expires 4h"),
                    ("for the hosts of one cluster", "estiba token create --cluster my-cluster")
                ),
            Subcommand("list", "Show the tokens there are, and the hosts that have joined.", ListAsync)
                .WithExamples(("who may join, and who has", "estiba token list")),
            Revoke(),
        };
        return command.WithExamples(
            ("make one, on the server", "estiba token create"),
            ("use it, on another machine", "estiba agent --join http://server:4566 --token estiba-..."),
            ("shut a host out: its key is good no longer", "estiba token revoke mi-0123456789abcdef0")
        );

        Command Revoke()
        {
            var revoke = Subcommand(
                "revoke",
                "Revoke a token, so that nobody joins with it any more; or the key of a host.",
                RevokeAsync,
                Hosts
            );
            revoke.Arguments.Add(Name);
            return revoke.WithExamples(
                ("nobody joins with it any more; who has joined stays", "estiba token revoke abcdefgh"),
                ("and who has joined with it goes", "estiba token revoke abcdefgh --hosts"),
                ("one host", "estiba token revoke mi-0123456789abcdef0")
            );
        }

        Command Subcommand(
            string name,
            string description,
            Func<Terminal, ParseResult, TokenClient, RunningPlatform, CancellationToken, Task> act,
            params Option[] options
        )
        {
            var subcommand = new Command(name, description) { PlatformOptions.Data, PlatformOptions.Region };
            foreach (var option in options)
                subcommand.Options.Add(option);
            subcommand.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, act, cancellation));
            return subcommand;
        }
    }

    private static async Task<int> RunAsync(
        Terminal terminal,
        ParseResult parsed,
        Func<Terminal, ParseResult, TokenClient, RunningPlatform, CancellationToken, Task> act,
        CancellationToken cancellation
    )
    {
        var platform = await RunningPlatform.FindAsync(PlatformOptions.DataLayout(parsed), cancellation);
        await platform.CallAsync(
            http =>
                act(
                    terminal,
                    parsed,
                    new TokenClient(platform, parsed.GetValue(PlatformOptions.Region) ?? platform.Region, http),
                    platform,
                    cancellation
                ),
            cancellation
        );
        return ExitCodes.Success;
    }

    private static async Task CreateAsync(
        Terminal terminal,
        ParseResult parsed,
        TokenClient client,
        RunningPlatform platform,
        CancellationToken cancellation
    )
    {
        if (parsed.GetValue(Cluster) is { } cluster)
            await CheckClusterAsync(terminal, client, cluster, cancellation);
        var made = await client.CreateAsync(
            parsed.GetValue(Cluster),
            parsed.GetValue(Expires) is { } time ? Lifetime(time) : null,
            cancellation
        );
        await terminal.Output.WriteLineAsync(made.Token);
        var authority = platform.Authority is null ? "" : $" --ca {Path.GetFileName(platform.Authority)}";
        await terminal.Error.WriteLineAsync(
            "It is not shown again. On a host: estiba agent --join "
                + $"{platform.Endpoint.GetLeftPart(UriPartial.Authority)} --token {made.Token}{authority}"
        );
        if (platform.Authority is { } file)
            await terminal.Error.WriteLineAsync($"The host needs a copy of {file}, by which it knows this server.");
    }

    /// <summary>
    /// A host cannot join a cluster that is not there, unless it is the one that comes into being with its first host.
    /// </summary>
    private static async Task CheckClusterAsync(
        Terminal terminal,
        TokenClient client,
        string cluster,
        CancellationToken cancellation
    )
    {
        if (await client.HasClusterAsync(cluster, cancellation))
            return;
        var name = cluster[(cluster.LastIndexOf('/') + 1)..];
        if (name != "default")
            throw new CommandException(
                $"there is no cluster '{cluster}'. Create it first: aws ecs create-cluster --cluster-name {name}"
            );
        await terminal.Error.WriteLineAsync(
            "The cluster 'default' is not there yet; the first host that joins makes it."
        );
    }

    private static async Task ListAsync(
        Terminal terminal,
        ParseResult parsed,
        TokenClient client,
        RunningPlatform platform,
        CancellationToken cancellation
    )
    {
        var list = await client.ListAsync(cancellation);
        var tokens = new Table().Border(TableBorder.Simple).AddColumns("Token", "Cluster", "Made", "Good until");
        foreach (var token in list.Tokens)
            tokens.AddRow(
                token.Id,
                Markup.Escape(token.Cluster ?? "any"),
                Text(token.CreatedAt),
                token.ExpiresAt is { } end ? Text(end) : "revoked"
            );
        terminal.Console.Write(tokens);
        if (list.Hosts.Count == 0)
            return;

        var hosts = new Table().Border(TableBorder.Simple).AddColumns("Host", "Cluster", "Joined", "With token");
        foreach (var host in list.Hosts)
            hosts.AddRow(
                Markup.Escape(host.Host),
                Markup.Escape(host.Cluster ?? "any"),
                Text(host.JoinedAt),
                host.TokenId
            );
        terminal.Console.Write(hosts);
    }

    private static async Task RevokeAsync(
        Terminal terminal,
        ParseResult parsed,
        TokenClient client,
        RunningPlatform platform,
        CancellationToken cancellation
    )
    {
        var revoked = await client.RevokeAsync(parsed.GetRequiredValue(Name), parsed.GetValue(Hosts), cancellation);
        await terminal.Output.WriteLineAsync($"revoked {revoked.Tokens} tokens and the keys of {revoked.Hosts} hosts");
    }

    private static string Text(DateTimeOffset moment) =>
        moment.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time of minutes, hours or days; null for what is none.</summary>
    private static TimeSpan? Lifetime(string text) =>
        text.Length > 1
        && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        && count is > 0 and < 10_000
            ? text[^1] switch
            {
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                'd' => TimeSpan.FromDays(count),
                _ => null,
            }
            : null;
}
