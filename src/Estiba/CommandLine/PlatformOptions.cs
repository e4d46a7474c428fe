using System.CommandLine;
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

    static PlatformOptions() => Port.Validators.Add(result =>
    {
        // What is no number at all, the parser has said already.
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var port) && port is < 1 or > 65535)
        {
            result.AddError($"'{token.Value}' is no port: it must be from 1 to 65535.");
        }
    });

    internal static DataLayout DataLayout(ParseResult parsed) =>
        parsed.GetValue(Data) is { Length: > 0 } path ? Hosting.DataLayout.At(path) : Hosting.DataLayout.Default;
}
