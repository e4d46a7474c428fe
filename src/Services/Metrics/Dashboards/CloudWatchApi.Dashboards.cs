using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Dashboards;
using Estiba.Metrics.Tags;
using Estiba.State;

namespace Estiba.Metrics;

/// <content>Dashboards.</content>
public sealed partial class CloudWatchApi
{
    private const int LongestDashboardName = 255;
    private const int MostDashboards = 5000;
    private const int MostDeleted = 100;
    private const int DashboardPage = 1000;

    /// <inheritdoc/>
    public async Task<PutDashboardOutput> PutDashboardAsync(
        PutDashboardInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckDashboardName(request.DashboardName!);
        if (DashboardBody.Faults(request.DashboardBody!) is { Count: > 0 } faults)
            throw Refused(faults);
        var dashboard = new DashboardRecord
        {
            Account = context.AccountId,
            Partition = Arn.PartitionOf(context.Region),
            Name = request.DashboardName!,
            Body = request.DashboardBody!,
            ModifiedAt = Now,
        };
        await _store.CommitAsync(
            transaction =>
            {
                var known = transaction.Find(MetricsTables.Dashboards, dashboard.Key);
                var count = transaction.Count(MetricsTables.Dashboards, DashboardRecord.KeyOf(dashboard.Account, ""));
                if (known is null && count >= MostDashboards)
                    throw CloudWatchErrors.DashboardInvalidInputError(
                        $"An account has at most {MostDashboards} dashboards."
                    );
                dashboard = dashboard with { Partition = known?.Partition ?? dashboard.Partition };
                transaction.Put(MetricsTables.Dashboards, dashboard);
                // Of a dashboard that is there tags are ignored.
                if (known is null)
                    ResourceTags.Put(transaction, dashboard.Arn, request.Tags);
            },
            cancellation
        );
        return new PutDashboardOutput { DashboardValidationMessages = [] };
    }

    /// <inheritdoc/>
    public Task<GetDashboardOutput> GetDashboardAsync(
        GetDashboardInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckDashboardName(request.DashboardName!);
        var dashboard = _store.Current.Find(
            MetricsTables.Dashboards,
            DashboardRecord.KeyOf(context.AccountId, request.DashboardName!)
        ) ?? throw NoDashboard(request.DashboardName!);
        return Task.FromResult(
            new GetDashboardOutput
            {
                DashboardArn = dashboard.Arn,
                DashboardBody = dashboard.Body,
                DashboardName = dashboard.Name,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListDashboardsOutput> ListDashboardsAsync(
        ListDashboardsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var after = After(request.NextToken, request, context);
        var (page, next) = PagingToken.Cut(
            _store.Current.Range(
                MetricsTables.Dashboards,
                DashboardRecord.KeyOf(context.AccountId, request.DashboardNamePrefix ?? ""),
                after
            ),
            DashboardPage,
            dashboard => dashboard.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListDashboardsOutput
            {
                DashboardEntries =
                [
                    .. page.Select(dashboard => new DashboardEntry
                    {
                        DashboardName = dashboard.Name,
                        DashboardArn = dashboard.Arn,
                        LastModified = dashboard.ModifiedAt,
                        Size = System.Text.Encoding.UTF8.GetByteCount(dashboard.Body),
                    }),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteDashboardsOutput> DeleteDashboardsAsync(
        DeleteDashboardsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var names = request.DashboardNames!;
        if (names.Count > MostDeleted)
            throw CloudWatchErrors.InvalidParameterValueException(
                $"At most {MostDeleted} dashboards can be deleted in one request."
            );
        // Those that are there are deleted, whatever is said of the others.
        var missing = await _store.CommitAsync(
            transaction => names.Where(name => !Delete(transaction, context.AccountId, name)).ToList(),
            cancellation
        );
        if (missing.Count > 0)
            throw NoDashboard(missing[0]);
        return new DeleteDashboardsOutput();
    }

    private static bool Delete(Transaction transaction, string account, string name)
    {
        var key = DashboardRecord.KeyOf(account, name);
        if (transaction.Find(MetricsTables.Dashboards, key) is not { } dashboard)
            return false;
        ResourceTags.Delete(transaction, dashboard.Arn);
        return transaction.Delete(MetricsTables.Dashboards, key);
    }

    private static void CheckDashboardName(string name)
    {
        if (
            name.Length is 0 or > LongestDashboardName
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
        )
            throw CloudWatchErrors.InvalidParameterValueException(
                "The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash"
                    + " (-) and underscore (_)."
            );
    }

    private static AwsException NoDashboard(string name) =>
        CloudWatchErrors.DashboardNotFoundError($"Dashboard {name} does not exist");

    private static AwsException Refused(IReadOnlyList<DashboardValidationMessage> faults)
    {
        var told = faults.Select(fault =>
            $"{{ \"dataPath\": \"{fault.DataPath}\", \"message\": \"{fault.Message}\" }}"
        );
        return CloudWatchErrors.DashboardInvalidInputError(
            $"The dashboard body is invalid, there are {faults.Count} validation errors: [ {string.Join(", ", told)} ]",
            new DashboardInvalidInputErrorDetails { DashboardValidationMessages = faults }
        );
    }
}
