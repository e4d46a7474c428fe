using System.Text;
using Estiba.Contracts.Signing;
using Estiba.Files;

namespace Estiba.Identity.Credentials;

/// <summary>
/// A file of credentials as the AWS command line and SDKs read it ("Configuration and credential file settings").
/// </summary>
internal static class CredentialsFile
{
    /// <summary>Writes a new file that only its owner can read. It appears whole or not at all.</summary>
    public static void Create(string path, AwsCredentials credentials, string accountId)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        DurableFile.Write(
            path,
            Encoding.UTF8.GetBytes(
                $"""
                [default]
                aws_access_key_id = {credentials.AccessKeyId}
                aws_secret_access_key = {credentials.SecretAccessKey}
                aws_account_id = {accountId}

                """
            )
        );
    }

    /// <summary>Reads the default profile.</summary>
    /// <exception cref="InvalidDataException">It has no key, no secret, or an account that is none.</exception>
    public static (AwsCredentials Credentials, string? AccountId) Read(string path)
    {
        var settings = DefaultProfile(File.ReadLines(path));
        var account = settings.GetValueOrDefault("aws_account_id");
        if (account is not null && !IsAccountId(account))
            throw new InvalidDataException(
                $"The aws_account_id in {path} is not twelve digits. Correct it, or remove the line."
            );

        return (new AwsCredentials(Required("aws_access_key_id"), Required("aws_secret_access_key")), account);

        string Required(string name) =>
            settings.GetValueOrDefault(name) is { Length: > 0 } value
                ? value
                : throw new InvalidDataException(
                    $"The profile [default] in {path} has no {name}. Add it, or remove the file so that new "
                        + "credentials are made."
                );
    }

    private static bool IsAccountId(string text) => text.Length == 12 && text.All(char.IsAsciiDigit);

    private static Dictionary<string, string> DefaultProfile(IEnumerable<string> lines)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var profile = "";
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
                profile = line[1..^1].Trim();
            else if (
                profile == "default"
                && line.Length > 0
                && line[0] is not ('#' or ';')
                && line.Split('=', 2) is [var name, var value]
            )
                settings[name.Trim()] = value.Trim();
        }

        return settings;
    }
}
