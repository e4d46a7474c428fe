using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<IamInstanceProfileAssociation> ProfileAssociationFilters = new(
        ShapeFilters.Of<IamInstanceProfileAssociation>("instance-id", "state")
    );

    /// <inheritdoc />
    public async Task<AssociateIamInstanceProfileResult> AssociateIamInstanceProfileAsync(
        AssociateIamInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var profile = await RequireProfileAsync(request.IamInstanceProfile!, context, cancellation);
        var after = await ChangeInstanceAsync(
            request.InstanceId!,
            context,
            before =>
                before.InstanceProfileArn is null
                    ? Associate(before, profile)
                    : throw new AwsException(
                        "IncorrectState",
                        $"There is an existing association for instance {before.InstanceId}"
                    ),
            cancellation
        );
        return new AssociateIamInstanceProfileResult
        {
            IamInstanceProfileAssociation = ProfileAssociations.Describe(after, "associating"),
        };
    }

    /// <inheritdoc />
    public async Task<ReplaceIamInstanceProfileAssociationResult> ReplaceIamInstanceProfileAssociationAsync(
        ReplaceIamInstanceProfileAssociationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var profile = await RequireProfileAsync(request.IamInstanceProfile!, context, cancellation);
        var after = await _store.CommitAsync(
            transaction =>
            {
                var changed = Associate(FindAssociated(transaction, context, request.AssociationId!), profile);
                transaction.Put(ComputeTables.Instances, changed);
                return changed;
            },
            cancellation
        );
        return new ReplaceIamInstanceProfileAssociationResult
        {
            IamInstanceProfileAssociation = ProfileAssociations.Describe(after, "associating"),
        };
    }

    /// <inheritdoc />
    public async Task<DisassociateIamInstanceProfileResult> DisassociateIamInstanceProfileAsync(
        DisassociateIamInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var before = await _store.CommitAsync(
            transaction =>
            {
                var found = FindAssociated(transaction, context, request.AssociationId!);
                transaction.Put(
                    ComputeTables.Instances,
                    found with
                    {
                        InstanceProfileArn = null,
                        ProfileAssociationId = null,
                        ProfileAssociatedAt = null,
                    }
                );
                return found;
            },
            cancellation
        );
        return new DisassociateIamInstanceProfileResult
        {
            IamInstanceProfileAssociation = ProfileAssociations.Describe(before, "disassociating"),
        };
    }

    /// <inheritdoc />
    public Task<DescribeIamInstanceProfileAssociationsResult> DescribeIamInstanceProfileAssociationsAsync(
        DescribeIamInstanceProfileAssociationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = ProfileAssociationFilters.Compile(request.Filters);
        foreach (var id in request.AssociationIds ?? [])
            FindAssociated(_store.Current, context, id);

        var page = Page.Of(
            _store
                .Current.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
                .Where(instance =>
                    ProfileAssociations.IdOf(instance) is { } id
                    && (request.AssociationIds is null or [] || request.AssociationIds.Contains(id))
                )
                .Select(instance => ProfileAssociations.Describe(instance, "associated"))
                .Where(matches)
                .OrderBy(association => association.AssociationId, StringComparer.Ordinal),
            association => association.AssociationId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeIamInstanceProfileAssociationsResult
            {
                IamInstanceProfileAssociations = page.Items,
                NextToken = page.NextToken,
            }
        );
    }

    private InstanceRecord Associate(InstanceRecord instance, string profileArn) =>
        instance with
        {
            InstanceProfileArn = profileArn,
            ProfileAssociationId = _ids.New("iip-assoc-"),
            ProfileAssociatedAt = _time.GetUtcNow(),
        };

    private async Task<string> RequireProfileAsync(
        IamInstanceProfileSpecification wanted,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (await FindProfileAsync(wanted, context, cancellation) is { } arn)
            return arn;
        ProfileAssociations.Refuse(wanted);
        throw Ec2Requests.Missing("IamInstanceProfile");
    }

    private static InstanceRecord FindAssociated(View view, CallContext context, string associationId) =>
        view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .FirstOrDefault(instance => ProfileAssociations.IdOf(instance) == associationId)
        ?? throw ResourceKind.ProfileAssociation.NotFound(associationId);
}
