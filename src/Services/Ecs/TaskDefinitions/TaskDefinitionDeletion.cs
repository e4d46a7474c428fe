using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>
/// Marks inactive revisions as being deleted, one after another; what cannot be deleted becomes a failure of the
/// answer.
/// </summary>
internal sealed class TaskDefinitionDeletion(Transaction transaction, Scope scope, DateTimeOffset now)
{
    private readonly List<TaskDefinition> _deleted = [];
    private readonly List<Failure> _failures = [];

    internal DeleteTaskDefinitionsResponse Response => new() { TaskDefinitions = _deleted, Failures = _failures };

    internal void Add(string nameOrArn)
    {
        switch (Find(nameOrArn))
        {
            case null:
                Fail(
                    nameOrArn,
                    "The specified task definition does not exist. Specify a valid account, family, revision and "
                        + "try again."
                );
                break;
            case { IsActive: true } active:
                Fail(
                    active.Arn,
                    "The specified task definition is still in ACTIVE status. Please deregister the target and "
                        + "try again."
                );
                break;
            case { IsBeingDeleted: true } deleting:
                _deleted.Add(deleting.Definition);
                break;
            case { } inactive:
                inactive = inactive with
                {
                    Definition = inactive.Definition with
                    {
                        Status = TaskDefinitionStatus.DeleteInProgress,
                        DeleteRequestedAt = now,
                    },
                };
                transaction.Put(EcsTables.TaskDefinitions, inactive);
                _deleted.Add(inactive.Definition);
                break;
        }
    }

    private TaskDefinitionRecord? Find(string nameOrArn)
    {
        try
        {
            return TaskDefinitionNames.Parse(scope, nameOrArn) is (_, { })
                ? TaskDefinitionNames.Find(transaction, scope, nameOrArn)
                : null;
        }
        catch (AwsException)
        {
            return null; // its revision is no number
        }
    }

    private void Fail(string nameOrArn, string reason) =>
        _failures.Add(
            new Failure
            {
                Arn = Arn.IsArn(nameOrArn) ? nameOrArn : scope.Arn("task-definition/" + nameOrArn),
                Reason = reason,
            }
        );
}
