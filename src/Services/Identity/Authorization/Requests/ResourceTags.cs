using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;

namespace Estiba.Identity.Authorization.Requests;

/// <summary>
/// Looks up the tags of resources for conditions, and what else is theirs, with the operations that a customer would
/// use.
/// </summary>
internal sealed class ResourceTags
{
    private const string Service = "iam.amazonaws.com";
    private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);

    /// <summary>Amazon ECS.</summary>
    public required IEcsApi Ecs { get; init; }

    /// <summary>Amazon ECR.</summary>
    public required IEcrApi Ecr { get; init; }

    /// <summary>CloudWatch Logs.</summary>
    public required ILogsApi Logs { get; init; }

    /// <summary>Amazon EC2.</summary>
    public required IEc2Api Ec2 { get; init; }

    /// <summary>AWS Certificate Manager.</summary>
    public required IAcmApi Acm { get; init; }

    /// <summary>Amazon SQS.</summary>
    public required ISqsApi Sqs { get; init; }

    /// <summary>Amazon SNS.</summary>
    public required ISnsApi Sns { get; init; }

    /// <summary>Application Auto Scaling.</summary>
    public required IApplicationAutoScalingApi AutoScaling { get; init; }

    /// <summary>AWS Cloud Map.</summary>
    public required IServiceDiscoveryApi ServiceDiscovery { get; init; }

    /// <summary>Elastic Load Balancing.</summary>
    public required IElbV2Api LoadBalancing { get; init; }

    /// <summary>Amazon CloudWatch.</summary>
    public required ICloudWatchApi CloudWatch { get; init; }

    /// <summary>IAM.</summary>
    public required IIamApi Iam { get; init; }

    /// <summary>The tags of a resource; none when there is no such resource.</summary>
    internal async ValueTask<IReadOnlyDictionary<string, string>> OfAsync(
        string resource,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        if (!Arn.TryParse(resource, out var arn))
            return None;
        try
        {
            return await ReadAsync(arn, resource, AsIam(caller), cancellation);
        }
        catch (AwsException missing) when (missing.StatusCode < 500)
        {
            return None;
        }
    }

    /// <summary>
    /// The newest active revision of a family of task definitions; null when there is none, or ECS does not answer from
    /// memory.
    /// </summary>
    internal int? LatestRevision(string family, CallContext caller)
    {
        try
        {
            var described = Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = family }, AsIam(caller));
#pragma warning disable VSTHRD002 // It has ended: nobody waits.
            return described is { IsCompletedSuccessfully: true } ? described.Result.TaskDefinition?.Revision : null;
