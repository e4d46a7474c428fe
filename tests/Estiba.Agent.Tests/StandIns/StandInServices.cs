using System.Collections.Concurrent;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using ListTagsForResourceRequest = Estiba.Contracts.Ecs.ListTagsForResourceRequest;
using ListTagsForResourceResponse = Estiba.Contracts.Ecs.ListTagsForResourceResponse;
using Tag = Estiba.Contracts.Ecs.Tag;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>ECS's side of the agent's calls, in process: remembers what it was told.</summary>
internal sealed class StandInEcs(Func<string> endpoint) : IEcsApi
{
    public const string Cluster = "demo";
    public const string InstanceArn =
        "arn:aws:ecs:eu-west-1:123456789012:container-instance/demo/0123456789abcdef0123456789abcdef";

    private readonly Lock _gate = new();
    private readonly List<SubmitTaskStateChangeRequest> _reports = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<RegisterContainerInstanceRequest> Registrations { get; } = new();

    /// <summary>What the next registration is answered with.</summary>
    public string NextInstanceArn { get; set; } = InstanceArn;

    /// <summary>While it is set every call fails with it.</summary>
    public Exception? Fault { get; set; }

    /// <summary>How many reports have failed with it.</summary>
    public int RefusedReports { get; private set; }

    public IReadOnlyList<SubmitTaskStateChangeRequest> Reports
    {
        get
        {
            lock (_gate)
                return [.. _reports];
        }
    }

    public Task<RegisterContainerInstanceResponse> RegisterContainerInstanceAsync(
        RegisterContainerInstanceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (Fault is { } fault)
            return Task.FromException<RegisterContainerInstanceResponse>(fault);
        Registrations.Enqueue(request);
        return Task.FromResult(
            new RegisterContainerInstanceResponse
            {
                ContainerInstance = new ContainerInstance { ContainerInstanceArn = NextInstanceArn, Status = "ACTIVE" },
            }
        );
    }

    public Task<DiscoverPollEndpointResponse> DiscoverPollEndpointAsync(
        DiscoverPollEndpointRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Fault is { } fault
            ? Task.FromException<DiscoverPollEndpointResponse>(fault)
            : Task.FromResult(
                new DiscoverPollEndpointResponse
                {
                    Endpoint = endpoint() + "acs/",
                    TelemetryEndpoint = endpoint() + "tcs/",
                }
            );

    public Task<SubmitTaskStateChangeResponse> SubmitTaskStateChangeAsync(
        SubmitTaskStateChangeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        lock (_gate)
        {
            if (Fault is { } fault)
            {
                RefusedReports++;
                return Task.FromException<SubmitTaskStateChangeResponse>(fault);
            }

            _reports.Add(request);
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Task.FromResult(new SubmitTaskStateChangeResponse { Acknowledgment = "ok" });
    }

    /// <summary>The tags of each resource, by ARN; one that is not here is not found.</summary>
    public Dictionary<string, IReadOnlyList<Tag>> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>While it is set nobody's tags can be had.</summary>
    public Exception? TagsFault { get; set; }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        TagsFault is { } fault ? Task.FromException<ListTagsForResourceResponse>(fault)
        : Tags.TryGetValue(request.ResourceArn!, out var tags)
            ? Task.FromResult(new ListTagsForResourceResponse { Tags = tags })
        : Task.FromException<ListTagsForResourceResponse>(
            new AwsException("InvalidParameterException", "The specified resource is not found.")
        );

    /// <summary>Waits for a report on the task that has this status.</summary>
    public async Task<SubmitTaskStateChangeRequest> ReportAsync(string task, string status, int seconds = 120)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_reports.LastOrDefault(report => report.Task == task && report.Status == status) is { } found)
                    return found;
                next = _changed.Task;
            }

            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException(
                    $"No {status} of {task}. Reports: "
                        + string.Join(" | ", Reports.Select(report => ShapeJson.ToText(report))),
                    exception
                );
            }
        }
    }
}

