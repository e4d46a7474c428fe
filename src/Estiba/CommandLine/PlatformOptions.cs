using System.CommandLine;
using System.Globalization;
using System.Net;
using Estiba.Names;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary>Options that several commands have.</summary>
internal static class PlatformOptions
{
    internal const int DefaultPort = 4566;
    internal const string DefaultRegion = "eu-west-1";

    internal static readonly Option<string?> Data = new("--data")
    {
        Description = "The directory that holds everything the platform keeps. [default: ~/.local/share/estiba]",
        HelpName = "directory",
    };

    internal static readonly Option<int?> Port = new("--port")
    {
        Description = "The port on which every service answers. [default: the one of the last start, or 4566]",
        HelpName = "port",
    };

    internal static readonly Option<string?> Region = new("--region")
    {
        Description =
            "The region that is used where none is named. [default: the one that the platform was started with, "
            + "or eu-west-1]",
        HelpName = "region",
    };

    internal static readonly Option<bool> AnyCredentials = new("--any-credentials")
    {
        Description =
            "Accept any access key without a check, and take one of twelve digits as the account. Only on this "
            + "machine's own addresses.",
    };

    internal static readonly Option<string?> Account = new("--account")
    {
        Description =
            "The account of the platform's own key, twelve digits. [default: the one of the last start, or "
            + "123456789012]",
        HelpName = "digits",
    };

    internal static readonly Option<string?> Bind = new("--bind")
    {
        Description =
            "The address to listen on, 0.0.0.0 for all. [default: the one of the last start, or this machine only]",
        HelpName = "address",
    };

    internal static readonly Option<bool> AcceptLoss = new("--accept-loss")
    {
        Description =
            "Start although something is missing from the data directory or damaged, without it. What is damaged "
            + "is put aside.",
    };

    internal static readonly Option<bool> TakeOver = new("--take-over")
    {
        Description =
            "Start a data directory that was copied or restored, and take over the containers of the original, "
            + "which must not run again.",
    };

    internal static readonly Option<string?> EnvironmentFiles = new("--environment-files")
    {
        Description =
            "Where environment files are: arn:aws:s3:::bucket/key is the file bucket/key in it. [default: "
            + "environment-files in the data directory]",
        HelpName = "directory",
    };

    internal static readonly Option<int?> HealthyAfter = new("--healthy-after")
    {
        Description =
            "How long a task without a health check must run before deployments and services count it as healthy. "
            + "[default: 40, as in ECS]",
        HelpName = "seconds",
    };

    internal static readonly Option<string?> Dns = new("--dns")
    {
        Description =
            "Answer DNS queries on this address too, on port 53 or the one after a colon: for the names of load "
            + "balancers and services, and for all others by asking this machine's name servers. Only for networks of "
            + "your own.",
        HelpName = "address",
    };

    internal static readonly Option<string?> HostsFile = new("--hosts-file")
    {
        Description =
            "Keep the names of load balancers and services in this file, usually /etc/hosts, so that programs on this "
            + "machine find them: in a marked block, which is taken away when the platform stops.",
        HelpName = "file",
    };

    static PlatformOptions()
    {
        Refuse(
            Dns,
            text =>
                !IPEndPoint.TryParse(text, out var endPoint)
                || endPoint.Address.Equals(IPAddress.Any)
                || endPoint.Address.Equals(IPAddress.IPv6Any),
            text => $"'{text}' is no single address to listen on; one looks like 10.0.0.1, or 127.0.0.1:5353."
        );
        Refuse(HostsFile, text => !File.Exists(text), text => $"There is no file '{text}'.");
        Refuse(
            HealthyAfter,
            text => !int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) || seconds is < 0 or > 3600,
            text => $"'{text}' is no time that a task must run: it must be from 0 to 3600 seconds."
        );
        Refuse<int?>(
            Port,
            text => int.TryParse(text, out var port) && port is < 1 or > 65535,
            text => $"'{text}' is no port: it must be from 1 to 65535."
        );
        Refuse<string?>(
            Account,
            text => text.Length != 12 || !text.All(char.IsAsciiDigit),
            text => $"'{text}' is no account: an account has twelve digits."
        );
        Refuse<string?>(
            Region,
            text => !IsRegion(text),
            text => $"'{text}' is no region; one looks like {DefaultRegion}: small letters, digits and hyphens."
        );
        Refuse<string?>(EnvironmentFiles, text => !Directory.Exists(text), text => $"There is no directory '{text}'.");
        Refuse<string?>(
            Bind,
            text => !IPAddress.TryParse(text, out _),
            text => $"'{text}' is no address; 0.0.0.0 stands for all of this machine's."
        );
    }

    /// <summary>Adds a check to an option, for what its type alone does not refuse.</summary>
    internal static void Refuse<T>(Option<T> option, Func<string, bool> isWrong, Func<string, string> explain) =>
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && isWrong(token.Value))
                result.AddError(explain(token.Value));
        });

    // What clients take as a label of a host's name, for they put it into one.
    private static bool IsRegion(string text) =>
        text.Length is > 0 and <= 63
        && text[0] != '-'
        && text[^1] != '-'
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    internal static DataLayout DataLayout(ParseResult parsed) =>
        parsed.GetValue(Data) is { Length: > 0 } path ? Platforms.DataLayout.At(path) : Platforms.DataLayout.Default;

    /// <summary>The directory of environment files that is named; null where none is.</summary>
    internal static string? EnvironmentFilesDirectory(ParseResult parsed) =>
        parsed.GetValue(EnvironmentFiles) is { Length: > 0 } path ? Path.GetFullPath(path) : null;

    private static IPEndPoint? EndPoint(string? text)
    {
        if (text is null)
            return null;
        var endPoint = IPEndPoint.Parse(text);
        return endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, NameServers.Port) : endPoint;
    }

    /// <summary>
    /// What these options say of a platform; what they do not say is as it was when its data directory was last used.
    /// </summary>
    internal static PlatformConfiguration Configuration(ParseResult parsed)
    {
        var data = DataLayout(parsed);
        var before = PlatformSettings.Read(data);
        return new()
        {
            Data = data,
            Port = parsed.GetValue(Port) ?? before.Port ?? DefaultPort,
            Bind = parsed.GetValue(Bind) is { } address ? IPAddress.Parse(address) : before.BoundAddress,
            AnyCredentials = parsed.GetValue(AnyCredentials),
            AccountId = parsed.GetValue(Account) ?? before.Account,
            Region = parsed.GetValue(Region) ?? before.Region ?? DefaultRegion,
            HealthyAfter = parsed.GetValue(HealthyAfter) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Dns = EndPoint(parsed.GetValue(Dns)),
            HostsFile = parsed.GetValue(HostsFile) is { } hosts ? Path.GetFullPath(hosts) : null,
            AcceptsLoss = parsed.GetValue(AcceptLoss),
            TakesOver = parsed.GetValue(TakeOver),
            DockerHost = Environment.GetEnvironmentVariable("DOCKER_HOST"),
        };
    }
}
