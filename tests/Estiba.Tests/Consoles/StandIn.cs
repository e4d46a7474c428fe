using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Estiba.Tests.Consoles;

/// <summary>
/// A program that speaks as the console's does: a script, which notes what it was told, and says that it listens where
/// this process answers.
/// </summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("estiba-stand-in-");
    private readonly WebApplication _web;

    private StandIn()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(At("socket")));
        _web = builder.Build();
        _web.UseWebSockets();
        _web.Run(http => Answer(http));
    }

    /// <summary>Where the script is.</summary>
    internal string Program => At("program");

    /// <summary>Answers what is forwarded.</summary>
    internal RequestDelegate Answer { get; set; } = http => http.Response.WriteAsync("the console");

    /// <summary>How often the script was started.</summary>
    internal int Starts => Lines("starts").Length;

    /// <summary>The process of its last start.</summary>
    internal int ProcessId => int.Parse(Lines("starts")[^1], CultureInfo.InvariantCulture);

    /// <summary>What it was told at its last start.</summary>
    internal JsonNode Told => JsonNode.Parse(Lines("told")[^1])!;

    /// <summary>The environment of its last start.</summary>
    internal string[] Environment => Lines("environment");

    /// <summary>Makes one that listens, and runs until its standard input is closed.</summary>
    internal static async Task<StandIn> StartAsync()
    {
        var standIn = new StandIn();
        await standIn._web.StartAsync();
        standIn.Does(standIn.Listens + "\ncat >/dev/null");
        return standIn;
    }

    /// <summary>The line of a script that says that it listens.</summary>
    internal string Listens => $$"""echo '{"listening":"unix:{{At("socket")}}"}'""";

    /// <summary>What the script does from its next start on, once it has read what it is told.</summary>
    internal void Does(string script)
    {
        var path = At("next");
        File.WriteAllText(
            path,
            $"""
            #!/bin/sh
            cd '{_directory.FullName}'
            env >environment
            read -r line
            printf '%s\n' "$line" >>told
            echo $$ >>starts
            {script}

            """
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(path, Program, overwrite: true);
    }

    /// <summary>Ends the process of its last start at once.</summary>
    internal void Kill()
    {
        using var process = Process.GetProcessById(ProcessId);
        process.Kill();
    }

    internal static bool IsRunning(int processId) => Directory.Exists($"/proc/{processId}");

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private string[] Lines(string name) => File.Exists(At(name)) ? File.ReadAllLines(At(name)) : [];

    private string At(string name) => Path.Combine(_directory.FullName, name);
}
