using Estiba.Contracts;
using Estiba.Contracts.Sns;

namespace Estiba.AutoScaling.Tests;

/// <summary>Topics that keep what they are told; there is one.</summary>
internal sealed class StandInTopics : ISnsApi
{
    public const string Topic = "arn:aws:sns:eu-west-1:111122223333:hosts";

    /// <summary>What was told.</summary>
    public List<PublishInput> Published { get; } = [];

    public Task<PublishResponse> PublishAsync(
        PublishInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.TopicArn != Topic)
            throw new AwsException("NotFound", "Topic does not exist", 404);
        Published.Add(request);
        return Task.FromResult(new PublishResponse { MessageId = "m" });
    }
}
