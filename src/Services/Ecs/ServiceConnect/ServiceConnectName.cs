using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>
/// A name that containers of a namespace find at an address which every host has for itself: there its agent's proxy
/// answers.
/// </summary>
/// <remarks>
/// The address is chosen by the name, so that a name which goes and comes again has the same: containers that run keep
/// it for as long as they live.
/// </remarks>
public sealed record ServiceConnectName
{
    /// <summary>The addresses are those of 169.254.192.0/18 but its first and last; the first but one is the
    /// proxy's.</summary>
    private const int Addresses = (1 << 14) - 3;

    private const uint First = 169u << 24 | 254u << 16 | 192u << 8 | 2u;

    /// <summary>The namespace, by its ARN.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name.</summary>
    public required string DnsName { get; init; }

    /// <summary>The namespace's name.</summary>
    public string NamespaceName { get; init; } = "";

    /// <summary>Its address.</summary>
    public required string Address { get; init; }

    /// <summary>
    /// Whether name servers may answer for it. They do not know who asks, so a name that may be somebody's on the
    /// Internet is in the containers of its namespace alone.
    /// </summary>
    internal bool IsAnswered =>
        !DnsName.Contains('.', StringComparison.Ordinal)
        || DnsName.EndsWith("." + NamespaceName, StringComparison.Ordinal);

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Namespace, DnsName);

    /// <summary>The key of a name: it begins with account and region, as all keys do.</summary>
    internal static string KeyOf(string namespaceArn, string dnsName) => PrefixOf(namespaceArn) + dnsName;

    /// <summary>What the keys of a namespace's names begin with.</summary>
    internal static string PrefixOf(string namespaceArn) =>
        Arn.TryParse(namespaceArn, out var arn)
            ? $"{new Scope(arn.AccountId, arn.Region).Prefix}{arn.ResourceName}/"
            : throw new ArgumentException($"{namespaceArn} is no ARN.", nameof(namespaceArn));

    /// <summary>
    /// The address that name servers answer for a name, whichever namespace asks: that of one of those that have it.
    /// Proxies find out by the caller which of them is meant.
    /// </summary>
    /// <returns>Null for a name that nobody has, or for which name servers do not answer.</returns>
    internal static string? AnsweredAddress(View view, string dnsName) =>
        view.Where(EcsTables.ServiceConnectNames, EcsTables.NamesByDnsName, dnsName)
            .Where(name => name.IsAnswered)
            .Min(name => name.Address);

    /// <summary>Gives each of the names an address that has none yet.</summary>
    /// <exception cref="AwsException"><c>ClientException</c>: there is no address left.</exception>
    internal static void Ensure(Transaction transaction, ServiceConnectSettings settings)
    {
        foreach (var endpoint in settings.Endpoints.Where(endpoint => endpoint.Port is not null))
        {
            if (transaction.Find(EcsTables.ServiceConnectNames, KeyOf(settings.Namespace!, endpoint.DnsName)) is null)
                transaction.Put(
                    EcsTables.ServiceConnectNames,
                    new ServiceConnectName
                    {
                        Namespace = settings.Namespace!,
                        NamespaceName = settings.NamespaceName,
                        DnsName = endpoint.DnsName,
                        Address = Choose(transaction, settings.Namespace!, endpoint.DnsName),
                    }
                );
        }
    }

    private static string Choose(View view, string namespaceArn, string dnsName)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{namespaceArn}/{dnsName}"));
        var start = (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % Addresses);
        for (var tried = 0; tried < Addresses; tried++)
        {
            var address = AddressOf((start + tried) % Addresses);
            if (!view.Where(EcsTables.ServiceConnectNames, EcsTables.NamesByAddress, address).Any())
                return address;
        }

        throw EcsErrors.ClientException($"There can be no more than {Addresses} names of client aliases.");
    }

    private static string AddressOf(int number)
    {
        var bits = First + (uint)number;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{bits >> 24}.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}"
        );
    }
}
