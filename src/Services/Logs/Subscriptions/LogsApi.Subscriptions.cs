using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <content>Subscription filters and destinations: nothing is delivered anywhere, so there are none, and every read
/// says so.</content>
public sealed partial class LogsApi
{
    /// <inheritdoc />
    public Task<DescribeSubscriptionFiltersResponse> DescribeSubscriptionFiltersAsync(
        DescribeSubscriptionFiltersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = GroupNamed(_store.Current, context, request.LogGroupName!);
        return Task.FromResult(new DescribeSubscriptionFiltersResponse { SubscriptionFilters = [] });
    }

    /// <inheritdoc />
    public Task<DeleteSubscriptionFilterResponse> DeleteSubscriptionFilterAsync(
        DeleteSubscriptionFilterRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = GroupNamed(_store.Current, context, request.LogGroupName!);
        throw LogsErrors.ResourceNotFoundException("The specified subscription filter does not exist.");
    }

    /// <inheritdoc />
    public Task<DescribeDestinationsResponse> DescribeDestinationsAsync(
        DescribeDestinationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeDestinationsResponse { Destinations = [] });

    /// <inheritdoc />
    public Task<DeleteDestinationResponse> DeleteDestinationAsync(
        DeleteDestinationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("destination");

    /// <inheritdoc />
    public Task<DescribeExportTasksResponse> DescribeExportTasksAsync(
        DescribeExportTasksRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeExportTasksResponse { ExportTasks = [] });

    /// <inheritdoc />
    public Task<CancelExportTaskResponse> CancelExportTaskAsync(
        CancelExportTaskRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("export task");

    /// <inheritdoc />
    public Task<DescribeImportTasksResponse> DescribeImportTasksAsync(
        DescribeImportTasksRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.ImportId is null
            ? Task.FromResult(new DescribeImportTasksResponse { Imports = [] })
            : throw NoSuch("import task");

    /// <inheritdoc />
    public Task<DescribeImportTaskBatchesResponse> DescribeImportTaskBatchesAsync(
        DescribeImportTaskBatchesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("import task");

    /// <inheritdoc />
    public Task<CancelImportTaskResponse> CancelImportTaskAsync(
        CancelImportTaskRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("import task");

    // "The specified log group does not exist." is how CloudWatch Logs says it of everything.
    private static AwsException NoSuch(string what) =>
        LogsErrors.ResourceNotFoundException($"The specified {what} does not exist.");
}
