using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Sts;

namespace Estiba.Gateway.Tests;

/// <summary>One operation of each protocol, and a hook to decide what comes of it.</summary>
internal sealed class StandInServices : IEcsApi, IStsApi, IEc2Api, ILogsApi, IIamApi, IEcrApi
{
    /// <summary>Runs in every operation before it answers.</summary>
    public Func<CallContext, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public IReadOnlyList<ServiceDispatcher> Dispatchers =>
        [
            new EcsDispatcher(this),
            new StsDispatcher(this),
            new Ec2Dispatcher(this),
            new LogsDispatcher(this),
            new IamDispatcher(this),
            new EcrDispatcher(this),
        ];

    public async Task<ListClustersResponse> ListClustersAsync(
        ListClustersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await Before(context, cancellation);
        return new ListClustersResponse
        {
            ClusterArns = [new Arn("ecs", context.Region, context.AccountId, "cluster/default").ToString()],
        };
    }

    public Task<DeleteClusterResponse> DeleteClusterAsync(
        DeleteClusterRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DeleteClusterResponse());

    public async Task<GetCallerIdentityResponse> GetCallerIdentityAsync(
        GetCallerIdentityRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await Before(context, cancellation);
        return new GetCallerIdentityResponse
        {
            Account = context.AccountId,
            Arn = context.PrincipalArn,
            UserId = context.AccessKeyId,
        };
    }

    public async Task<DescribeRegionsResult> DescribeRegionsAsync(
        DescribeRegionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await Before(context, cancellation);
        return new DescribeRegionsResult { Regions = [new Contracts.Ec2.Region { RegionName = context.Region }] };
    }

    public Task<RebootInstancesResponse> RebootInstancesAsync(
        RebootInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new RebootInstancesResponse());

    public Task<CreateLogGroupResponse> CreateLogGroupAsync(
        CreateLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new CreateLogGroupResponse());

    public Task<PutLogEventsResponse> PutLogEventsAsync(
        PutLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new PutLogEventsResponse
            {
                NextSequenceToken = $"{request.LogEvents!.Sum(logged => logged.Message!.Length)}",
            }
        );

    public Task<UploadLayerPartResponse> UploadLayerPartAsync(
        UploadLayerPartRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new UploadLayerPartResponse { LastByteReceived = request.LayerPartBlob!.Value.Length - 1 });

    public Task<StartLiveTailResponse> StartLiveTailAsync(
        StartLiveTailRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new StartLiveTailResponse { ResponseStream = LiveTailAsync(request) });

    /// <summary>What happens after the first event of Live Tail, before the second.</summary>
    public Action BetweenEvents { get; set; } = static () => { };

    private async IAsyncEnumerable<StartLiveTailResponseStream> LiveTailAsync(StartLiveTailRequest request)
    {
        yield return new StartLiveTailResponseStream
        {
            SessionStart = new LiveTailSessionStart { LogGroupIdentifiers = request.LogGroupIdentifiers },
        };
        await Task.Yield();
        BetweenEvents();
        yield return new StartLiveTailResponseStream
        {
            SessionUpdate = new LiveTailSessionUpdate
            {
                SessionResults = [new LiveTailSessionLogEvent { Message = "grüße", Timestamp = 1 }],
            },
        };
        throw new AwsException("SessionTimeoutException", "The session is over.");
    }
}
