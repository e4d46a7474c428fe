using System.Collections;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Estiba.Acm;
using Estiba.ApplicationAutoScaling;
using Estiba.AutoScaling;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Route53;
using Estiba.Contracts.S3;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using Estiba.Contracts.Sts;
using Estiba.Ecr;
using Estiba.Ecs;
using Estiba.Identity;
using Estiba.Identity.Sessions;
using Estiba.LoadBalancing;
using Estiba.Logs;
using Estiba.Messaging;
using Estiba.Metrics;
using Estiba.S3;
using Estiba.ServiceDiscovery;
using Estiba.ServiceDiscovery.HostedZones;

namespace Estiba.Tests.Platforms;

/// <summary>What a client may send, somebody looks at: a member that no code reads is a yes that means no.</summary>
public sealed class RequestMemberTests
{
    private static readonly (string Service, Type Contract, Type Implementation)[] Services =
    [
        ("acm", typeof(IAcmApi), typeof(AcmApi)),
        ("cloudwatch", typeof(ICloudWatchApi), typeof(CloudWatchApi)),
        ("application-autoscaling", typeof(IApplicationAutoScalingApi), typeof(ApplicationAutoScalingApi)),
        ("autoscaling", typeof(IAutoScalingApi), typeof(AutoScalingApi)),
        ("ecs", typeof(IEcsApi), typeof(EcsApi)),
        ("ecr", typeof(IEcrApi), typeof(EcrApi)),
        ("elbv2", typeof(IElbV2Api), typeof(ElbV2Api)),
        ("logs", typeof(ILogsApi), typeof(LogsApi)),
        ("iam", typeof(IIamApi), typeof(IamApi)),
        ("sns", typeof(ISnsApi), typeof(SnsApi)),
        ("sqs", typeof(ISqsApi), typeof(SqsApi)),
        ("sts", typeof(IStsApi), typeof(StsApi)),
        ("s3", typeof(IS3Api), typeof(S3Api)),
        ("servicediscovery", typeof(IServiceDiscoveryApi), typeof(ServiceDiscoveryApi)),
        ("route53", typeof(IRoute53Api), typeof(Route53Api)),
    ];

    [Fact]
    public void Every_member_of_a_request_is_read_or_listed_with_what_becomes_of_it()
    {
        var unread = Services
            .SelectMany(service => Unread(service.Service, service.Contract, service.Implementation))
            .ToList();

        unread
            .Where(member =>
                !UnreadMembers.All.ContainsKey(member) && !UnreadMembers.All.ContainsKey(StructureOf(member))
            )
            .ShouldBeEmpty();
    }

    [Fact]
    public void What_is_listed_as_unread_is()
    {
        var unread = Services
            .SelectMany(service => Unread(service.Service, service.Contract, service.Implementation))
            .ToList();

        UnreadMembers
            .All.Keys.Except(unread.Concat(unread.Select(StructureOf)), StringComparer.Ordinal)
            .ShouldBeEmpty();
    }

    private static IEnumerable<string> Unread(string service, Type contract, Type implementation)
    {
        var read = GettersCalledIn(implementation.Assembly.Location);
        var map = implementation.GetInterfaceMap(contract);
        var waiting = new Stack<Type>(
            map.InterfaceMethods.Where((_, index) => map.TargetMethods[index].DeclaringType != contract)
                .Select(method => method.GetParameters()[0].ParameterType)
        );
        var seen = new HashSet<Type>();
        while (waiting.TryPop(out var type))
        {
            if (!seen.Add(type))
                continue;
            foreach (var property in type.GetProperties().Where(property => property.CanWrite))
            {
                if (!read.Contains($"{type.FullName}.{property.Name}"))
                    yield return $"{service} {type.Name}.{property.Name}";
                else if (StructureOf(property.PropertyType) is { } structure)
                    waiting.Push(structure);
            }
        }
    }

    private static string StructureOf(string member) => member[..member.IndexOf('.', StringComparison.Ordinal)];

    private static Type? StructureOf(Type type)
    {
        if (typeof(IShape).IsAssignableFrom(type))
            return type;
        return type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)
            ? StructureOf(type.GetGenericArguments()[^1])
            : null;
    }

    // Every call of a getter in another assembly is a member reference of the calling one.
    private static HashSet<string> GettersCalledIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var getters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.MemberReferences)
        {
            var reference = metadata.GetMemberReference(handle);
            var name = metadata.GetString(reference.Name);
            if (reference.Parent.Kind != HandleKind.TypeReference || !name.StartsWith("get_", StringComparison.Ordinal))
                continue;
            var type = metadata.GetTypeReference((TypeReferenceHandle)reference.Parent);
            getters.Add(
                $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{name["get_".Length..]}"
            );
        }

        return getters;
    }
}
