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

    private static readonly FilterSet<KeyPairInfo> s_keyPairFilters = new(
        new FilterValues<KeyPairInfo>
        {
            { "fingerprint", pair => pair.KeyFingerprint },
            { "key-name", pair => pair.KeyName },
            { "key-pair-id", pair => pair.KeyPairId },
        },
        pair => pair.Tags!);

    /// <inheritdoc />
    public async Task<KeyPair> CreateKeyPairAsync(
        CreateKeyPairRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var name = request.KeyName!;
        if (name.Length is 0 or > LongestKeyName || name.Any(character => character is < ' ' or > '~'))
            throw Ec2Requests.Invalid($"Value ({name}) for parameter KeyName is invalid. It has 1 to {LongestKeyName} ASCII characters.");
        if (request.KeyType is not (null or "rsa")) throw Ec2Requests.Unsupported($"key type '{request.KeyType}' (rsa is supported)");
        if (request.KeyFormat is not (null or "pem")) throw Ec2Requests.Unsupported($"key format '{request.KeyFormat}' (pem is supported)");

        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "key-pair");
        var key = RsaKeyPair.Create();
        var id = _ids.New("key-");
        await _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(ComputeTables.KeyPairs, ComputeTables.Key(context, name)) is not null)
                    throw new AwsException("InvalidKeyPair.Duplicate", "The keypair already exists");
                Ec2Requests.EndDryRun(request.DryRun);
                transaction.Put(ComputeTables.KeyPairs, new KeyPairRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    KeyPairId = id,
                    KeyName = name,
                    Fingerprint = key.Fingerprint,
                    PublicKey = key.PublicKey,
                    CreateTime = _time.GetUtcNow(),
                });
                ResourceTags.Put(transaction, context, id, "key-pair", tags);
            },
            cancellation);
        return new KeyPair { KeyPairId = id, KeyName = name, KeyFingerprint = key.Fingerprint, KeyMaterial = key.PrivateKey, Tags = tags };
    }

    /// <inheritdoc />
    public async Task<DeleteKeyPairResult> DeleteKeyPairAsync(
        DeleteKeyPairRequest request, CallContext context, CancellationToken cancellation = default)
    {
        if (request.KeyName is null && request.KeyPairId is null)
            throw new AwsException("MissingParameter", "The request must contain the parameter KeyName or KeyPairId");

        var id = await _store.CommitAsync(
            transaction =>
            {
                // To delete a key that does not exist is no error in EC2.
                var pair = request.KeyName is { } name
                    ? transaction.Find(ComputeTables.KeyPairs, ComputeTables.Key(context, name))
                    : FindKeyPair(transaction, context, request.KeyPairId!);
                Ec2Requests.EndDryRun(request.DryRun);
                if (pair is null) return request.KeyPairId;

                transaction.Delete(ComputeTables.KeyPairs, ComputeTables.KeyOf(pair));
                ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, pair.KeyPairId);
                return pair.KeyPairId;
            },
            cancellation);
        return new DeleteKeyPairResult { Return = true, KeyPairId = id };
    }

    /// <inheritdoc />
    public Task<DescribeKeyPairsResult> DescribeKeyPairsAsync(
        DescribeKeyPairsRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var matches = s_keyPairFilters.Compile(request.Filters);
        var view = _store.Current;
        foreach (var name in request.KeyNames ?? [])
        {
            if (view.Find(ComputeTables.KeyPairs, ComputeTables.Key(context, name)) is null)
                throw new AwsException("InvalidKeyPair.NotFound", $"The key pair '{name}' does not exist");
        }
        foreach (var id in request.KeyPairIds ?? [])
        {
            if (FindKeyPair(view, context, id) is null)
                throw new AwsException("InvalidKeyPair.NotFound", $"The key pair ID '{id}' does not exist");
        }
        Ec2Requests.EndDryRun(request.DryRun);

        var all = request.KeyNames is null or [] && request.KeyPairIds is null or [];
        return Task.FromResult(new DescribeKeyPairsResult
        {
            KeyPairs =
            [
                .. view.Range(ComputeTables.KeyPairs, ComputeTables.Prefix(context))
                    .Where(pair => all || request.KeyNames?.Contains(pair.KeyName) == true || request.KeyPairIds?.Contains(pair.KeyPairId) == true)
                    .Select(pair => new KeyPairInfo
                    {
                        KeyPairId = pair.KeyPairId,
                        KeyName = pair.KeyName,
                        KeyFingerprint = pair.Fingerprint,
                        KeyType = "rsa",
                        CreateTime = pair.CreateTime,
                        PublicKey = request.IncludePublicKey == true ? $"{pair.PublicKey} {pair.KeyName}" : null,
                        Tags = ResourceTags.Of(view, context, pair.KeyPairId),
                    })
                    .Where(matches),
            ],
        });
    }

    private static KeyPairRecord? FindKeyPair(View view, CallContext context, string keyPairId) =>
        view.Where(ComputeTables.KeyPairs, ComputeTables.KeyPairId, ComputeTables.Key(context, keyPairId)).FirstOrDefault();
}
