using System.Collections.Concurrent;
using System.Security.Cryptography;
using Estiba.Contracts.Signing;

namespace Estiba.Instances;

/// <summary>The keys of virtual instances, beside those that customers have: an instance's agent signs its web sockets with one.</summary>
/// <remarks>As those of an EC2 instance profile they are temporary: each lives as long as its agent, in memory only.</remarks>
internal sealed class InstanceCredentials(ICredentialSource customers) : ICredentialSource
{
    private const int SecretBytes = 30;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private readonly ConcurrentDictionary<string, Credential> _byKey = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Credential? Find(string accessKeyId) => _byKey.TryGetValue(accessKeyId, out var instance) ? instance : customers.Find(accessKeyId);

    /// <summary>Makes a key for an instance.</summary>
    internal AwsCredentials Issue(string accountId, string instanceId)
    {
        var credential = new Credential
        {
            AccessKeyId = "ASIA" + RandomNumberGenerator.GetString(Letters, 16),
            SecretAccessKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)),
            AccountId = accountId,
            PrincipalArn = $"arn:aws:sts::{accountId}:assumed-role/ecsInstanceRole/{instanceId}",
        };
        _byKey[credential.AccessKeyId] = credential;
        return new AwsCredentials(credential.AccessKeyId, credential.SecretAccessKey);
    }

    /// <summary>From now on nobody has this key.</summary>
    internal void Revoke(AwsCredentials credentials) => _byKey.TryRemove(credentials.AccessKeyId, out _);
}
