using Estiba.Contracts.Signing;

namespace Estiba.Hosting;

/// <summary>The access key of a data directory, in the form of the AWS command line's own credentials file.</summary>
/// <remarks>So <c>AWS_SHARED_CREDENTIALS_FILE</c> may name it ("Configuration and credential file settings", AWS CLI user guide).</remarks>
internal static class CredentialsFile
{
    /// <summary>The first access key in the file; null when there is none.</summary>
    internal static AwsCredentials? Parse(IEnumerable<string> lines)
    {
        string? accessKeyId = null;
        string? secretAccessKey = null;
        foreach (var line in lines)
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, var value]) continue;
            if (name == "aws_access_key_id") accessKeyId ??= value;
            if (name == "aws_secret_access_key") secretAccessKey ??= value;
        }

        return accessKeyId is null || secretAccessKey is null ? null : new AwsCredentials(accessKeyId, secretAccessKey);
    }
}
