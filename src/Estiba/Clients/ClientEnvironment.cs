namespace Estiba.Clients;

/// <summary>The environment variables that point any AWS client at this platform.</summary>
/// <param name="Endpoint">Where the platform answers.</param>
/// <param name="AccessKeyId">The access key.</param>
/// <param name="SecretAccessKey">Its secret.</param>
/// <param name="Region">The region that commands use when they name none.</param>
/// <param name="Authority">The file with the authority that signed the platform's certificate; null where no client
/// needs to be told.</param>
internal sealed record ClientEnvironment(
    Uri Endpoint,
    string AccessKeyId,
    string SecretAccessKey,
    string Region,
    string? Authority = null
)
{
    /// <summary>Each variable and its value; null for one that would get in the way and must go.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> Variables() =>
        [
            new("AWS_ENDPOINT_URL", Endpoint.ToString().TrimEnd('/')),
            new("AWS_ACCESS_KEY_ID", AccessKeyId),
            new("AWS_SECRET_ACCESS_KEY", SecretAccessKey),
            new("AWS_REGION", Region),
            new("AWS_DEFAULT_REGION", Region),
            // Some operations are sent to a host with a prefix (data-, streaming-), which nobody can find here.
            new("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
            new("AWS_SESSION_TOKEN", null),
            new("AWS_PROFILE", null),
            .. Authority is null ? [] : (KeyValuePair<string, string?>[])[new("AWS_CA_BUNDLE", Authority)],
        ];

    /// <summary>Lines for a shell to evaluate.</summary>
    internal IEnumerable<string> Lines(ShellSyntax syntax) =>
        Variables()
            .Select(variable =>
                (syntax, variable.Value) switch
                {
                    (ShellSyntax.Fish, null) => $"set -e {variable.Key}",
                    (ShellSyntax.Fish, { } value) => $"set -gx {variable.Key} {Quote(value, "\\'")}",
                    (_, null) => $"unset {variable.Key}",
                    (_, { } value) => $"export {variable.Key}={Quote(value, "'\\''")}",
                }
            );

    private static string Quote(string value, string quote) =>
        $"'{value.Replace("'", quote, StringComparison.Ordinal)}'";
}

/// <summary>How a shell writes variables.</summary>
internal enum ShellSyntax
{
    /// <summary>sh, bash, zsh, dash.</summary>
    Posix,

    /// <summary>fish.</summary>
    Fish,
}
