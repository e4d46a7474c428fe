using Estiba.Compute.Describing;
using Estiba.Compute.KeyPairs;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private const int LongestKeyName = 255;

    private static readonly FilterSet<KeyPairInfo> KeyPairFilters = new(
        ShapeFilters.Of<KeyPairInfo>("fingerprint = KeyFingerprint", "key-name", "key-pair-id"),
        pair => pair.Tags!
    );

    /// <inheritdoc />
    public async Task<KeyPair> CreateKeyPairAsync(
        CreateKeyPairRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckKeyName(request.KeyName!);
        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "key-pair");
        Ec2Requests.EndDryRun(request.DryRun);

        var key = NewKeyPair.Create(
            request.KeyName!,
            request.KeyType ?? KeyType.Rsa,
            putty: request.KeyFormat == KeyFormat.Ppk
        );
        var record = await AddKeyPairAsync(request.KeyName!, key.Public, key.Fingerprint, tags, context, cancellation);
        return new KeyPair
        {
            KeyPairId = record.KeyPairId,
            KeyName = record.KeyName,
            KeyFingerprint = key.Fingerprint,
            KeyMaterial = key.Private,
            Tags = ResourceTags.OrNone(tags),
        };
    }

    /// <inheritdoc />
    public async Task<ImportKeyPairResult> ImportKeyPairAsync(
        ImportKeyPairRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckKeyName(request.KeyName!);
        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "key-pair");
        var key = PublicKey.Read(request.PublicKeyMaterial!.Value.Span)
            ?? throw new AwsException("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
        Ec2Requests.EndDryRun(request.DryRun);

        var record = await AddKeyPairAsync(
            request.KeyName!,
            key,
            key.ImportedFingerprint(),
            tags,
            context,
            cancellation
        );
        return new ImportKeyPairResult
        {
            KeyPairId = record.KeyPairId,
            KeyName = record.KeyName,
            KeyFingerprint = record.Fingerprint,
            Tags = ResourceTags.OrNone(tags),
        };
    }

    /// <inheritdoc />
    public async Task<DeleteKeyPairResult> DeleteKeyPairAsync(
        DeleteKeyPairRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.KeyName is null && request.KeyPairId is null)
            throw new AwsException("MissingParameter", "The request must contain the parameter KeyName or KeyPairId");
        Ec2Requests.EndDryRun(request.DryRun);

        var id = await _store.CommitAsync(
            transaction =>
            {
                // To delete a key that does not exist is no error in EC2.
                var pair = request.KeyName is { } name
                    ? transaction.Find(ComputeTables.KeyPairs, Scope.Of(context).Key(name))
                    : FindKeyPair(transaction, context, request.KeyPairId!);
                if (pair is null)
                    return request.KeyPairId;

                transaction.Delete(ComputeTables.KeyPairs, ComputeTables.KeyOf(pair));
                ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, pair.KeyPairId);
                return pair.KeyPairId;
            },
            cancellation
        );
        return new DeleteKeyPairResult { Return = true, KeyPairId = id };
    }

    /// <inheritdoc />
    public Task<DescribeKeyPairsResult> DescribeKeyPairsAsync(
        DescribeKeyPairsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var matches = KeyPairFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        foreach (var name in request.KeyNames ?? [])
        {
            if (view.Find(ComputeTables.KeyPairs, Scope.Of(context).Key(name)) is null)
                throw new AwsException("InvalidKeyPair.NotFound", $"The key pair '{name}' does not exist");
        }
        ResourceKind.KeyPair.Require(request.KeyPairIds, id => FindKeyPair(view, context, id) is not null);

        var all = request.KeyNames is null or [] && request.KeyPairIds is null or [];
        return Task.FromResult(
            new DescribeKeyPairsResult
            {
                KeyPairs =
                [
                    .. view.Range(ComputeTables.KeyPairs, Scope.Of(context).Prefix)
                        .Where(pair =>
                            all
                            || request.KeyNames?.Contains(pair.KeyName) == true
                            || request.KeyPairIds?.Contains(pair.KeyPairId) == true
                        )
                        .Select(pair => new KeyPairInfo
                        {
                            KeyPairId = pair.KeyPairId,
                            KeyName = pair.KeyName,
                            KeyFingerprint = pair.Fingerprint,
                            KeyType = pair.KeyType ?? KeyType.Rsa,
                            CreateTime = pair.CreateTime,
                            PublicKey = request.IncludePublicKey == true ? $"{pair.PublicKey} {pair.KeyName}" : null,
                            // One of the kinds of which EC2 tells an empty set.
                            Tags = ResourceTags.Of(view, context, pair.KeyPairId),
                        })
                        .Where(matches),
                ],
            }
        );
    }

    private Task<KeyPairRecord> AddKeyPairAsync(
        string name,
        PublicKey key,
        string fingerprint,
        IReadOnlyList<Tag> tags,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = new KeyPairRecord
        {
            AccountId = context.AccountId,
            Region = context.Region,
            KeyPairId = _ids.New("key-"),
            KeyName = name,
            KeyType = key.Type == KeyType.Rsa ? null : key.Type,
            Fingerprint = fingerprint,
            PublicKey = key.Line,
            CreateTime = _time.GetUtcNow(),
        };
        return _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(ComputeTables.KeyPairs, Scope.Of(context).Key(name)) is not null)
                    throw new AwsException("InvalidKeyPair.Duplicate", "The keypair already exists");
                transaction.Put(ComputeTables.KeyPairs, record);
                ResourceTags.Put(transaction, context, record.KeyPairId, "key-pair", tags);
                return record;
            },
            cancellation
        );
    }

    private static void CheckKeyName(string name)
    {
        if (name.Length is 0 or > LongestKeyName || name.Any(character => character is < ' ' or > '~'))
            throw Ec2Requests.Invalid(
                $"Value ({name}) for parameter KeyName is invalid. It has 1 to {LongestKeyName} ASCII characters."
            );
    }

    private static KeyPairRecord? FindKeyPair(View view, CallContext context, string keyPairId) =>
        view.Where(ComputeTables.KeyPairs, ComputeTables.KeyPairId, Scope.Of(context).Key(keyPairId)).FirstOrDefault();
}
