using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr.Repositories;

/// <summary>
/// The encryption of a repository as ECR tells it: with the ARN of a key where there is one ("EncryptionConfiguration",
/// API reference).
/// </summary>
/// <remarks>
/// Nothing is encrypted by it. Without a key service, the key behind a name is one that is always the same for that
/// name.
/// </remarks>
internal static class RepositoryEncryption
{
    private const string Aliases = "alias/";
    private const string OfEcr = Aliases + "aws/ecr";

    internal static EncryptionConfiguration Of(RepositoryRecord repository) =>
        repository.Encryption.EncryptionType == EncryptionType.Aes256
            ? repository.Encryption
            : repository.Encryption with
            {
                KmsKey = KeyOf(repository.Id, repository.Encryption.KmsKey ?? OfEcr),
            };

    private static string KeyOf(RepositoryId repository, string key)
    {
        var name = Arn.TryParse(key, out var arn) ? arn.Resource : key;
        if (!name.StartsWith(Aliases, StringComparison.Ordinal))
            return Arn.IsArn(key) ? key : KeyArn(repository, key);

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{repository.AccountId}/{repository.Region}/{name}"));
        return KeyArn(repository, new Guid(hash.AsSpan(0, 16)).ToString());
    }

    private static string KeyArn(RepositoryId repository, string id) =>
        new Arn("kms", repository.Region, repository.AccountId, $"key/{id}").ToString();
}
