using System.Collections.Concurrent;
using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Joining;

namespace Estiba.Instances;

/// <summary>
/// The keys of virtual instances, beside those that customers have: an instance's agent signs its web sockets with one.
/// </summary>
/// <remarks>
/// As those of an EC2 instance profile they are temporary: each lives as long as its agent, in memory only.
/// </remarks>
internal sealed class InstanceCredentials(ICredentialSource customers) : ICredentialSource
{
    private const int SecretBytes = 30;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private readonly ConcurrentDictionary<string, (Credential Key, BoundHost Host)> _byKey = new(
        StringComparer.Ordinal
    );

    /// <inheritdoc/>
    public Credential? Find(string accessKeyId) =>
        _byKey.TryGetValue(accessKeyId, out var instance) ? instance.Key : customers.Find(accessKeyId);

    /// <summary>The virtual instance that a key is of; null where it is of none.</summary>
    internal BoundHost? HostOf(string accessKeyId) =>
        _byKey.TryGetValue(accessKeyId, out var instance) ? instance.Host : null;

    /// <inheritdoc/>
    public void Used(Credential credential, string service, string region) =>
        customers.Used(credential, service, region);

    /// <summary>Makes a key for an instance, good for what an agent does there.</summary>
    internal AwsCredentials Issue(string accountId, string region, string instanceId)
    {
        var credential = new Credential
        {
            AccessKeyId = "ASIA" + RandomNumberGenerator.GetString(Letters, 16),
            SecretAccessKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)),
            AccountId = accountId,
            PrincipalArn = new Arn("sts", "", accountId, $"assumed-role/ecsInstanceRole/{instanceId}")
            {
                Partition = Arn.PartitionOf(region),
            }.ToString(),
            Actions = HostKeys.Actions,
        };
        _byKey[credential.AccessKeyId] = (credential, new BoundHost(instanceId, new Scope(accountId, region)));
        return new AwsCredentials(credential.AccessKeyId, credential.SecretAccessKey);
    }

    /// <summary>From now on nobody has this key.</summary>
    internal void Revoke(AwsCredentials credentials) => _byKey.TryRemove(credentials.AccessKeyId, out _);
}
