namespace Estiba.Agent.Tasks;

/// <summary>
/// Reads environment files, which ECS keeps in S3 buckets, from a directory of the host with a folder for each bucket.
/// </summary>
/// <remarks>
/// "Pass environment variables to an Amazon ECS container": one <c>NAME=value</c> in each line, lines that begin with
/// <c>#</c> are comments, the first of several values of one name counts.
/// </remarks>
internal sealed class EnvironmentFiles(string? directory)
{
    private const string ArnPrefix = ":s3:::";
    private const int LargestFile = 1024 * 1024;

    /// <exception cref="EnvironmentFileException">A file cannot be had; the message is the reason for the
    /// server.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync(
        AcsContainer container,
        CancellationToken cancellation
    )
    {
        if (container.EnvironmentFiles is not { Count: > 0 } files)
            return [];
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var line in await LinesAsync(file.Value ?? "", cancellation))
            {
                var text = line.TrimStart();
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && text[0] != '#')
                    variables.TryAdd(text[..equals].Trim(), text[(equals + 1)..]);
            }
        }

        return [.. variables];
    }

    private async Task<string[]> LinesAsync(string arn, CancellationToken cancellation)
    {
        if (directory is null)
            throw new EnvironmentFileException(
                $"environment file {arn} cannot be read: this container instance has no directory of environment files"
            );
        var prefix = arn.IndexOf(ArnPrefix, StringComparison.Ordinal);
        if (prefix < 0)
            throw new EnvironmentFileException($"environment file {arn} is not the ARN of an S3 object");

        var root = Path.GetFullPath(directory);
        var path = Path.GetFullPath(Path.Combine(root, arn[(prefix + ArnPrefix.Length)..]));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new EnvironmentFileException(
                $"environment file {arn} is outside of the directory of environment files"
            );

        // What the reason says goes to the customer, who need not know where things are on this host.
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (!file.CanSeek || file.Length > LargestFile)
                throw new EnvironmentFileException(
                    $"environment file {arn} is larger than {LargestFile} bytes, or no file"
                );
            using var reader = new StreamReader(file);
            return (await reader.ReadToEndAsync(cancellation)).Split(["\r\n", "\n", "\r"], StringSplitOptions.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason =
                exception is FileNotFoundException or DirectoryNotFoundException ? "does not exist"
                : exception is UnauthorizedAccessException ? "may not be read by the agent"
                : "cannot be read";
            throw new EnvironmentFileException($"environment file {arn} {reason}");
        }
    }
}

/// <summary>An environment file cannot be had.</summary>
internal sealed class EnvironmentFileException(string message)
    : Exception($"ResourceInitializationError: failed to download env files: {message}");
