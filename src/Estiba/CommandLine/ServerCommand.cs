using System.CommandLine;
using Estiba.Contracts;
using Estiba.Machines;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary><c>estiba server</c>: the services alone, for hosts that join with <c>estiba agent</c>.</summary>
internal static class ServerCommand
{
    private static readonly Option<string?> Advertise = new("--advertise")
    {
        Description =
            "The address or name of this machine that agents and docker on other machines use. [default: the one "
            + "of the last start, the address that --bind says, or this machine's first]",
        HelpName = "address",
    };

    private static readonly Option<string?> Certificate = new("--certificate")
    {
        Description =
            "Speak TLS, with the certificate in this PEM file, which those that signed it may follow. [default: "
            + "the one of the last start]",
        HelpName = "file",
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "The certificate's private key, a PEM file.",
        HelpName = "file",
    };

    private static readonly Option<string?> Authority = new("--ca")
    {
        Description =
            "The authority that signed the certificate, a PEM file, where other machines have to be told: 'estiba "
            + "env' and 'estiba token create' tell.",
        HelpName = "file",
    };

    private static readonly Option<int?> LostAfter = new("--lost-after")
    {
        Description =
            "How long a host may be silent before its services' tasks are started elsewhere. With less than a "
            + "minute, a short outage may move them. [default: 60]",
        HelpName = "seconds",
    };

    private static readonly Option<string?> InstanceHook = new("--instance-hook")
    {
        Description =
            "The program, or the https address, that makes and takes away machines: each instance of EC2, and so of an "
            + "Auto Scaling group, is then one. With an address, ESTIBA_INSTANCE_HOOK_TOKEN is sent as bearer token. "
            + "[default: there are no instances]",
        HelpName = "program|url",
    };

    private static readonly Option<int?> InstancesJoinWithin = new("--instances-join-within")
    {
        Description =
            "How long the machine of an instance may take until its agent has joined; then the instance is "
            + "terminated, and its group launches another. [default: 600]",
        HelpName = "seconds",
    };

    private static readonly HostAccessOptions Access = new(
        "hosts whose agent leaves that to the server, as Amazon's does",
        HostAccess.Nothing
    );

    static ServerCommand()
    {
        PlatformOptions.Refuse(
            LostAfter,
            text => !int.TryParse(text, out var seconds) || seconds is < 5 or > 3600,
            text => $"'{text}' is no time that a host may be silent: it must be from 5 to 3600 seconds."
        );
        PlatformOptions.Refuse(
            Advertise,
            text => Uri.CheckHostName(text) == UriHostNameType.Unknown,
            text => $"'{text}' is no address and no name."
        );
        PlatformOptions.Refuse(
            InstanceHook,
            text => InstanceHookOptions.Complaint(text) is not null,
            text => InstanceHookOptions.Complaint(text)!
        );
        PlatformOptions.Refuse(
            InstancesJoinWithin,
            text => !int.TryParse(text, out var seconds) || seconds is < 10 or > 86_400,
            text => $"'{text}' is no time to join: it must be from 10 to 86400 seconds."
        );
        foreach (var file in new[] { Certificate, Key, Authority })
            PlatformOptions.Refuse(
                file,
                text => !File.Exists(text),
                text => $"There is no file '{text}', or {Environment.UserName} may not see it."
            );
    }

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "server",
            "Start the services alone, without virtual instances: other machines join with 'estiba agent'."
        )
        {
            PlatformOptions.Port,
            PlatformOptions.Data,
            PlatformOptions.Account,
            PlatformOptions.Region,
            PlatformOptions.Bind,
            Advertise,
            Certificate,
            Key,
            Authority,
            LostAfter,
            InstanceHook,
            InstancesJoinWithin,
            PlatformOptions.Dns,
            PlatformOptions.HostsFile,
            PlatformOptions.HealthyAfter,
            PlatformOptions.AcceptLoss,
            PlatformOptions.TakeOver,
        };
        Access.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Certificate) is null != result.GetValue(Key) is null)
                result.AddError("--certificate and --key go together.");
        });
        command.SetAction(
            (parsed, cancellation) => RunningCommand.RunAsync(terminal, Configuration(parsed), cancellation)
        );
        return command.WithExamples(
            ("on this machine, for agents on others", "estiba server --bind 0.0.0.0"),
            (
                "over TLS",
                "estiba server --bind 0.0.0.0 --advertise server.example --certificate server.pem --key server.key"
            ),
            (
                "Auto Scaling groups of real machines, which a program of your own makes",
                "estiba server --bind 0.0.0.0 --instance-hook /etc/estiba/instance-hook"
            ),
            ("make a token for them", "estiba token create"),
            ("on each of the others", "estiba agent --join http://this-machine:4566 --token estiba-...")
        );
    }

    /// <summary>What the arguments, and the last start, say of a server.</summary>
    internal static PlatformConfiguration Configuration(ParseResult parsed)
    {
        var configuration = PlatformOptions.Configuration(parsed) with
        {
            Engine = EngineKind.None,
            HostAccess = Access.Value(parsed),
        };
        var before = PlatformSettings.Read(configuration.Data);
        return configuration with
        {
            Advertise = parsed.GetValue(Advertise)
                ?? AdvertisedBefore(configuration, before)
                ?? HostAddresses.Reached(configuration.Bind)?.ToString(),
            HostsLostAfter = parsed.GetValue(LostAfter) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Certificate = CertificateOf(parsed, before),
            InstanceHook = parsed.GetValue(InstanceHook) is { } hook
                ? InstanceHookOptions.Of(
                    hook,
                    Environment.GetEnvironmentVariable(InstanceHookOptions.TokenVariable),
                    parsed.GetValue(InstancesJoinWithin)
                )
                : null,
        };
    }

    // What was found for one address to listen on says nothing about another.
    private static string? AdvertisedBefore(PlatformConfiguration configuration, PlatformSettings before) =>
        Equals(configuration.Bind, before.BoundAddress) ? before.Advertise : null;

    /// <summary>
    /// The authority belongs to the certificate: with another certificate, the one of before is not told.
    /// </summary>
    private static CertificateFiles? CertificateOf(ParseResult parsed, PlatformSettings before)
    {
        var authority = FullPath(parsed.GetValue(Authority));
        if (parsed.GetValue(Certificate) is { } certificate)
            return new(FullPath(certificate)!, FullPath(parsed.GetRequiredValue(Key))!, authority);
        return before is { Certificate: { } file, Key: { } key } ? new(file, key, authority ?? before.Authority) : null;
    }

    // The next start may be from another directory.
    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}
