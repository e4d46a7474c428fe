using Estiba.Contracts;
using Estiba.Hosting.Controllers;
using Estiba.Listeners;
using Estiba.State;

namespace Estiba.Hosting.Certificates;

/// <summary>
/// The certificates that services keep for the listeners of others, by ARN, and who uses them. Whoever keeps some or
/// uses some adds itself when its module opens.
/// </summary>
/// <remarks>Every question is asked of a view. Asked of a transaction, the answer holds when it commits: so no
/// certificate is deleted while a listener begins to use it.</remarks>
public sealed class ServerCertificates
{
    private IReadOnlyList<ICertificateKeeper> _keepers = [];
    private IReadOnlyList<Func<View, string, IEnumerable<CertificateUse>>> _users = [];

    /// <summary>Those of a platform; the first module that asks makes them, and shares them.</summary>
    public static ServerCertificates Of(ModuleHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.Find<ServerCertificates>() is { } shared)
            return shared;
        var made = new ServerCertificates();
        host.Share(made);
        return made;
    }

    /// <summary>Adds a service that keeps certificates.</summary>
    public void Add(ICertificateKeeper keeper) => _keepers = [.. _keepers, keeper];

    /// <summary>Adds a service that uses certificates.</summary>
    /// <param name="uses">Tells which certificates an account's resources use, in all regions.</param>
    public void AddUser(Func<View, string, IEnumerable<CertificateUse>> uses) => _users = [.. _users, uses];

    /// <summary>The certificate with an ARN; null when a listener of this account and region can have none
    /// such.</summary>
    /// <param name="view">The state.</param>
    /// <param name="arn">Of AWS Certificate Manager, or a server certificate of IAM.</param>
    /// <param name="scope">The listener's.</param>
    /// <returns>The same object as long as the certificate is the same. It stays its keeper's, and is not to be
    /// disposed.</returns>
    public ServerCertificate? Find(View view, string arn, Scope scope) =>
        _keepers.Select(keeper => keeper.Find(view, arn, scope)).FirstOrDefault(found => found is not null);

    /// <summary>For each certificate that an account's resources use, the ARNs of these resources.</summary>
    public ILookup<string, string> UsersIn(View view, string accountId) =>
        _users
            .SelectMany(uses => uses(view, accountId))
            .Distinct()
            .OrderBy(use => use.UserArn, StringComparer.Ordinal)
            .ToLookup(use => use.CertificateArn, use => use.UserArn, StringComparer.Ordinal);

    /// <summary>Triggers that hand in a key whenever a certificate is another one than before; of those keepers whose
    /// modules have opened.</summary>
    public IReadOnlyList<Trigger> Changes(string key) => [.. _keepers.Select(keeper => keeper.Changes(key))];
}

/// <summary>A service that keeps certificates.</summary>
public interface ICertificateKeeper
{
    /// <inheritdoc cref="ServerCertificates.Find"/>
    ServerCertificate? Find(View view, string arn, Scope scope);

    /// <summary>A trigger that hands in a key whenever a certificate is another one than before.</summary>
    Trigger Changes(string key);
}

/// <summary>That something uses a certificate.</summary>
/// <param name="CertificateArn">The certificate.</param>
/// <param name="UserArn">What uses it, for example a load balancer.</param>
public readonly record struct CertificateUse(string CertificateArn, string UserArn);
