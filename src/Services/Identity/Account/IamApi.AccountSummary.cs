using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Users;

namespace Estiba.Identity;

/// <content>How much an account has, and how much it may have by AWS's quotas.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public Task<GetAccountSummaryResponse> GetAccountSummaryAsync(
        GetAccountSummaryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (view, prefix) = (store.Current, context.AccountId + "/");
        var rootKeys = view.Count(
            IdentityTables.AccessKeys,
            IdentityTables.KeysByOwner,
            AccessKeyRecord.OwnerOf(context.AccountId, userName: null)
        );
        var hasRootKey = context.AccountId == root.AccountId || rootKeys > 0;
        var summary = new SortedDictionary<string, int>(StringComparer.Ordinal)
        {
            [SummaryKeyType.AccessKeysPerUserQuota] = MostAccessKeys,
            [SummaryKeyType.AccountAccessKeysPresent] = hasRootKey ? 1 : 0,
            [SummaryKeyType.AccountMFAEnabled] = 0,
            [SummaryKeyType.AccountPasswordPresent] = 0,
            [SummaryKeyType.AccountSigningCertificatesPresent] = 0,
            [SummaryKeyType.AssumeRolePolicySizeQuota] = 2048,
            [SummaryKeyType.AttachedPoliciesPerGroupQuota] = 10,
            [SummaryKeyType.AttachedPoliciesPerRoleQuota] = 10,
            [SummaryKeyType.AttachedPoliciesPerUserQuota] = 10,
            [SummaryKeyType.GlobalEndpointTokenVersion] = 1,
            [SummaryKeyType.GroupPolicySizeQuota] = 5120,
            [SummaryKeyType.Groups] = view.Count(IdentityTables.Groups, prefix),
            [SummaryKeyType.GroupsPerUserQuota] = MostGroupsOfUser,
            [SummaryKeyType.GroupsQuota] = 300,
            [SummaryKeyType.InstanceProfiles] = view.Count(IdentityTables.InstanceProfiles, prefix),
            [SummaryKeyType.InstanceProfilesQuota] = 1000,
            [SummaryKeyType.MFADevices] = 0,
            [SummaryKeyType.MFADevicesInUse] = 0,
            [SummaryKeyType.Policies] = view.Count(IdentityTables.Policies, prefix),
            [SummaryKeyType.PoliciesQuota] = 1500,
            [SummaryKeyType.PolicySizeQuota] = 6144,
            [SummaryKeyType.PolicyVersionsInUse] = view.Range(IdentityTables.Policies, prefix)
                .Sum(policy => policy.AllVersions.Count),
            [SummaryKeyType.PolicyVersionsInUseQuota] = 10000,
            [SummaryKeyType.Providers] = 0,
            [SummaryKeyType.RolePolicySizeQuota] = 10240,
            [SummaryKeyType.Roles] = view.Count(IdentityTables.Roles, prefix),
            [SummaryKeyType.RolesQuota] = 1000,
            [SummaryKeyType.ServerCertificates] = 0,
            [SummaryKeyType.ServerCertificatesQuota] = 20,
            [SummaryKeyType.SigningCertificatesPerUserQuota] = 2,
            [SummaryKeyType.UserPolicySizeQuota] = 2048,
            [SummaryKeyType.Users] = view.Count(IdentityTables.Users, prefix),
            [SummaryKeyType.UsersQuota] = 5000,
            [SummaryKeyType.VersionsPerPolicyQuota] = MostVersions,
        };
        return Task.FromResult(new GetAccountSummaryResponse { SummaryMap = summary });
    }
}
