using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.State;
using Microsoft.AspNetCore.Http;

namespace Estiba.Joining;

/// <summary>Makes, lists and revokes tokens, and gives hosts their keys for them.</summary>
/// <param name="store">Where both are kept.</param>
/// <param name="time">Says when a token ends.</param>
/// <param name="isConnected">Whether the agent of a host is connected, by account, region and the host's name.</param>
internal sealed class JoinTokens(Store store, TimeProvider time, Func<string, string, string, bool> isConnected)
{
    private const int SecretBytes = 30;
    private const int KeyLetters = 16;
    private const int LongestHost = 64;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes * 2];

    /// <summary>Makes a token for hosts of the caller's account and region.</summary>
    internal Task<JoinToken> CreateAsync(CallContext caller, string? cluster, TimeSpan? lifetime, CancellationToken cancellation) => store.CommitAsync(
        transaction =>
        {
            var (token, now) = (JoinToken.New(), time.GetUtcNow());
            transaction.Put(JoinTables.Tokens, new JoinTokenRecord
            {
                Id = token.Id,
                Hash = token.Hash(),
                AccountId = caller.AccountId,
                Region = caller.Region,
                Cluster = cluster,
                CreatedAt = now,
                ExpiresAt = now + lifetime,
            });
            return token;
        },
        cancellation);

    /// <summary>The tokens of the caller's account and region, and the hosts that have joined.</summary>
    internal TokenList List(CallContext caller)
    {
        var view = store.Current;
        return new TokenList(
            [.. view.Range(JoinTables.Tokens).Where(token => Owns(caller, token)).OrderBy(token => token.CreatedAt).Select(token => new ListedToken(token.Id, token.Cluster, token.CreatedAt, token.ExpiresAt))],
            [.. view.Range(JoinTables.Hosts).Where(host => Owns(caller, host)).OrderBy(host => host.JoinedAt).Select(host => new ListedHost(host.Host, host.Cluster, host.TokenId, host.JoinedAt))]);
    }

    /// <summary>Revokes a token, and the keys of the hosts that joined with it if they are to go too; or the keys of one host.</summary>
    /// <param name="caller">Whose they are.</param>
    /// <param name="name">The token's id, or the host's name.</param>
    /// <param name="withHosts">Whether a token's hosts are revoked as well.</param>
    /// <param name="cancellation">Leaves everything as it is.</param>
    /// <exception cref="AwsException"><c>ResourceNotFoundException</c>: there is neither.</exception>
    internal Task<Revoked> RevokeAsync(CallContext caller, string name, bool withHosts, CancellationToken cancellation) => store.CommitAsync(
        transaction =>
        {
            var tokens = transaction.Range(JoinTables.Tokens).Where(token => token.Id == name && Owns(caller, token)).ToList();
            var hosts = transaction.Range(JoinTables.Hosts).Where(host => Owns(caller, host) && (host.Host == name || (withHosts && host.TokenId == name))).ToList();
            if (tokens.Count + hosts.Count == 0) throw new AwsException("ResourceNotFoundException", $"There is no token and no host '{name}'. 'estiba token list' tells which there are.");
            foreach (var token in tokens) transaction.Delete(JoinTables.Tokens, token.Id);
            foreach (var host in hosts) transaction.Delete(JoinTables.Hosts, host.AccessKeyId);
            return new Revoked(tokens.Count, hosts.Count);
        },
        cancellation);

    /// <summary>Gives a host a key for a token; one that it was given before for the same token is good no longer.</summary>
    /// <exception cref="AwsException"><c>AccessDeniedException</c>: the token is wrong, revoked or too old, which are told alike. <c>ValidationException</c>: the host's name is none.
    /// <c>ConflictException</c>: another machine goes by it.</exception>
    internal Task<HostRecord> JoinAsync(string? text, string? host, CancellationToken cancellation)
    {
        if (host is not { Length: > 0 and <= LongestHost } || !host.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            throw new AwsException("ValidationException", "A host is named by letters, digits and hyphens.");

        return store.CommitAsync(
            transaction =>
            {
                var token = Redeem(transaction, text);
                if (isConnected(token.AccountId, token.Region, host))
                {
                    throw new AwsException(
                        "ConflictException",
                        $"a host {host} is connected already. Copies of one disk go by one name: give this machine an /etc/machine-id of its own, and remove the agent's data directory.",
                        StatusCodes.Status409Conflict);
                }

                foreach (var former in transaction.Range(JoinTables.Hosts).Where(former => former.Host == host && former.TokenId == token.Id).ToList())
                    transaction.Delete(JoinTables.Hosts, former.AccessKeyId);
                var joined = new HostRecord
                {
                    AccessKeyId = "AKIA" + RandomNumberGenerator.GetString(Letters, KeyLetters),
                    SecretAccessKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)),
                    AccountId = token.AccountId,
                    Region = token.Region,
                    Host = host,
                    Cluster = token.Cluster,
                    TokenId = token.Id,
                    JoinedAt = time.GetUtcNow(),
                };
                transaction.Put(JoinTables.Hosts, joined);
                return joined;
            },
            cancellation);
    }

    // What is compared takes the same time whether the token is known or not.
    private JoinTokenRecord Redeem(View view, string? text)
    {
        var parsed = JoinToken.TryParse(text, out var token);
        var known = parsed ? view.Find(JoinTables.Tokens, token!.Id) : null;
        var same = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes((token ?? JoinToken.New()).Hash()), known is null ? NoHash : Encoding.ASCII.GetBytes(known.Hash));
        return same && known is not null && !(known.ExpiresAt <= time.GetUtcNow())
            ? known
            : throw new AwsException("AccessDeniedException", "The token is wrong, was revoked, or has expired. 'estiba token create' on the server makes another.", 403);
    }

    private static bool Owns(CallContext caller, JoinTokenRecord token) => (token.AccountId, token.Region) == (caller.AccountId, caller.Region);

    private static bool Owns(CallContext caller, HostRecord host) => (host.AccountId, host.Region) == (caller.AccountId, caller.Region);
}
