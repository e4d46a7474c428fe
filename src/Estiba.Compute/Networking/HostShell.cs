using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>Edits addresses with the host's iproute2, in this process's own right (NET_ADMIN).</summary>
internal sealed class IpCommand(string command, TimeSpan timeout, TimeProvider time) : IAddressEditor
{
    private const int NetAdmin = 12;

    /// <summary>Whether this process has the capability NET_ADMIN in effect.</summary>
    public static bool Permitted() => File.Exists("/proc/self/status") && Permitted(File.ReadLines("/proc/self/status"));

    internal static bool Permitted(IEnumerable<string> status) =>
        status.FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal)) is { } line
        && ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effective)
        && (effective >> NetAdmin & 1) == 1;

    public async Task<string> EditAsync(
        string bridge, IReadOnlyCollection<IPAddress> add, IReadOnlyCollection<IPAddress> remove, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command)
            {
                ArgumentList = { "-force", "-batch", "-" },
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
            throw new NetworkException($"{command} cannot be run: {cause.Message}", cause);
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var error = process.StandardError.ReadToEndAsync(either.Token);
            await process.StandardInput.WriteAsync(IpBatch.Of(bridge, add, remove).AsMemory(), either.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(either.Token);
            await output;
            return process.ExitCode == 0 ? "" : (await error).Trim();
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new NetworkException($"{command} did not finish its work on {bridge}: {failure.Message}", failure);
        }
    }
}