/// <summary>CloudWatch Logs in memory.</summary>
internal sealed class StandInLogs : ILogsApi
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<OutputLogEvent>> _streams = new(StringComparer.Ordinal);

    public HashSet<string> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>While it is set every call fails with it.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Called after events were stored and before the answer goes out.</summary>
    public Action AfterPut { get; set; } = static () => { };

    public IReadOnlyList<string> Messages(string group, string stream)
    {
        lock (_gate)
            return _streams.TryGetValue($"{group}|{stream}", out var events)
                ? [.. events.Select(@event => @event.Message!)]
                : [];
    }

    public Task<CreateLogStreamResponse> CreateLogStreamAsync(
        CreateLogStreamRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Do(() =>
        {
            if (!Groups.Contains(request.LogGroupName!))
                throw new AwsException("ResourceNotFoundException", "The specified log group does not exist.");
            if (!_streams.TryAdd($"{request.LogGroupName}|{request.LogStreamName}", []))
                throw new AwsException("ResourceAlreadyExistsException", "The specified log stream already exists");
            return new CreateLogStreamResponse();
        });

    public Task<CreateLogGroupResponse> CreateLogGroupAsync(
        CreateLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Do(() =>
        {
            if (!Groups.Add(request.LogGroupName!))
                throw new AwsException("ResourceAlreadyExistsException", "The specified log group already exists");
            return new CreateLogGroupResponse();
        });

    public Task<PutLogEventsResponse> PutLogEventsAsync(
        PutLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Do(() =>
        {
            var stream = Stream(request.LogGroupName, request.LogStreamName);
            stream.AddRange(
                request.LogEvents!.Select(@event => new OutputLogEvent
                {
                    Timestamp = @event.Timestamp,
                    Message = @event.Message,
                })
            );
            AfterPut();
            return new PutLogEventsResponse();
        });

    public Task<GetLogEventsResponse> GetLogEventsAsync(
        GetLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Do(() =>
        {
            var events = Stream(request.LogGroupName, request.LogStreamName)
                .Where(@event => @event.Timestamp >= (request.StartTime ?? 0))
                .OrderBy(@event => @event.Timestamp)
                .ToList();
            var page = request.StartFromHead == true ? events : events.TakeLast(request.Limit ?? int.MaxValue).ToList();
            return new GetLogEventsResponse
            {
                Events = request.NextToken is null ? page : [],
                NextForwardToken = "f/end",
                NextBackwardToken = "b/end",
            };
        });

    private List<OutputLogEvent> Stream(string? group, string? stream) =>
        _streams.GetValueOrDefault($"{group}|{stream}")
        ?? throw new AwsException("ResourceNotFoundException", "The specified log stream does not exist.");

    private Task<T> Do<T>(Func<T> body)
    {
        lock (_gate)
        {
            try
            {
                return Fault is { } fault ? Task.FromException<T>(fault) : Task.FromResult(body());
            }
            catch (Exception exception)
            {
                return Task.FromException<T>(exception);
            }
        }
    }
}

/// <summary>ECR's answer to who may pull.</summary>
internal sealed class StandInEcr(TimeProvider time) : IEcrApi
{
    public int Asked { get; private set; }

    /// <summary>While it is set every call fails with it.</summary>
    public Exception? Fault { get; set; }

    public Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(
        GetAuthorizationTokenRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Asked++;
        if (Fault is { } fault)
            return Task.FromException<GetAuthorizationTokenResponse>(fault);
        return Task.FromResult(
            new GetAuthorizationTokenResponse
            {
                AuthorizationData =
                [
                    new AuthorizationData
                    {
                        AuthorizationToken = Convert.ToBase64String(Encoding.UTF8.GetBytes("AWS:secret")),
                        ExpiresAt = time.GetUtcNow().AddHours(12),
                    },
                ],
            }
        );
    }
}
