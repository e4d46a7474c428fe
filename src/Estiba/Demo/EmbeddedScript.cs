using System.Diagnostics;

namespace Estiba.Demo;

/// <summary>
/// A script of <c>tools/</c> that travels inside the executable, so that it is there wherever that runs.
/// </summary>
internal static class EmbeddedScript
{
    internal const string InstallDocker = "install-docker";
    internal const string NginxImage = "nginx-image";

    /// <summary>Runs a script on this process's own terminal, and returns its exit code.</summary>
    internal static async Task<int> RunAsync(
        string name,
        IReadOnlyList<string> arguments,
        CancellationToken cancellation,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        // A file, since the script's standard input is the person's: sudo asks there.
        var path = Path.Combine(Path.GetTempPath(), $"estiba-{name}-{Guid.NewGuid():N}");
        try
        {
            await WriteAsync(name, path, cancellation);
            var start = new ProcessStartInfo("bash", [path, .. arguments]);
            foreach (var (variable, value) in environment ?? new Dictionary<string, string?>())
                start.Environment[variable] = value;
            using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            return process.ExitCode;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task WriteAsync(string name, string path, CancellationToken cancellation)
    {
        await using var script = typeof(EmbeddedScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the script {name} is not in the executable");
        await using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = Files.PrivateFiles.FileMode,
            }
        );
        await script.CopyToAsync(file, cancellation);
    }
}
