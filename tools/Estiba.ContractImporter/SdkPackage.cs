using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Estiba.ContractImporter;

/// <summary>
/// The newest client package of the AWS SDK for JavaScript, which follows AWS by days where the command line follows by
/// weeks.
/// </summary>
internal static class SdkPackage
{
    /// <summary>
    /// What the package says: <c>operations</c>, <c>shapes</c> and <c>enums</c>, as <c>sdk-facts.mjs</c> writes them.
    /// </summary>
    /// <param name="root">The repository.</param>
    /// <param name="package">For example <c>@aws-sdk/client-ecs</c>.</param>
    internal static async Task<JsonObject> ReadAsync(string root, string package)
    {
        var folder = Directory.CreateTempSubdirectory("estiba-sdk-").FullName;
        try
        {
            await RunAsync("npm", ["pack", "--silent", "--pack-destination", folder, package], folder);
            await using (var file = File.OpenRead(Directory.GetFiles(folder, "*.tgz").Single()))
            await using (var archive = new GZipStream(file, CompressionMode.Decompress))
                await TarFile.ExtractToDirectoryAsync(archive, folder, overwriteFiles: false);

            var script = Path.Combine(root, "tools", "Estiba.ContractImporter", "sdk-facts.mjs");
            return JsonNode
                .Parse(await RunAsync("node", [script, Path.Combine(folder, "package")], folder))!
                .AsObject();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{program} could not be started.");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}."
            );
    }
}
