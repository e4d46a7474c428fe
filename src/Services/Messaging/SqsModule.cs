using Estiba.Contracts.Sqs;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.Messaging.Cleaning;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Moves;
using Estiba.State;

namespace Estiba.Messaging;

/// <summary>Amazon SQS.</summary>
/// <param name="options">Where it is reached, and how much it holds.</param>
public sealed class SqsModule(MessagingOptions options) : Module
{
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override string Name => "sqs";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => MessagingTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<ISqsApi, SqsApi>("Amazon SQS")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var waiters = new QueueWaiters();
        var watch = host.Store.SubscribeQueued(waiters.Note);
        var retention = new Retention(host.Store, host.Time);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new SqsDispatcher(new SqsApi(host.Store, options, host.Time, waiters))],
                Controllers =
                [
                    new Controller("sqs.removals", host.Store, Removal.Step)
                    {
                        AtStart = view => view.Range(MessagingTables.Removals).Select(removal => removal.Content),
                        Triggers = [Trigger.On(MessagingTables.Removals, change => change.After?.Content)],
                    },
                    new Controller("sqs.moves", host.Store, new MoveStep(host.Time).Step)
                    {
                        AtStart = view =>
                            view.Range(MessagingTables.Moves).Where(MoveStep.IsUnderWay).Select(move => move.Key),
                        Triggers =
                        [
                            Trigger.On(MessagingTables.Moves, change =>
                                change.Before is null ? change.After?.Key : null
                            ),
                        ],
                    },
                ],
                Chores = [new Chore("sqs.retention", CleaningInterval, retention.RunAsync) { AtStart = true }],
                StopAsync = waiters.StopAsync,
                CloseAsync = () =>
                {
                    watch.Dispose();
                    waiters.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }
}
