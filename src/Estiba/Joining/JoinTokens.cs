using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Identity.Credentials;
using Estiba.State;
using Microsoft.AspNetCore.Http;

namespace Estiba.Joining;

/// <summary>Makes, lists and revokes tokens, and gives hosts their keys for them.</summary>
/// <param name="store">Where both are kept.</param>
/// <param name="secrets">Seals the secrets of hosts.</param>
/// <param name="time">Says when a token ends.</param>
/// <param name="isConnected">Whether the agent of a host is connected, by account, region and the host's name.</param>
internal sealed class JoinTokens(
    Store store,
    SecretKey secrets,
    TimeProvider time,
    Func<string, string, string, bool> isConnected
)
{
    private const int SecretBytes = 30;
    private const int KeyLetters = 16;
    private const int LongestHost = 64;
    private const int LongestCluster = 255;
    private const string Ec2Instance = "i-";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes * 2];

    /// <summary>Makes a token for hosts of the caller's account and region.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="cluster">The only cluster that hosts may join with it, by name or ARN; null for any.</param>
    /// <param name="lifetime">How long it is good for; null until it is revoked.</param>
    /// <param name="cancellation">Makes none.</param>
    /// <exception cref="AwsException"><c>ValidationException</c>: that is no cluster of the caller's account and
    /// region.</exception>
    internal Task<JoinToken> CreateAsync(
        CallContext caller,
        string? cluster,
        TimeSpan? lifetime,
        CancellationToken cancellation
    )
    {
        var only = cluster is null ? null : NameOf(caller, cluster);
        return store.CommitAsync(transaction => Create(transaction, caller, only, lifetime), cancellation);
    }

    /// <summary>The tokens of the caller's account and region, and the hosts that have joined.</summary>
    internal TokenList List(CallContext caller)
    {
        var view = store.Current;
        return new TokenList(
            [
                .. view.Range(JoinTables.Tokens)
                    .Where(token => Owns(caller, token))
                    .OrderBy(token => token.CreatedAt)
                    .Select(token => new ListedToken(token.Id, token.Cluster, token.CreatedAt, token.ExpiresAt)),
            ],
            [
                .. view.Range(JoinTables.Hosts)
                    .Where(host => Owns(caller, host))
                    .OrderBy(host => host.JoinedAt)
                    .Select(host => new ListedHost(host.Host, host.Cluster, host.TokenId, host.JoinedAt)),
            ]
        );
    }

    /// <summary>
    /// Revokes a token, and the keys of the hosts that joined with it if they are to go too; or the keys of one host.
    /// </summary>
    /// <param name="caller">Whose they are.</param>
    /// <param name="name">The token's id, or the host's name.</param>
    /// <param name="withHosts">Whether a token's hosts are revoked as well.</param>
    /// <param name="cancellation">Leaves everything as it is.</param>
    /// <exception cref="AwsException"><c>ResourceNotFoundException</c>: there is neither.</exception>
    internal Task<Revoked> RevokeAsync(
        CallContext caller,
        string name,
        bool withHosts,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                var tokens = transaction
                    .Range(JoinTables.Tokens)
                    .Where(token => token.Id == name && Owns(caller, token))
                    .ToList();
                var hosts = transaction
                    .Range(JoinTables.Hosts)
                    .Where(host => Owns(caller, host) && (host.Host == name || (withHosts && host.TokenId == name)))
                    .ToList();
                if (tokens.Count + hosts.Count == 0)
                    throw new AwsException(
                        "ResourceNotFoundException",
                        $"There is no token and no host '{name}'. 'estiba token list' tells which there are."
                    );
                foreach (var token in tokens)
                    transaction.Delete(JoinTables.Tokens, token.Id);
                foreach (var host in hosts)
                    transaction.Delete(JoinTables.Hosts, host.AccessKeyId);
                return new Revoked(tokens.Count, hosts.Count);
            },
            cancellation
        );

    /// <summary>
    /// Gives a host a key for a token; one that it was given before for the same token is good no longer.
    /// </summary>
    /// <exception cref="AwsException"><c>AccessDeniedException</c>: the token is wrong, revoked or too old, which are
    /// told alike. <c>ValidationException</c>: the host's name is none. <c>ConflictException</c>: another machine goes
    /// by it.</exception>
    internal Task<JoinedHost> JoinAsync(string? text, string? own, CancellationToken cancellation)
    {
        if (
            own is not { Length: > 0 and <= LongestHost }
            || !own.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
        )
            throw new AwsException("ValidationException", "A host is named by letters, digits and hyphens.");
        if (own.StartsWith(Ec2Instance, StringComparison.Ordinal))
            throw new AwsException(
                "ValidationException",
                "Names that begin with i- are those of EC2 instances, which need not join."
            );

        return store.CommitAsync(
            transaction =>
            {
                var token = Redeem(transaction, text);
                var host = token.For?.Name ?? own;
                if (isConnected(token.AccountId, token.Region, host))
                {
                    throw new AwsException(
                        "ConflictException",
                        $"a host {host} is connected already. Copies of one disk go by one name: give this machine "
                            + "an /etc/machine-id of its own, and remove the agent's data directory.",
                        StatusCodes.Status409Conflict
                    );
                }

                // Who has a host's name has its tasks and their credentials: nobody takes one over with another token
                // than its own.
                var formers = transaction
                    .Range(JoinTables.Hosts)
                    .Where(former =>
                        former.Host == host && (former.AccountId, former.Region) == (token.AccountId, token.Region)
                    )
                    .ToList();
                if (formers.Exists(former => former.TokenId != token.Id))
                {
                    throw new AwsException(
                        "ConflictException",
                        $"a host {host} has joined with another token. If this is the same machine, installed "
                            + $"anew: 'estiba token revoke {host}' on the server gives its name away.",
                        StatusCodes.Status409Conflict
                    );
                }

                foreach (var former in formers)
                    transaction.Delete(JoinTables.Hosts, former.AccessKeyId);
                var id = "AKIA" + RandomNumberGenerator.GetString(Letters, KeyLetters);
                var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));
                var joined = new HostRecord
                {
                    AccessKeyId = id,
                    SecretAccessKey = secrets.Seal(secret, id),
                    AccountId = token.AccountId,
                    Region = token.Region,
                    Host = host,
                    Cluster = token.Cluster,
                    TokenId = token.Id,
                    JoinedAt = time.GetUtcNow(),
                };
                transaction.Put(JoinTables.Hosts, joined);
                return new JoinedHost(joined, secret) { Identity = token.For };
            },
            cancellation
        );
    }

    /// <summary>Makes a token with which one host may join, and as no other.</summary>
    /// <param name="transaction">Where it is kept.</param>
    /// <param name="identity">The host.</param>
    /// <param name="scope">Its account and region.</param>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="now">The time.</param>
    /// <param name="until">How long the token is good.</param>
    internal static JoinToken CreateFor(
        Transaction transaction,
        HostIdentity identity,
        Scope scope,
        string cluster,
        DateTimeOffset now,
        DateTimeOffset until
    )
    {
        var token = JoinToken.New();
        transaction.Put(
            JoinTables.Tokens,
            new JoinTokenRecord
            {
                Id = token.Id,
                Hash = token.Hash(),
                AccountId = scope.AccountId,
                Region = scope.Region,
                Cluster = cluster,
                CreatedAt = now,
                ExpiresAt = until,
                For = identity,
            }
        );
        return token;
    }

    /// <summary>Takes away a host's token and key: it is gone, or to go.</summary>
    /// <param name="transaction">Where they are kept.</param>
    /// <param name="scope">The host's account and region.</param>
    /// <param name="host">Its name.</param>
    internal static void RevokeFor(Transaction transaction, Scope scope, string host)
    {
        var tokens = transaction
            .Range(JoinTables.Tokens)
            .Where(token => token.For?.Name == host && new Scope(token.AccountId, token.Region) == scope)
            .ToList();
        foreach (var token in tokens)
            transaction.Delete(JoinTables.Tokens, token.Id);
        var keys = transaction
            .Range(JoinTables.Hosts)
            .Where(key => key.Host == host && new Scope(key.AccountId, key.Region) == scope)
            .ToList();
        foreach (var key in keys)
            transaction.Delete(JoinTables.Hosts, key.AccessKeyId);
    }

    private JoinToken Create(Transaction transaction, CallContext caller, string? cluster, TimeSpan? lifetime)
    {
        var (token, now) = (JoinToken.New(), time.GetUtcNow());
        transaction.Put(
            JoinTables.Tokens,
            new JoinTokenRecord
            {
                Id = token.Id,
                Hash = token.Hash(),
                AccountId = caller.AccountId,
                Region = caller.Region,
                Cluster = cluster,
                CreatedAt = now,
                ExpiresAt = now + lifetime,
            }
        );
        return token;
    }

    private static string NameOf(CallContext caller, string cluster)
    {
        var name =
            !Arn.IsArn(cluster) ? cluster
            : Arn.TryParse(cluster, out var arn)
            && arn is { Service: "ecs", ResourceType: "cluster" }
            && (arn.AccountId, arn.Region) == (caller.AccountId, caller.Region)
                ? arn.ResourceName
            : "";
        return
            name.Length is > 0 and <= LongestCluster
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            ? name
            : throw new AwsException(
                "ValidationException",
                "A cluster is named by up to 255 letters, digits, hyphens and underscores, or by the ARN of one "
                    + "in this account and region."
            );
    }

    // What is compared takes the same time whether the token is known or not.
    private JoinTokenRecord Redeem(View view, string? text)
    {
        var parsed = JoinToken.TryParse(text, out var token);
        var known = parsed ? view.Find(JoinTables.Tokens, token!.Id) : null;
        var same = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes((token ?? JoinToken.New()).Hash()),
            known is null ? NoHash : Encoding.ASCII.GetBytes(known.Hash)
        );
        return same && known is not null && !(known.ExpiresAt <= time.GetUtcNow())
            ? known
            : throw new AwsException(
                "AccessDeniedException",
                "The token is wrong, was revoked, or has expired. 'estiba token create' on the server makes another.",
                403
            );
    }

    private static bool Owns(CallContext caller, JoinTokenRecord token) =>
        (token.AccountId, token.Region) == (caller.AccountId, caller.Region);

    private static bool Owns(CallContext caller, HostRecord host) =>
        (host.AccountId, host.Region) == (caller.AccountId, caller.Region);
}

/// <summary>A host that has joined, with the secret that is told this once.</summary>
internal sealed record JoinedHost(HostRecord Record, string SecretAccessKey)
{
    /// <summary>What it is to be; null where it says so itself.</summary>
    internal HostIdentity? Identity { get; init; }
}
