using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

/// <summary>A resource as far as its tags go: which it has, and how it gets others.</summary>
/// <param name="Tags">What it has.</param>
/// <param name="Put">Gives it others.</param>
internal sealed record TaggedResource(IReadOnlyList<Tag> Tags, Action<Transaction, IReadOnlyList<Tag>> Put)
{
    /// <summary>The resource with an ARN.</summary>
    /// <param name="view">The state.</param>
    /// <param name="scope">The caller's account and region.</param>
    /// <param name="resourceArn">The ARN.</param>
    /// <param name="notFound">How the operation says that there is no such resource.</param>
    /// <exception cref="AwsException">The ARN is not one of a resource with tags, or there is no such
    /// resource.</exception>
    internal static TaggedResource Find(View view, Scope scope, string resourceArn, Func<string, AwsException> notFound)
    {
        if (!Arn.TryParse(resourceArn, out var arn) || arn.Service != "ecs")
            throw InvalidParameterException("Invalid identifier: " + resourceArn);
        if (new Scope(arn.AccountId, arn.Region) != scope)
            throw notFound("The specified resource was not found: " + resourceArn);
        return arn.ResourceType switch
        {
            "cluster" => OfCluster(view, scope, resourceArn),
            "service" => OfMember(
                view,
                scope,
                arn,
                notFound,
                EcsTables.Services,
                service => service.Tags,
                service => service.DeletedAt is null,
                (service, tags) => service with { Tags = tags }
            ),
            "task" => OfMember(
                view,
                scope,
                arn,
                notFound,
                EcsTables.Tasks,
                task => task.Tags,
                task => !task.IsStopped,
                (task, tags) => task with { Tags = tags, Version = task.Version + 1 }
            ),
            "container-instance" => OfMember(
                view,
                scope,
                arn,
                notFound,
                EcsTables.ContainerInstances,
                instance => instance.Tags,
                instance => instance.DeregisteredAt is null,
                (instance, tags) => instance with { Tags = tags, Version = instance.Version + 1 }
            ),
            "task-definition" => OfTaskDefinition(view, scope, resourceArn, notFound),
            "task-set" => OfTaskSet(view, scope, arn, notFound),
            "capacity-provider" => OfCapacityProvider(view, scope, resourceArn),
            _ => throw InvalidParameterException("Invalid identifier: " + resourceArn),
        };
    }

    private static TaggedResource OfCluster(View view, Scope scope, string arn)
    {
        var cluster = ClusterNames.Find(view, scope, arn) ?? throw ClusterNotFoundException("Cluster not found.");
        if (cluster.Status != ClusterStatus.Active)
            throw InvalidParameterException(
                "The specified cluster is inactive. Specify an active cluster and try again."
            );
        return new TaggedResource(cluster.Tags, (transaction, tags) =>
            transaction.Put(EcsTables.Clusters, cluster with { Tags = tags })
        );
    }

    private static TaggedResource OfTaskDefinition(
        View view,
        Scope scope,
        string arn,
        Func<string, AwsException> notFound
    )
    {
        if (
            TaskDefinitionNames.Parse(scope, arn) is not (_, { })
            || TaskDefinitionNames.Find(view, scope, arn) is not { } definition
        )
            throw notFound(
                "The specified task definition does not exist. Specify a valid account, family, revision and try again."
            );
        if (!definition.IsActive)
            throw InvalidParameterException(
                "The specified task definition is inactive. Specify an active task definition and try again."
            );
        return new TaggedResource(definition.Tags, (transaction, tags) =>
            transaction.Put(EcsTables.TaskDefinitions, definition with { Tags = tags })
        );
    }

    private static TaggedResource OfCapacityProvider(View view, Scope scope, string arn) =>
        CapacityProviderNames.Find(view, scope, arn) is { IsActive: true } provider
            ? new TaggedResource(provider.Tags, (transaction, tags) =>
                transaction.Put(EcsTables.CapacityProviders, provider with { Tags = tags })
            )
            : throw InvalidParameterException(
                "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
            );

    // A task set is part of its service's rollout, and its id has a slash: task-set/CLUSTER/SERVICE/ecs-svc/NUMBER.
    private static TaggedResource OfTaskSet(View view, Scope scope, Arn arn, Func<string, AwsException> notFound)
    {
        var path = arn.ResourceName.Split('/', 3);
        if (path.Length < 3)
            throw InvalidParameterException("Long arn format must be used for tagging operations");
        ClusterNames.Require(view, scope, path[0]);
        var rollout = ServiceRolloutRecord.Of(view, ServiceRecord.KeyOf(scope, path[0], path[1]));
        if (rollout.TaskSets.FirstOrDefault(set => set.Id == path[2]) is not { } found)
            throw notFound($"The specified task-set was not found: {arn}");
        return new TaggedResource(found.Tags, (transaction, tags) =>
            transaction.Put(
                EcsTables.ServiceRollouts,
                rollout with
                {
                    TaskSets = [.. rollout.TaskSets.Select(set => set.Id == found.Id ? set with { Tags = tags } : set)],
                }
            )
        );
    }

    // What lives in a cluster has the cluster's name in the long form of its ARN, and its key is the ARN's resource.
    private static TaggedResource OfMember<TRecord>(
        View view,
        Scope scope,
        Arn arn,
        Func<string, AwsException> notFound,
        Table<TRecord> table,
        Func<TRecord, IReadOnlyList<Tag>> tagsOf,
        Func<TRecord, bool> isActive,
        Func<TRecord, IReadOnlyList<Tag>, TRecord> with
    )
        where TRecord : class
    {
        var path = arn.ResourceName.Split('/');
        if (path.Length < 2)
            throw InvalidParameterException("Long arn format must be used for tagging operations");
        ClusterNames.Require(view, scope, path[0]);
        if (view.Find(table, scope.Prefix + arn.ResourceName) is not { } record)
            throw notFound($"The specified {arn.ResourceType} was not found: {arn}");
        if (!isActive(record))
            throw InvalidParameterException(
                $"The specified {arn.ResourceType} is inactive. Specify an active {arn.ResourceType} and try again."
            );
        return new TaggedResource(tagsOf(record), (transaction, tags) => transaction.Put(table, with(record, tags)));
    }
}
