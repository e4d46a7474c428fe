using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Http;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Messaging.Tests;

/// <summary>Queues and topics with a store in memory and a clock that a test moves.</summary>
internal sealed class MessagingWorld : IAsyncDisposable
{
    private readonly MemoryJournal _journal = new();
    private readonly MessagingOptions _options;
    private ModuleRunner _modules = null!;

    private MessagingWorld(MessagingOptions options) => _options = options;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));

    public Store Store { get; private set; } = null!;

    public ISqsApi Api { get; private set; } = null!;

    public ISnsApi Sns { get; private set; } = null!;

    /// <summary>What is answered at paths of the platform's.</summary>
    public IReadOnlyList<HttpPath> Paths => _modules.Paths;

    public static CallContext Context { get; } = In("111122223333", "eu-west-1");

    public static CallContext In(string account, string region) =>
        new()
        {
            AccountId = account,
            Region = region,
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static async Task<MessagingWorld> CreateAsync(Func<MessagingOptions, MessagingOptions>? change = null)
    {
        var options = new MessagingOptions { Endpoint = new Uri("http://localhost:4566") };
        var world = new MessagingWorld(change is null ? options : change(options));
        await world.OpenAsync();
        return world;
    }

    /// <summary>The platform ends and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>What is done from time to time is done once.</summary>
    public async Task CleanAsync()
    {
        foreach (var chore in _modules.Chores)
            await chore.RunAsync(CancellationToken.None);
    }

    public Task WhenIdleAsync() => _modules.WhenIdleAsync();

    public async Task<string> CreateQueueAsync(
        string name = "orders",
        params (string Name, string Value)[] attributes
    ) =>
        (
            await Api.CreateQueueAsync(
                new CreateQueueRequest
                {
                    QueueName = name,
                    Attributes = attributes.ToDictionary(each => each.Name, each => each.Value),
                },
                Context
            )
        ).QueueUrl!;

    public Task<string> CreateFifoAsync(string name = "orders.fifo", params (string Name, string Value)[] attributes) =>
        CreateQueueAsync(name, [("FifoQueue", "true"), .. attributes]);

    public Task<SendMessageResult> SendAsync(
        string url,
        string body,
        Func<SendMessageRequest, SendMessageRequest>? change = null
    )
    {
        var request = new SendMessageRequest { QueueUrl = url, MessageBody = body };
        return Api.SendMessageAsync(change is null ? request : change(request), Context);
    }

    public Task<SendMessageResult> SendToGroupAsync(string url, string group, string body) =>
        SendAsync(url, body, request =>
            request with
            {
                MessageGroupId = group,
                MessageDeduplicationId = Guid.NewGuid().ToString(),
            }
        );

    public async Task<IReadOnlyList<Message>> ReceiveAsync(
        string url,
        int most = 1,
        Func<ReceiveMessageRequest, ReceiveMessageRequest>? change = null
    )
    {
        var request = new ReceiveMessageRequest
        {
            QueueUrl = url,
            MaxNumberOfMessages = most,
            MessageSystemAttributeNames = ["All"],
        };
        return (await Api.ReceiveMessageAsync(change is null ? request : change(request), Context)).Messages ?? [];
    }

    public async Task<string[]> BodiesAsync(string url, int most = 10) =>
        [.. (await ReceiveAsync(url, most)).Select(message => message.Body!)];

    public Task DeleteAsync(string url, string handle) =>
        Api.DeleteMessageAsync(new DeleteMessageRequest { QueueUrl = url, ReceiptHandle = handle }, Context);

    public Task ChangeVisibilityAsync(string url, string handle, int seconds) =>
        Api.ChangeMessageVisibilityAsync(
            new ChangeMessageVisibilityRequest
            {
                QueueUrl = url,
                ReceiptHandle = handle,
                VisibilityTimeout = seconds,
            },
            Context
        );

    public async Task<Dictionary<string, string>> AttributesAsync(string url, params string[] names)
    {
        var request = new GetQueueAttributesRequest
        {
            QueueUrl = url,
            AttributeNames = names.Length > 0 ? names : ["All"],
        };
        return new(
            (await Api.GetQueueAttributesAsync(request, Context)).Attributes ?? new Dictionary<string, string>()
        );
    }

    /// <summary>How many messages can be received, are in flight, and are delayed.</summary>
    public async Task<(string Visible, string NotVisible, string Delayed)> CountsAsync(string url)
    {
        var all = await AttributesAsync(url);
        return (
            all["ApproximateNumberOfMessages"],
            all["ApproximateNumberOfMessagesNotVisible"],
            all["ApproximateNumberOfMessagesDelayed"]
        );
    }

    /// <summary>An error's code in either protocol, and its message.</summary>
    public static async Task<(string Json, string Query, string Message)> ErrorOfAsync(Func<Task> call)
    {
        var error = await call.ShouldThrowAsync<AwsException>();
        return (error.Code, error.QueryCode ?? error.Code, error.Message);
    }

    public async Task<string> CreateTopicAsync(string name = "news", params (string Name, string Value)[] attributes) =>
        (
            await Sns.CreateTopicAsync(
                new CreateTopicInput
                {
                    Name = name,
                    Attributes = attributes.ToDictionary(each => each.Name, each => each.Value),
                },
                Context
            )
        ).TopicArn!;

    public async Task<string> SubscribeAsync(
        string topic,
        string protocol,
        string endpoint,
        params (string Name, string Value)[] attributes
    ) =>
        (
            await Sns.SubscribeAsync(
                new SubscribeInput
                {
                    TopicArn = topic,
                    Protocol = protocol,
                    Endpoint = endpoint,
                    Attributes = attributes.ToDictionary(each => each.Name, each => each.Value),
                    ReturnSubscriptionArn = true,
                },
                Context
            )
        ).SubscriptionArn!;

    /// <summary>Publishes, and waits until everybody who could get it has got it.</summary>
    public async Task<PublishResponse> PublishAsync(
        string topic,
        string message,
        Func<PublishInput, PublishInput>? change = null
    )
    {
        var request = new PublishInput { TopicArn = topic, Message = message };
        var published = await Sns.PublishAsync(change is null ? request : change(request), Context);
        await WhenIdleAsync();
        return published;
    }

    public static string QueueArn(string name) => $"arn:aws:sqs:eu-west-1:111122223333:{name}";

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync()
    {
        Module[] modules = [new SqsModule(_options), new SnsModule(_options)];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = Store,
            Time = Time,
            Random = new Random(1),
        };
        host.Share(new NotificationSealKey(new byte[32]));
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = _modules.Neighbour<ISqsApi>(CallPrincipal.Caller);
        Sns = _modules.Neighbour<ISnsApi>(CallPrincipal.Caller);
        await _modules.StartAsync(new ControllerLoops(Time, new Random(1), NullLoggerFactory.Instance));
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }
}
