using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Moves;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Moving messages out of dead-letter queues.</content>
public sealed partial class SqsApi
{
    private const int FastestMove = 500;
    private const int MostMovesShown = 10;

    /// <inheritdoc/>
    public Task<StartMessageMoveTaskResult> StartMessageMoveTaskAsync(
        StartMessageMoveTaskRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.MaxNumberOfMessagesPerSecond is < 1 or > FastestMove)
        {
            throw SqsFaults.InvalidParameterValue(
                request.MaxNumberOfMessagesPerSecond,
                "MaxNumberOfMessagesPerSecond",
                $"Must be between 1 and {FastestMove}."
            );
        }

        var (id, now) = (NewId(), _time.GetUtcNow());
        return _store.CommitAsync(
            transaction =>
            {
                var source = RequireSource(transaction, context, request.SourceArn!);
                var isTarget = transaction.Count(
                    MessagingTables.Queues,
                    MessagingTables.QueuesByTarget,
                    source.Scope.Key(source.Arn)
                );
                if (isTarget == 0)
                    throw SqsFaults.InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.");
                if (request.DestinationArn is { } destination)
                {
                    if (QueueNames.FindByArn(transaction, source.Scope, destination) is not { } target)
                        throw NoResource();
                    if (target.Key == source.Key)
                        throw SqsFaults.InvalidParameterValue(
                            "Source queue arn and destination queue arn cannot be same."
                        );
                    if (target.IsFifo != source.IsFifo)
                    {
                        throw SqsFaults.InvalidParameterValue(
                            "Source and destination queues must be of the same type: both standard or both FIFO."
                        );
                    }
                }

                if (MovesOf(transaction, source).Any(MoveStep.IsUnderWay))
                {
                    throw SqsErrors.UnsupportedOperation(
                        "There is already a task running. Only one active task is allowed for a source queue arn at a "
                            + "given time."
                    );
                }

                var last = new Sequence(transaction).Next();
                transaction.Put(
                    MessagingTables.Moves,
                    new MoveRecord
                    {
                        Scope = source.Scope,
                        Id = id,
                        SourceArn = source.Arn,
                        DestinationArn = request.DestinationArn,
                        MostPerSecond = request.MaxNumberOfMessagesPerSecond,
                        Status = MoveStatus.Running,
                        StartedAt = now,
                        Last = last,
                        ToMove = QueueContent.Count(transaction, source.Content, now.ToUnixTimeMilliseconds()).Visible,
                    }
                );
                return new StartMessageMoveTaskResult { TaskHandle = HandleOf(id, source.Arn) };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<CancelMessageMoveTaskResult> CancelMessageMoveTaskAsync(
        CancelMessageMoveTaskRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var id = IdOf(request.TaskHandle!);
        return _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(MessagingTables.Moves, Scope.Of(context).Key(id)) is not { } move)
                    throw SqsErrors.ResourceNotFoundException("Task does not exist.");
                if (!MoveStep.IsUnderWay(move))
                    throw SqsErrors.UnsupportedOperation("Only active tasks can be cancelled.");
                transaction.Put(MessagingTables.Moves, move with { Status = MoveStatus.Cancelling });
                return new CancelMessageMoveTaskResult { ApproximateNumberOfMessagesMoved = move.Moved };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<ListMessageMoveTasksResult> ListMessageMoveTasksAsync(
        ListMessageMoveTasksRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.MaxResults is < 1 or > MostMovesShown)
        {
            throw SqsFaults.InvalidParameterValue(
                request.MaxResults,
                "MaxResults",
                $"Must be between 1 and {MostMovesShown}."
            );
        }

        var view = _store.Current;
        var moves = MovesOf(view, RequireSource(view, context, request.SourceArn!))
            .OrderByDescending(move => move.StartedAt)
            .Take(request.MaxResults ?? 1);
        return Task.FromResult(
            new ListMessageMoveTasksResult
            {
                Results =
                [
                    .. moves.Select(move => new ListMessageMoveTasksResultEntry
                    {
                        TaskHandle = MoveStep.IsUnderWay(move) ? HandleOf(move.Id, move.SourceArn) : null,
                        Status = move.Status,
                        SourceArn = move.SourceArn,
                        DestinationArn = move.DestinationArn,
                        MaxNumberOfMessagesPerSecond = move.MostPerSecond,
                        ApproximateNumberOfMessagesMoved = move.Moved,
                        ApproximateNumberOfMessagesToMove = move.ToMove,
                        FailureReason = move.FailureReason,
                        StartedTimestamp = move.StartedAt.ToUnixTimeMilliseconds(),
                    }),
                ],
            }
        );
    }

    private static QueueRecord RequireSource(View view, CallContext context, string arn) =>
        QueueNames.FindByArn(view, Scope.Of(context), arn) ?? throw NoResource();

    private static IEnumerable<MoveRecord> MovesOf(View view, QueueRecord source) =>
        view.Range(MessagingTables.Moves, source.Scope.Prefix).Where(move => move.SourceArn == source.Arn);

    private static AwsException NoResource() =>
        SqsErrors.ResourceNotFoundException(
            "The resource that you specified for the SourceArn parameter doesn't exist."
        );

    private static string HandleOf(string id, string source) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"taskId\":\"{id}\",\"sourceArn\":\"{source}\"}}"));

    private static string IdOf(string handle)
    {
        const int Before = 11;
        const int Length = 36;
        var bytes = new byte[handle.Length];
        return
            Convert.TryFromBase64String(handle, bytes, out var length)
            && length > Before + Length
            && Guid.TryParse(Encoding.UTF8.GetString(bytes, Before, Length), out var id)
            ? id.ToString("D")
            : throw SqsFaults.InvalidParameterValue("Value for parameter TaskHandle is invalid.");
    }
}
