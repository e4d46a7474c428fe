using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Authorization.Principals;
using Estiba.Identity.Groups;
using Estiba.Identity.Policies;
using Estiba.State;

namespace Estiba.Identity;

/// <content>What policies say: which of them grant access to a service, and which keys they ask for.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    /// <remarks>"If you specify a user, its groups' policies are listed too" (ListPoliciesGrantingServiceAccess, IAM
    /// API reference).</remarks>
    public Task<ListPoliciesGrantingServiceAccessResponse> ListPoliciesGrantingServiceAccessAsync(
        ListPoliciesGrantingServiceAccessRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var policies = PoliciesOf(store.Current, request.Arn!, context).ToList();
        return Task.FromResult(
            new ListPoliciesGrantingServiceAccessResponse
            {
                PoliciesGrantingServiceAccess =
                [
                    .. request.ServiceNamespaces!.Select(service => new ListPoliciesGrantingServiceAccessEntry
                    {
                        ServiceNamespace = service,
                        Policies =
                        [
                            .. policies
                                .Where(policy => ServiceAccess.IsGranted(policy.Document, service))
                                .Select(policy => policy.Described),
                        ],
                    }),
                ],
                IsTruncated = false,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetContextKeysForPolicyResponse> GetContextKeysForCustomPolicyAsync(
        GetContextKeysForCustomPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new GetContextKeysForPolicyResponse { ContextKeyNames = KeysOf(request.PolicyInputList!) });

    /// <inheritdoc/>
    public Task<GetContextKeysForPolicyResponse> GetContextKeysForPrincipalPolicyAsync(
        GetContextKeysForPrincipalPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetContextKeysForPolicyResponse
            {
                ContextKeyNames = KeysOf(
                    PoliciesOf(store.Current, request.PolicySourceArn!, context)
                        .Select(policy => policy.Document)
                        .Concat(request.PolicyInputList ?? [])
                ),
            }
        );

    private static List<string> KeysOf(IEnumerable<string> documents) =>
        [
            .. documents
                .SelectMany(document =>
                    ContextKeys.Of(document) ?? throw IamErrors.InvalidInputException("The policy is not valid.")
                )
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];

    /// <summary>The policies of a user and its groups, of a group or of a role.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c>: the ARN is none of these. <c>NoSuchEntity</c>.</exception>
    private static IEnumerable<ReviewedPolicy> PoliciesOf(View view, string arn, CallContext context)
    {
        if (
            !Arn.TryParse(arn, out var parsed)
            || parsed.Service != "iam"
            || parsed.ResourceType is not ("user" or "group" or "role")
        )
            throw IamErrors.InvalidInputException(
                $"Invalid Entity Arn: {arn} does not clearly define entity type and name."
            );
        var name = parsed.Resource[(parsed.Resource.LastIndexOf('/') + 1)..];
        switch (parsed.ResourceType)
        {
            case "user":
                var user = FindUser(view, context, name);
                return PoliciesIn(view, "USER", name, context, user.Policies, user.AttachedPolicies)
                    .Concat(
                        MembershipRecord.GroupsOf(view, user.User.UserId!).SelectMany(group => Of(group, view, context))
                    );
            case "group":
                return Of(FindGroup(view, context, name), view, context);
            default:
                var role = FindRole(view, context, name);
                return PoliciesIn(view, "ROLE", name, context, role.Policies, role.AttachedPolicies);
        }

        static IEnumerable<ReviewedPolicy> Of(GroupRecord group, View view, CallContext context) =>
            PoliciesIn(view, "GROUP", group.Group.GroupName!, context, group.Policies, group.AttachedPolicies);
    }

    private static IEnumerable<ReviewedPolicy> PoliciesIn(
        View view,
        string kind,
        string name,
        CallContext context,
        IEnumerable<KeyValuePair<string, string>> inline,
        IEnumerable<string> attached
    ) =>
        inline
            .Select(policy => new ReviewedPolicy(
                policy.Value,
                new PolicyGrantingServiceAccess
                {
                    PolicyName = policy.Key,
                    PolicyType = "INLINE",
                    EntityType = kind,
                    EntityName = name,
                }
            ))
            .Concat(
                attached.SelectMany(arn =>
                    PolicyDocuments
                        .Attached(view, context.AccountId, [arn])
                        .Select(document => new ReviewedPolicy(
                            document,
                            new PolicyGrantingServiceAccess
                            {
                                PolicyName = arn[(arn.LastIndexOf('/') + 1)..],
                                PolicyType = "MANAGED",
                                PolicyArn = arn,
                            }
                        ))
                )
            );

    private sealed record ReviewedPolicy(string Document, PolicyGrantingServiceAccess Described);
}
