using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.S3;
using Estiba.Contracts.Scheduler;
using Estiba.Contracts.Sqs;

namespace Estiba.Gateway.Tests;

/// <summary>A few operations of services that speak REST, CBOR and JSON 1.0, kept in memory.</summary>
internal sealed class StandInProtocols : IS3Api, ISchedulerApi, ICloudWatchApi, ISqsApi
{
    private readonly Dictionary<string, (byte[] Bytes, PutObjectRequest Request)> _objects = new(
        StringComparer.Ordinal
    );
    private readonly Dictionary<string, CreateScheduleInput> _schedules = new(StringComparer.Ordinal);
    private readonly List<PutMetricDataInput> _metrics = [];

    public IReadOnlyList<ServiceDispatcher> Dispatchers =>
        [
            new S3Dispatcher(this),
            new SchedulerDispatcher(this),
            new CloudWatchDispatcher(this),
            new SqsDispatcher(this),
        ];

    public async Task<PutObjectOutput> PutObjectAsync(
        PutObjectRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        using var bytes = new MemoryStream();
        if (request.Body is not null)
            await request.Body.CopyToAsync(bytes, cancellation);
        _objects[$"{request.Bucket}/{request.Key}"] = (bytes.ToArray(), request);
        return new PutObjectOutput { ETag = $"\"{bytes.Length}\"" };
    }

    public Task<GetObjectOutput> GetObjectAsync(
        GetObjectRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _objects.TryGetValue($"{request.Bucket}/{request.Key}", out var found)
            ? Task.FromResult(
                new GetObjectOutput
                {
                    Body = new MemoryStream(found.Bytes),
                    ContentLength = found.Bytes.Length,
                    ContentType = found.Request.ContentType,
                    ContentEncoding = found.Request.ContentEncoding,
                    Metadata = found.Request.Metadata,
                    LastModified = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                }
            )
            : throw S3Errors.NoSuchKey("The specified key does not exist.");

    public Task<ListObjectsV2Output> ListObjectsV2Async(
        ListObjectsV2Request request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListObjectsV2Output
            {
                Name = request.Bucket,
                KeyCount = _objects.Count,
                Contents =
                [
                    .. _objects.Keys.Select(key => new Contracts.S3.S3Object
                    {
                        Key = key[(request.Bucket!.Length + 1)..],
                    }),
                ],
            }
        );

    public Task<SelectObjectContentOutput> SelectObjectContentAsync(
        SelectObjectContentRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new SelectObjectContentOutput { Payload = SelectedAsync(request) });

    private static async IAsyncEnumerable<SelectObjectContentEventStream> SelectedAsync(
        SelectObjectContentRequest request
    )
    {
        var records = Encoding.UTF8.GetBytes(request.Expression!);
        yield return new() { Records = new RecordsEvent { Payload = records } };
        await Task.Yield();
        yield return new() { Stats = new StatsEvent { Details = new Stats { BytesScanned = records.Length } } };
        yield return new() { End = new EndEvent() };
    }

    public Task<CreateScheduleOutput> CreateScheduleAsync(
        CreateScheduleInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _schedules[request.Name!] = request;
        return Task.FromResult(
            new CreateScheduleOutput
            {
                ScheduleArn = new Arn(
                    "scheduler",
                    context.Region,
                    context.AccountId,
                    $"schedule/{request.Name}"
                ).ToString(),
            }
        );
    }

    public Task<GetScheduleOutput> GetScheduleAsync(
        GetScheduleInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _schedules.TryGetValue(request.Name!, out var found)
            ? Task.FromResult(
                new GetScheduleOutput
                {
                    Name = found.Name,
                    GroupName = request.GroupName,
                    ScheduleExpression = found.ScheduleExpression,
                    StartDate = found.StartDate,
                }
            )
            : throw SchedulerErrors.ResourceNotFoundException($"Schedule {request.Name} does not exist.");

    public Task<PutMetricDataResponse> PutMetricDataAsync(
        PutMetricDataInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _metrics.Add(request);
        return Task.FromResult(new PutMetricDataResponse());
    }

    public Task<ListMetricsOutput> ListMetricsAsync(
        ListMetricsInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListMetricsOutput
            {
                Metrics =
                [
                    .. _metrics.SelectMany(put =>
                        put.MetricData!.Select(datum => new Metric
                        {
                            Namespace = put.Namespace,
                            MetricName = datum.MetricName,
                            Dimensions = datum.Dimensions,
                        })
                    ),
                ],
            }
        );

    public Task<SendMessageResult> SendMessageAsync(
        SendMessageRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new SendMessageResult
            {
                MessageId = request.MessageBody,
                MD5OfMessageAttributes = request.MessageAttributes is { } attributes
                    ? string.Join(',', attributes.Select(each => $"{each.Key}={each.Value.StringValue}"))
                    : null,
            }
        );

    public Task<ReceiveMessageResult> ReceiveMessageAsync(
        ReceiveMessageRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw SqsErrors.QueueDoesNotExist("The specified queue does not exist.");
}
