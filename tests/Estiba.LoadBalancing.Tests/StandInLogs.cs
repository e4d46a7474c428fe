using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.LoadBalancing.Tests;

/// <summary>CloudWatch Logs with deliveries as the test says, one to a page, and log groups that keep what they
/// get.</summary>
internal sealed class StandInLogs : ILogsApi
{
    /// <summary>Deliveries by the ARN of their load balancer.</summary>
    public List<(string LoadBalancer, string Group, string Format, Delivery Delivery)> Deliveries { get; } = [];

    /// <summary>What came into each stream, by the names of group and stream; a group begins with none.</summary>
    public Dictionary<string, Dictionary<string, List<InputLogEvent>>> Groups { get; } = [];

    /// <summary>How many events each request had.</summary>
    public List<int> Requests { get; } = [];

    /// <summary>Who has asked, and for whose sake.</summary>
    public HashSet<(string? Service, string? SourceArn)> Callers { get; } = [];

    public bool IsDown { get; set; }

    public void Deliver(
        string loadBalancer,
        string group,
        string format = "plain",
        string? delimiter = null,
        params string[] fields
    )
    {
        Groups.TryAdd(group, []);
        var name = $"d{Deliveries.Count}";
        Deliveries.Add(
            (
                loadBalancer,
                group,
                format,
                new Delivery
                {
                    Id = name,
                    DeliverySourceName = loadBalancer,
                    DeliveryDestinationArn = name,
                    RecordFields = fields,
                    FieldDelimiter = delimiter,
                }
            )
        );
    }

    public Task<DescribeDeliverySourcesResponse> DescribeDeliverySourcesAsync(
        DescribeDeliverySourcesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (IsDown)
            throw new AwsException("ServiceUnavailableException", "down", 503);
        return Task.FromResult(
            new DescribeDeliverySourcesResponse
            {
                DeliverySources =
                [
                    .. Deliveries
                        .Select(each => each.LoadBalancer)
                        .Distinct()
                        .Select(arn => new DeliverySource
                        {
                            Name = arn,
                            ResourceArns = [arn],
                            LogType = "ALB_ACCESS_LOGS",
                        }),
                ],
            }
        );
    }

    public Task<DescribeDeliveryDestinationsResponse> DescribeDeliveryDestinationsAsync(
        DescribeDeliveryDestinationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeDeliveryDestinationsResponse
            {
                DeliveryDestinations =
                [
                    .. Deliveries.Select(each => new DeliveryDestination
                    {
                        Arn = each.Delivery.DeliveryDestinationArn,
                        OutputFormat = each.Format,
                        DeliveryDestinationConfiguration = new DeliveryDestinationConfiguration
                        {
                            DestinationResourceArn = $"arn:aws:logs:eu-west-1:111122223333:log-group:{each.Group}:*",
                        },
                    }),
                ],
            }
        );

    public Task<DescribeDeliveriesResponse> DescribeDeliveriesAsync(
        DescribeDeliveriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var at = request.NextToken is { } token
            ? int.Parse(token, System.Globalization.CultureInfo.InvariantCulture)
            : 0;
        return Task.FromResult(
            new DescribeDeliveriesResponse
            {
                Deliveries = [.. Deliveries.Skip(at).Take(1).Select(each => each.Delivery)],
                NextToken = at + 1 < Deliveries.Count ? $"{at + 1}" : null,
            }
        );
    }

    public Task<CreateLogStreamResponse> CreateLogStreamAsync(
        CreateLogStreamRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Group(request.LogGroupName!).Add(request.LogStreamName!, []);
        return Task.FromResult(new CreateLogStreamResponse());
    }

    public Task<PutLogEventsResponse> PutLogEventsAsync(
        PutLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!Group(request.LogGroupName!).TryGetValue(request.LogStreamName!, out var stream))
            throw Missing("log stream");
        Callers.Add((context.Service, context.SourceArn));
        Requests.Add(request.LogEvents!.Count);
        stream.AddRange(request.LogEvents);
        return Task.FromResult(new PutLogEventsResponse());
    }

    private Dictionary<string, List<InputLogEvent>> Group(string name) =>
        Groups.GetValueOrDefault(name) ?? throw Missing("log group");

    private static AwsException Missing(string what) =>
        new("ResourceNotFoundException", $"The specified {what} does not exist.", 400);
}
