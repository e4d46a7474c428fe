using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tagging;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.TaskDefinitions.Validation;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

public sealed partial class EcsApi
{
    private const int MostDeletions = 10;

    /// <inheritdoc/>
    public async Task<RegisterTaskDefinitionResponse> RegisterTaskDefinitionAsync(
        RegisterTaskDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        if (request.Tags is { Count: 0 })
            throw ClientException("Tags can not be empty.");
        var tags = Tags.Merge([], request.Tags);
        var definition = TaskDefinitionDefaults.Fill(request);
        TaskDefinitionValidation.Check(definition);
        definition = definition with
        {
            Status = TaskDefinitionStatus.Active,
            RequiresAttributes = TaskDefinitionAttributes.Required(definition),
            Compatibilities = TaskDefinitionAttributes.Compatibilities(definition),
            RegisteredAt = Now,
            RegisteredBy = context.PrincipalArn,
        };

        var registered = await _store.CommitAsync(
            transaction =>
            {
                var family = transaction.Find(EcsTables.Families, FamilyRecord.KeyOf(scope, definition.Family!))
                    ?? new FamilyRecord
                    {
                        Scope = scope,
                        Name = definition.Family!,
                        LastRevision = 0,
                    };
                family = family with { LastRevision = family.LastRevision + 1 };
                var record = new TaskDefinitionRecord
                {
                    Scope = scope,
                    Definition = definition with
                    {
                        Revision = family.LastRevision,
                        TaskDefinitionArn = TaskDefinitionRecord.ArnOf(scope, family.Name, family.LastRevision),
                    },
                    Tags = tags,
                };
                transaction.Put(EcsTables.Families, family);
                transaction.Put(EcsTables.TaskDefinitions, record);
                return record;
            },
            cancellation
        );
        return new RegisterTaskDefinitionResponse
        {
            TaskDefinition = registered.Definition,
            Tags = tags.Count > 0 ? tags : null,
        };
    }

    /// <inheritdoc/>
    public Task<DescribeTaskDefinitionResponse> DescribeTaskDefinitionAsync(
        DescribeTaskDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = TaskDefinitionNames.Find(_store.Current, Scope.Of(context), request.TaskDefinition!)
            ?? throw ClientException("Unable to describe task definition.");
        return Task.FromResult(
            new DescribeTaskDefinitionResponse
            {
                TaskDefinition = record.Definition,
                Tags = request.Include?.Contains(TaskDefinitionField.Tags) == true ? record.Tags : null,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeregisterTaskDefinitionResponse> DeregisterTaskDefinitionAsync(
        DeregisterTaskDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        if (TaskDefinitionNames.Parse(scope, request.TaskDefinition!) is (_, null))
            throw InvalidParameterException("Revision is missing.");
        var deregistered = await _store.CommitAsync(
            transaction =>
            {
                var record = TaskDefinitionNames.Find(transaction, scope, request.TaskDefinition!)
                    ?? throw ClientException("The specified task definition does not exist.");
                if (!record.IsActive)
                    return record;
                record = record with
                {
                    Definition = record.Definition with
                    {
                        Status = TaskDefinitionStatus.Inactive,
                        DeregisteredAt = Now,
                    },
                };
                transaction.Put(EcsTables.TaskDefinitions, record);
                return record;
            },
            cancellation
        );
        return new DeregisterTaskDefinitionResponse { TaskDefinition = deregistered.Definition };
    }

    /// <inheritdoc/>
    public async Task<DeleteTaskDefinitionsResponse> DeleteTaskDefinitionsAsync(
        DeleteTaskDefinitionsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        if (request.TaskDefinitions is not { Count: > 0 and <= MostDeletions })
            throw InvalidParameterException($"TaskDefinitions must have between 1 and {MostDeletions} members.");
        return await _store.CommitAsync(
            transaction =>
            {
                var deletion = new TaskDefinitionDeletion(transaction, scope, Now);
                foreach (var nameOrArn in request.TaskDefinitions)
                    deletion.Add(nameOrArn);
                return deletion.Response;
            },
            cancellation
        );
    }
}
