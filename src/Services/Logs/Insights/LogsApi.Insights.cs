using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <content>Queries, scheduled queries, lookup tables and anomaly detection: nothing of it runs here, and every read
/// says so.</content>
public sealed partial class LogsApi
{
    /// <inheritdoc />
    public Task<DescribeQueriesResponse> DescribeQueriesAsync(
        DescribeQueriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.LogGroupName is { } name)
            _ = GroupNamed(_store.Current, context, name);
        return Task.FromResult(new DescribeQueriesResponse { Queries = [] });
    }

    /// <inheritdoc />
    public Task<GetQueryResultsResponse> GetQueryResultsAsync(
        GetQueryResultsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("query");

    /// <inheritdoc />
    public Task<StopQueryResponse> StopQueryAsync(
        StopQueryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("query");

    /// <inheritdoc />
    public Task<ListLogGroupsForQueryResponse> ListLogGroupsForQueryAsync(
        ListLogGroupsForQueryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("query");

    /// <inheritdoc />
    public Task<ListScheduledQueriesResponse> ListScheduledQueriesAsync(
        ListScheduledQueriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListScheduledQueriesResponse { ScheduledQueries = [] });

    /// <inheritdoc />
    public Task<GetScheduledQueryResponse> GetScheduledQueryAsync(
        GetScheduledQueryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("scheduled query");

    /// <inheritdoc />
    public Task<GetScheduledQueryHistoryResponse> GetScheduledQueryHistoryAsync(
        GetScheduledQueryHistoryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("scheduled query");

    /// <inheritdoc />
    public Task<DeleteScheduledQueryResponse> DeleteScheduledQueryAsync(
        DeleteScheduledQueryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("scheduled query");

    /// <inheritdoc />
    public Task<DescribeLookupTablesResponse> DescribeLookupTablesAsync(
        DescribeLookupTablesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeLookupTablesResponse { LookupTables = [] });

    /// <inheritdoc />
    public Task<GetLookupTableResponse> GetLookupTableAsync(
        GetLookupTableRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("lookup table");

    /// <inheritdoc />
    public Task<DeleteLookupTableResponse> DeleteLookupTableAsync(
        DeleteLookupTableRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("lookup table");

    /// <inheritdoc />
    public Task<ListLogAnomalyDetectorsResponse> ListLogAnomalyDetectorsAsync(
        ListLogAnomalyDetectorsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.FilterLogGroupArn is { } arn)
            _ = GroupIdentifiedBy(_store.Current, context, arn);
        return Task.FromResult(new ListLogAnomalyDetectorsResponse { AnomalyDetectors = [] });
    }

    /// <inheritdoc />
    public Task<GetLogAnomalyDetectorResponse> GetLogAnomalyDetectorAsync(
        GetLogAnomalyDetectorRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("anomaly detector");

    /// <inheritdoc />
    public Task<DeleteLogAnomalyDetectorResponse> DeleteLogAnomalyDetectorAsync(
        DeleteLogAnomalyDetectorRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("anomaly detector");

    /// <inheritdoc />
    public Task<ListAnomaliesResponse> ListAnomaliesAsync(
        ListAnomaliesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.AnomalyDetectorArn is null
            ? Task.FromResult(new ListAnomaliesResponse { Anomalies = [] })
            : throw NoSuch("anomaly detector");
}
