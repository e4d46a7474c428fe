using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Services;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery.Instances;

/// <summary>Which attributes an instance may and must have ("RegisterInstance", API reference).</summary>
internal static class InstanceAttributes
{
    internal const string Alias = "AWS_ALIAS_DNS_NAME";
    internal const string Ec2Instance = "AWS_EC2_INSTANCE_ID";
    internal const string InitialHealth = "AWS_INIT_HEALTH_STATUS";
    internal const string Cname = "AWS_INSTANCE_CNAME";
    internal const string Ipv4 = "AWS_INSTANCE_IPV4";
    internal const string Ipv6 = "AWS_INSTANCE_IPV6";
    internal const string Port = "AWS_INSTANCE_PORT";

    private static readonly string[] OfInstance = [Cname, Ipv4, Ipv6, Port];
    private static readonly string[] Known = [Alias, Ec2Instance, InitialHealth, .. OfInstance];

    /// <summary>Refuses attributes that an instance of a service cannot have.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static void Check(
        ServiceRecord service,
        NamespaceRecord its,
        IReadOnlyDictionary<string, string> attributes
    )
    {
        if (attributes.Keys.Except(Known).Count() > Quotas.CustomAttributes)
            throw InvalidInput($"An instance can have at most {Quotas.CustomAttributes} custom attributes.");
        if (attributes.Sum(each => each.Key.Length + each.Value.Length) > Quotas.AttributeCharacters)
            throw InvalidInput(
                $"The keys and values of all attributes can have at most {Quotas.AttributeCharacters} characters."
            );
        CheckValues(attributes);
        if (attributes.ContainsKey(Ec2Instance))
            CheckEc2Instance(its, attributes);
        else if (attributes.ContainsKey(Alias))
            CheckAlias(service, attributes);
        else
            CheckRecords(service, attributes);
    }

    /// <summary>Whether an instance begins healthy.</summary>
    internal static bool BeginsHealthy(IReadOnlyDictionary<string, string> attributes) =>
        attributes.GetValueOrDefault(InitialHealth) != CustomHealthStatus.Unhealthy;

    private static void CheckValues(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.GetValueOrDefault(Ipv4) is { } four && !IsAddress(four, AddressFamily.InterNetwork))
            throw InvalidInput($"{Ipv4} must be an IPv4 address, but was {four}.");
        if (attributes.GetValueOrDefault(Ipv6) is { } six && !IsAddress(six, AddressFamily.InterNetworkV6))
            throw InvalidInput($"{Ipv6} must be an IPv6 address, but was {six}.");
        if (attributes.GetValueOrDefault(Port) is { } port && !IsPort(port))
            throw InvalidInput($"{Port} must be a number from 0 to 65535, but was {port}.");
        if (attributes.GetValueOrDefault(Cname) is { } name)
            DnsNames.Check(name.TrimEnd('.'));
        if (attributes.GetValueOrDefault(Alias) is { } alias)
            DnsNames.Check(alias.TrimEnd('.'));
        if (
            attributes.GetValueOrDefault(InitialHealth)
            is { } health
                and not CustomHealthStatus.Healthy
                and not CustomHealthStatus.Unhealthy
        )
            throw InvalidInput($"{InitialHealth} must be HEALTHY or UNHEALTHY, but was {health}.");
    }

    private static void CheckEc2Instance(NamespaceRecord its, IReadOnlyDictionary<string, string> attributes)
    {
        if (its.IsDns)
            throw InvalidInput($"{Ec2Instance} is supported for HTTP namespaces only.");
        if (attributes.Keys.Any(key => key is not Ec2Instance and not InitialHealth))
            throw InvalidInput(
                $"If {Ec2Instance} is specified, then the only other attribute that can be specified is "
                    + $"{InitialHealth}."
            );
    }

    private static void CheckAlias(ServiceRecord service, IReadOnlyDictionary<string, string> attributes)
    {
        if (service.RecordOf(RecordType.A) is null && service.RecordOf(RecordType.Aaaa) is null)
            throw InvalidInput($"{Alias} needs a service with an A record, an AAAA record, or both.");
        if (service.RoutingPolicy != RoutingPolicy.Weighted)
            throw InvalidInput($"{Alias} needs a service with the routing policy WEIGHTED.");
        if (OfInstance.FirstOrDefault(attributes.ContainsKey) is { } other)
            throw InvalidInput($"{Alias} can't be specified together with {other}.");
    }

    private static void CheckRecords(ServiceRecord service, IReadOnlyDictionary<string, string> attributes)
    {
        Need(RecordType.A, Ipv4);
        Need(RecordType.Aaaa, Ipv6);
        Need(RecordType.Cname, Cname);
        Need(RecordType.Srv, Port);
        if (
            service.RecordOf(RecordType.Srv) is not null
            && !attributes.ContainsKey(Ipv4)
            && !attributes.ContainsKey(Ipv6)
        )
            throw InvalidInput($"A service with an SRV record needs {Ipv4}, {Ipv6}, or both.");

        void Need(string type, string attribute)
        {
            if (service.RecordOf(type) is not null && !attributes.ContainsKey(attribute))
                throw InvalidInput($"A service with a record of type {type} needs the attribute {attribute}.");
        }
    }

    // What .NET takes for an address beside those of four numbers, such as "1", is none.
    private static bool IsAddress(string text, AddressFamily family) =>
        IPAddress.TryParse(text, out var address)
        && address.AddressFamily == family
        && (family != AddressFamily.InterNetwork || address.ToString() == text);

    private static bool IsPort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
