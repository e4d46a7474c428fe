using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Identity.Credentials;

/// <summary>
/// The access key of the platform's owner, made at the first start: it speaks for the root of its account and never
/// expires.
/// </summary>
public sealed record RootCredentials
{
    /// <summary>The account of a new data directory.</summary>
    public const string DefaultAccountId = "123456789012";

    /// <summary>The file's name in the data directory.</summary>
    public const string FileName = "credentials";

    /// <summary>The account, twelve digits.</summary>
    public required string AccountId { get; init; }

    /// <summary>The key and its secret.</summary>
    public required AwsCredentials Credentials { get; init; }

    /// <summary>The file that a customer's tools may read them from.</summary>
    public required string Path { get; init; }

    /// <summary>When they were made.</summary>
    public required DateTimeOffset CreateDate { get; init; }

    /// <summary>The ARN of the account's root.</summary>
    public string Arn => RootArn(AccountId);

    /// <summary>Reads the credentials of a data directory, or makes new ones where there are none.</summary>
    /// <param name="dataDirectory">The data directory; it is made, readable to its owner only, where it is
    /// missing.</param>
    /// <param name="accountId">The account to use; null for the one in the file, or
    /// <see cref="DefaultAccountId"/>.</param>
    /// <param name="ids">Makes the key and its secret.</param>
    /// <exception cref="InvalidDataException">The file is there but holds no usable credentials; the message says what
    /// is missing.</exception>
    /// <exception cref="IOException">The directory or the file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read or write them.</exception>
    public static RootCredentials LoadOrCreate(string dataDirectory, string? accountId, UniqueIds ids)
    {
        var path = System.IO.Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
            CredentialsFile.Create(
                path,
                new AwsCredentials(ids.AccessKeyId(), ids.Secret()),
                accountId ?? DefaultAccountId
            );

        var (credentials, account) = CredentialsFile.Read(path);
        return new RootCredentials
        {
            AccountId = accountId ?? account ?? DefaultAccountId,
            Credentials = credentials,
            Path = path,
            CreateDate = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero),
        };
    }

    internal static string RootArn(string accountId) => Contracts.Arn.RootOf(accountId).ToString();
}
