using System.CommandLine;
using System.Net;
using Estiba.Hosting;

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

    internal static readonly Option<int> Port = new("--port")
    {
        Description = "The port on which every service answers.",
        DefaultValueFactory = _ => DefaultPort,
        HelpName = "port",
    };

    internal static readonly Option<string> Region = new("--region")
    {
        Description = "The region that is used where none is named.",
        DefaultValueFactory = _ => DefaultRegion,
        HelpName = "region",
    };

    internal static readonly Option<bool> AnyCredentials = new("--any-credentials")
    {
        Description = "Accept any access key without a check, and take one of twelve digits as the account. Only on this machine's own addresses.",
    };

    internal static readonly Option<string?> Account = new("--account")
    {
        Description = "The account of the platform's own key, twelve digits. [default: 123456789012]",
        HelpName = "digits",
    };

    internal static readonly Option<string?> Bind = new("--bind")
    {
        Description = "The address to listen on, 0.0.0.0 for all. [default: this machine only]",
        HelpName = "address",
    };

    internal static readonly Option<string?> EnvironmentFiles = new("--environment-files")
    {
        Description = "Where environment files are: arn:aws:s3:::bucket/key is the file bucket/key in it. [default: environment-files in the data directory]",
        HelpName = "directory",
    };

    static PlatformOptions()
    {
        Refuse<int>(Port, text => int.TryParse(text, out var port) && port is < 1 or > 65535, text => $"'{text}' is no port: it must be from 1 to 65535.");
        Refuse<string?>(
            Account, text => text.Length != 12 || !text.All(char.IsAsciiDigit), text => $"'{text}' is no account: an account has twelve digits.");
        Refuse<string>(
            Region, text => !IsRegion(text), text => $"'{text}' is no region; one looks like {DefaultRegion}: small letters, digits and hyphens.");
        Refuse<string?>(
            EnvironmentFiles, text => !Directory.Exists(text), text => $"There is no directory '{text}'.");
        Refuse<string?>(
            Bind, text => !IPAddress.TryParse(text, out _), text => $"'{text}' is no address; 0.0.0.0 stands for all of this machine's.");
    }

    /// <summary>Adds a check to an option, for what its type alone does not refuse.</summary>
    internal static void Refuse<T>(Option<T> option, Func<string, bool> isWrong, Func<string, string> explain) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && isWrong(token.Value)) result.AddError(explain(token.Value));
    });

    // What clients take as a label of a host's name, for they put it into one.
    private static bool IsRegion(string text) =>
        text.Length is > 0 and <= 63 && text[0] != '-' && text[^1] != '-' && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    internal static DataLayout DataLayout(ParseResult parsed) =>
        parsed.GetValue(Data) is { Length: > 0 } path ? Hosting.DataLayout.At(path) : Hosting.DataLayout.Default;

    /// <summary>The directory of environment files that is named; null where none is.</summary>
    internal static string? EnvironmentFilesDirectory(ParseResult parsed) =>
        parsed.GetValue(EnvironmentFiles) is { Length: > 0 } path ? Path.GetFullPath(path) : null;

    /// <summary>What these options say of a platform.</summary>
    internal static PlatformConfiguration Configuration(ParseResult parsed) => new()
    {
        Data = DataLayout(parsed),
        Port = parsed.GetValue(Port),
        Bind = parsed.GetValue(Bind) is { } address ? IPAddress.Parse(address) : null,
        AnyCredentials = parsed.GetValue(AnyCredentials),
        AccountId = parsed.GetValue(Account),
        Region = parsed.GetRequiredValue(Region),
        DockerHost = Environment.GetEnvironmentVariable("DOCKER_HOST"),
    };
}
