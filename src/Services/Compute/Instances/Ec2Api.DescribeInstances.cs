using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Compute.Regions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public Task<DescribeInstancesResult> DescribeInstancesAsync(
        DescribeInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        if (request.MaxResults is not null && request.InstanceIds is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter instancesSet cannot be used with the parameter maxResults");

        var matches = InstanceFilters.Described.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var description = new InstanceDescription(view, context, Book(view, context));
        var records = Select(view, context, request.InstanceIds);
        var page = Page.Of(
            records.Where(record =>
                request.Filters is null or [] || matches(new ReservedInstance(record, description.ToInstance(record)))
            ),
            InstanceLookup.LaunchOrder,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeInstancesResult
            {
                Reservations = description.ToReservations(page.Items),
                NextToken = page.NextToken,
            }
        );
    }

    /// <inheritdoc />
    public Task<DescribeInstanceStatusResult> DescribeInstanceStatusAsync(
        DescribeInstanceStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        if (request.MaxResults is not null && request.InstanceIds is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter instancesSet cannot be used with the parameter maxResults");

        var matches = InstanceFilters.Status.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var records = Select(_store.Current, context, request.InstanceIds);
        var page = Page.Of(
            records
                .Where(record => request.IncludeAllInstances == true || record.State == InstanceStateName.Running)
                .Where(record => matches(ToStatus(record))),
            InstanceLookup.LaunchOrder,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeInstanceStatusResult
            {
                InstanceStatuses = [.. page.Items.Select(ToStatus)],
                NextToken = page.NextToken,
            }
        );
    }

    private static IEnumerable<InstanceRecord> Select(View view, CallContext context, IReadOnlyList<string>? ids) =>
        (
            ids is { Count: > 0 }
                ? InstanceLookup.Get(view, context, ids)
                : view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
        ).OrderBy(InstanceLookup.LaunchOrder, StringComparer.Ordinal);

    private static InstanceStatus ToStatus(InstanceRecord record)
    {
        var summary =
            record.State != InstanceStateName.Running
                ? new InstanceStatusSummary { Status = "not-applicable" }
                : new InstanceStatusSummary
                {
                    Status = record.Trouble is null ? "ok" : "impaired",
                    Details =
                    [
                        new InstanceStatusDetails
                        {
                            Name = "reachability",
                            Status = record.Trouble is null ? "passed" : "failed",
                        },
                    ],
                };
        return new InstanceStatus
        {
            InstanceId = record.InstanceId,
            InstanceState = InstanceStates.ToContract(record.State),
            AvailabilityZone = InstanceNames.ZoneName(record),
            AvailabilityZoneId = RegionCatalog.ZoneId(record.Region, record.Zone),
            InstanceStatusValue = summary,
            SystemStatus = summary,
            AttachedEbsStatus = new EbsStatusSummary
            {
                Status = summary.Status,
                Details = summary.Details is null
                    ? null
                    : [new EbsStatusDetails { Name = "reachability", Status = summary.Details[0].Status }],
            },
        };
    }
}
