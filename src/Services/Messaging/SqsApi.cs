using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Queues;
using Estiba.State;

namespace Estiba.Messaging;

/// <summary>
/// The operations of Amazon SQS. Follows the API reference, version 2012-11-05. Messages are records of the store: what
/// was acknowledged is there after any end of the process.
/// </summary>
public sealed partial class SqsApi : ISqsApi
{
    private readonly Store _store;
    private readonly MessagingOptions _options;
    private readonly TimeProvider _time;
    private readonly QueueWaiters _waiters;

    internal SqsApi(Store store, MessagingOptions options, TimeProvider time, QueueWaiters waiters) =>
        (_store, _options, _time, _waiters) = (store, options, time, waiters);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private QueueRecord Require(CallContext context, string url) => QueueNames.Require(_store.Current, context, url);

    private string UrlOf(QueueRecord queue, CallContext context) => QueueNames.Url(queue, context, _options.Endpoint);

    // Receipts and ids must not be guessed, so they come from where keys come from.
    private static long NewReceipt() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private static string NewId() => Guid.NewGuid().ToString("D");
}
