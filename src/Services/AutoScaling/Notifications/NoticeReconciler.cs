using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.AutoScaling.Notifications;

/// <summary>Tells topics what they are to be told. One may be told twice, where the platform ends in between.</summary>
internal sealed partial class NoticeReconciler(Store store, ISnsApi topics, UniqueIds ids, ILogger logger)
    : IReconciler<string>
{
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(AutoScalingTables.Notices, key) is not { } notice)
            return null;
        try
        {
            await TellAsync(notice, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            Log.NotTold(logger, notice.Topic, refused);
        }

        await store.CommitAsync(transaction => transaction.Delete(AutoScalingTables.Notices, key), cancellation);
        return null;
    }

    /// <summary>Tells a topic something.</summary>
    /// <exception cref="AwsException">It cannot be told.</exception>
    internal Task TellAsync(NoticeRecord notice, CancellationToken cancellation) =>
        topics.PublishAsync(
            new PublishInput
            {
                TopicArn = notice.Topic,
                Subject = notice.Subject,
                Message = notice.Message,
            },
            ServiceIdentity.ContextOf(notice.Scope, ids),
            cancellation
        );

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "{Topic} could not be told what became of an instance")]
        internal static partial void NotTold(ILogger logger, string topic, Exception refused);
    }
}
