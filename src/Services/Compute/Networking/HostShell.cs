using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Estiba.Compute.Networking;

/// <summary>Runs scripts in this process's own right (NET_ADMIN).</summary>
internal sealed class HostShell(TimeSpan timeout, TimeProvider time) : IHostShell
{
    private const string Command = "/bin/sh";
    private const int NetAdmin = 12;

    /// <summary>Whether this process has the capability NET_ADMIN in effect.</summary>
    public static bool Permitted() =>
        File.Exists("/proc/self/status") && Permitted(File.ReadLines("/proc/self/status"));

    internal static bool Permitted(IEnumerable<string> status) =>
        status.FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal)) is { } line
        && ulong.TryParse(
            line.AsSpan("CapEff:".Length).Trim(),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture,
            out var effective
        )
        && (effective >> NetAdmin & 1) == 1;

    // Three short programs; some thousandths of a second of a processor.
    public TimeSpan CheckInterval => TimeSpan.FromSeconds(5);

    public async Task<string> RunAsync(string script, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Command)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception cause)
        {
            throw new NetworkException($"{Command} cannot be run: {cause.Message}", cause);
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var error = process.StandardError.ReadToEndAsync(either.Token);
            await process.StandardInput.WriteAsync(script.AsMemory(), either.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(either.Token);
            await output;
            return IHostShell.Complaint(process.ExitCode, await error);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new NetworkException($"{Command} did not finish its work: {failure.Message}", failure);
        }
    }
}
