using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<InstanceCreditSpecification> CreditFilters = new(
        ShapeFilters.Of<InstanceCreditSpecification>("instance-id")
    );

    /// <summary>Of the instances asked for; without ids, of those with the unlimited option.</summary>
    public Task<DescribeInstanceCreditSpecificationsResult> DescribeInstanceCreditSpecificationsAsync(
        DescribeInstanceCreditSpecificationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        if (request.MaxResults is not null && request.InstanceIds is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter instancesSet cannot be used with the parameter maxResults");
        var matches = CreditFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var records = Select(_store.Current, context, request.InstanceIds)
            .Where(instance => instance.TerminatedAt is null)
            .ToList();
        var named = request.InstanceIds is { Count: > 0 };
        if (named && records.Find(instance => CpuCredits.Of(instance) is null) is { } other)
            throw new AwsException(
                CpuCredits.NotSupported,
                $"The instance '{other.InstanceId}' is not a burstable performance instance."
            );
        var page = Page.Of(
            records
                .Where(instance => named || CpuCredits.Of(instance) == "unlimited")
                .Select(instance => new InstanceCreditSpecification
                {
                    InstanceId = instance.InstanceId,
                    CpuCredits = CpuCredits.Of(instance),
                })
                .Where(matches)
                .OrderBy(credits => credits.InstanceId, StringComparer.Ordinal),
            credits => credits.InstanceId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeInstanceCreditSpecificationsResult
            {
                InstanceCreditSpecifications = page.Items,
                NextToken = page.NextToken,
            }
        );
    }

    /// <summary>Each instance for itself: the answer tells of which it was done and of which not.</summary>
    public async Task<ModifyInstanceCreditSpecificationResult> ModifyInstanceCreditSpecificationAsync(
        ModifyInstanceCreditSpecificationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        foreach (var wanted in request.InstanceCreditSpecifications!)
            CpuCredits.CheckOption(wanted.CpuCredits);
        Ec2Requests.EndDryRun(request.DryRun);

        var (done, failed) = (
            new List<SuccessfulInstanceCreditSpecificationItem>(),
            new List<UnsuccessfulInstanceCreditSpecificationItem>()
        );
        foreach (var wanted in request.InstanceCreditSpecifications!)
        {
            try
            {
                await ChangeInstanceAsync(
                    wanted.InstanceId!,
                    context,
                    before => WithCredits(before, wanted.CpuCredits!),
                    cancellation
                );
                done.Add(new SuccessfulInstanceCreditSpecificationItem { InstanceId = wanted.InstanceId });
            }
            catch (AwsException refusal)
            {
                failed.Add(
                    new UnsuccessfulInstanceCreditSpecificationItem
                    {
                        InstanceId = wanted.InstanceId,
                        Error = new UnsuccessfulInstanceCreditSpecificationItemError
                        {
                            Code = refusal.Code,
                            Message = refusal.Message,
                        },
                    }
                );
            }
        }
        return new ModifyInstanceCreditSpecificationResult
        {
            SuccessfulInstanceCreditSpecifications = done,
            UnsuccessfulInstanceCreditSpecifications = failed,
        };
    }

    private static InstanceRecord WithCredits(InstanceRecord instance, string credits) =>
        CpuCredits.Of(instance) is null
            ? throw new AwsException(
                CpuCredits.NotSupported,
                $"The instance '{instance.InstanceId}' is not a burstable performance instance."
            )
            : instance with
            {
                CpuCredits = credits,
            };
}