#pragma warning restore VSTHRD002
        }
        catch (AwsException missing) when (missing.StatusCode < 500)
        {
            return null;
        }
    }

    /// <summary>
    /// The id of the security group that has a name; null when none has, or EC2 does not answer from memory.
    /// </summary>
    internal string? SecurityGroup(string name, CallContext caller)
    {
        var filter = new Contracts.Ec2.Filter { Name = "group-name", Values = [name] };
        var found = FromMemory(Ec2.DescribeSecurityGroupsAsync(new() { Filters = [filter] }, AsIam(caller)));
        // filters have wildcards
        return found?.SecurityGroups?.FirstOrDefault(group => group.GroupName == name)?.GroupId;
    }

    /// <summary>
    /// The name of the key pair that has an id; null when none has, or EC2 does not answer from memory.
    /// </summary>
    internal string? KeyPair(string id, CallContext caller)
    {
        var filter = new Contracts.Ec2.Filter { Name = "key-pair-id", Values = [id] };
        var found = FromMemory(Ec2.DescribeKeyPairsAsync(new() { Filters = [filter] }, AsIam(caller)));
        return found?.KeyPairs?.FirstOrDefault(pair => pair.KeyPairId == id)?.KeyName;
    }

    private static T? FromMemory<T>(Task<T>? answer)
        where T : class
    {
#pragma warning disable VSTHRD002 // It has ended: nobody waits.
        return answer is { IsCompletedSuccessfully: true } ? answer.Result : null;
#pragma warning restore VSTHRD002
    }

    private static CallContext AsIam(CallContext caller) =>
        new()
        {
            AccountId = caller.AccountId,
            Region = caller.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = caller.RequestId,
            Service = Service,
        };

    private async ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(
        Arn arn,
        string resource,
        CallContext context,
        CancellationToken cancellation
    )
    {
        switch (arn.Service)
        {
            case "ecs":
                var ofEcs = await Ecs.ListTagsForResourceAsync(new() { ResourceArn = resource }, context, cancellation);
                return Listed(ofEcs.Tags, tag => (tag.Key!, tag.Value));
            case "ecr":
                var ofEcr = await Ecr.ListTagsForResourceAsync(new() { ResourceArn = resource }, context, cancellation);
                return Listed(ofEcr.Tags, tag => (tag.Key!, tag.Value));
            case "logs":
                var group = GroupOf(resource);
                var ofGroup = await Logs.ListTagsForResourceAsync(new() { ResourceArn = group }, context, cancellation);
                return ofGroup.Tags ?? None;
            case "ec2":
                var filter = new Contracts.Ec2.Filter { Name = "resource-id", Values = [arn.ResourceName] };
                var ofEc2 = await Ec2.DescribeTagsAsync(new() { Filters = [filter] }, context, cancellation);
                return Listed(ofEc2.Tags, tag => (tag.Key!, tag.Value));
            case "acm":
                var ofAcm = await Acm.ListTagsForCertificateAsync(
                    new() { CertificateArn = resource },
                    context,
                    cancellation
                );
                return Listed(ofAcm.Tags, tag => (tag.Key!, tag.Value));
            case "sqs":
                var url = $"https://{arn.Service}.{arn.Region}/{arn.AccountId}/{arn.Resource}";
                return (await Sqs.ListQueueTagsAsync(new() { QueueUrl = url }, context, cancellation)).Tags ?? None;
            case "sns":
                var ofSns = await Sns.ListTagsForResourceAsync(new() { ResourceArn = resource }, context, cancellation);
                return Listed(ofSns.Tags, tag => (tag.Key!, tag.Value));
            case "application-autoscaling":
                var target = new Contracts.ApplicationAutoScaling.ListTagsForResourceRequest { ResourceARN = resource };
                return (await AutoScaling.ListTagsForResourceAsync(target, context, cancellation)).Tags ?? None;
            case "servicediscovery":
                var ofNames = await ServiceDiscovery.ListTagsForResourceAsync(
                    new() { ResourceARN = resource },
                    context,
                    cancellation
                );
                return Listed(ofNames.Tags, tag => (tag.Key!, tag.Value));
            case "elasticloadbalancing":
                var ofElb = await LoadBalancing.DescribeTagsAsync(
                    new() { ResourceArns = [resource] },
                    context,
                    cancellation
                );
                return Listed(ofElb.TagDescriptions?.SingleOrDefault()?.Tags, tag => (tag.Key!, tag.Value));
            case "cloudwatch":
                var ofMetrics = await CloudWatch.ListTagsForResourceAsync(
                    new() { ResourceARN = resource },
                    context,
                    cancellation
                );
                return Listed(ofMetrics.Tags, tag => (tag.Key!, tag.Value));
            case "iam":
                return await OfEntityAsync(arn, context, cancellation);
            default:
                return None;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> OfEntityAsync(
        Arn arn,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var name = arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..];
        var tags = arn.ResourceType switch
        {
            "role" => (await Iam.GetRoleAsync(new() { RoleName = name }, context, cancellation)).Role!.Tags,
            "user" => (await Iam.GetUserAsync(new() { UserName = name }, context, cancellation)).User!.Tags,
            _ => null,
        };
        return Listed(tags, tag => (tag.Key!, tag.Value));
    }

    // Streams have no tags: those of their group count.
    private static string GroupOf(string arn)
    {
        var stream = arn.IndexOf(":log-stream:", StringComparison.Ordinal);
        return stream < 0 ? arn : arn[..stream];
    }

    private static Dictionary<string, string> Listed<T>(
        IEnumerable<T>? tags,
        Func<T, (string Key, string? Value)> read
    ) =>
        (tags ?? [])
            .Select(read)
            .DistinctBy(tag => tag.Key)
            .ToDictionary(tag => tag.Key, tag => tag.Value ?? "", StringComparer.Ordinal);
}
