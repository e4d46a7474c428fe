using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Estiba.Clients;

/// <summary>The <c>aws</c> command that is on the PATH, as far as it must be treated differently.</summary>
/// <remarks>
/// AWS_ENDPOINT_URL is honoured from 1.29.0 and 2.13.0 on ("Service-specific endpoints", AWS SDKs and tools reference
/// guide). Debian 12's is 2.9.19: it needs the option <c>--endpoint-url</c> with every command.
/// </remarks>
internal static partial class AwsCommand
{
    /// <summary>
    /// A bash function that gives an old <c>aws</c> the endpoint of the environment, and passes everything else on.
    /// </summary>
    internal const string BashFunction = "aws() { command aws --endpoint-url \"$AWS_ENDPOINT_URL\" \"$@\"; }";

    /// <summary>The same for fish.</summary>
    internal const string FishFunction = "function aws; command aws --endpoint-url \"$AWS_ENDPOINT_URL\" $argv; end";

    /// <summary>Whether an <c>aws</c> is on the PATH that does not know AWS_ENDPOINT_URL.</summary>
    internal static async Task<bool> NeedsEndpointOptionAsync(CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("aws", "--version")
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            );
            if (process is null)
                return false;

            // Version 1 under an old Python writes it to standard error.
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return IsOld(await output + await error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is none: SDKs are what the environment is for
        }
    }

    /// <summary>Whether what <c>aws --version</c> says is older than AWS_ENDPOINT_URL.</summary>
    internal static bool IsOld(string version)
    {
        var match = VersionPattern().Match(version);
        if (!match.Success)
            return false;
        var (major, minor) = (int.Parse(match.Groups[1].ValueSpan), int.Parse(match.Groups[2].ValueSpan));
        return major == 1 ? minor < 29 : major == 2 && minor < 13;
    }

    [GeneratedRegex(@"aws-cli/(\d+)\.(\d+)\.", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();
}
