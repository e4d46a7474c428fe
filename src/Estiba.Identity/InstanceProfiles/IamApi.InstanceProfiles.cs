using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.InstanceProfiles;
using Estiba.Identity.Roles;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Instance profiles.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreateInstanceProfileResponse> CreateInstanceProfileAsync(
        CreateInstanceProfileRequest request, CallContext context, CancellationToken cancellation = default)
    {
        CheckTags(request.Tags);
        var path = request.Path ?? DefaultPath;
        var profile = new InstanceProfile
        {
            Path = path,
            InstanceProfileName = request.InstanceProfileName,
            InstanceProfileId = ids.InstanceProfileId(),
            Arn = ArnOf(context.AccountId, "instance-profile", path, request.InstanceProfileName!),
            CreateDate = Now(),
            Roles = [],
            Tags = request.Tags is { Count: > 0 } tags ? tags : null,
        };

        var record = new InstanceProfileRecord(context.AccountId, profile, RoleName: null);
        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.InstanceProfiles, record.Key) is not null)
                    throw IamErrors.EntityAlreadyExistsException($"Instance Profile {request.InstanceProfileName} already exists.");
                transaction.Put(IdentityTables.InstanceProfiles, record);
            },
            cancellation);
        return new CreateInstanceProfileResponse { InstanceProfile = profile };
    }

    /// <inheritdoc/>
    public Task<GetInstanceProfileResponse> GetInstanceProfileAsync(
        GetInstanceProfileRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var view = store.Current;
        return Task.FromResult(new GetInstanceProfileResponse { InstanceProfile = Shown(view, FindProfile(view, context, request.InstanceProfileName!)) });
    }

    /// <inheritdoc/>
    public Task<ListInstanceProfilesResponse> ListInstanceProfilesAsync(
        ListInstanceProfilesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var view = store.Current;
        var page = Page.Of(
            after => view.Range(IdentityTables.InstanceProfiles, context.AccountId + "/", after)
                .Where(profile => profile.InstanceProfile.Path!.StartsWith(request.PathPrefix ?? DefaultPath, StringComparison.Ordinal)),
            profile => profile.Key, request.Marker, request.MaxItems);
        return Task.FromResult(new ListInstanceProfilesResponse
        {
            InstanceProfiles = [.. page.Items.Select(profile => Shown(view, profile) with { Tags = null })],
            IsTruncated = page.IsTruncated,
            Marker = page.Marker,
        });
    }

    /// <inheritdoc/>
    public Task<ListInstanceProfilesForRoleResponse> ListInstanceProfilesForRoleAsync(
        ListInstanceProfilesForRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var view = store.Current;
        var role = FindRole(view, context.AccountId, request.RoleName!);
        var page = Page.Of(
            after => view.Where(IdentityTables.InstanceProfiles, IdentityTables.ProfilesByRole, role.Key, after),
            profile => profile.Key, request.Marker, request.MaxItems);
        return Task.FromResult(new ListInstanceProfilesForRoleResponse
        {
            InstanceProfiles = [.. page.Items.Select(profile => Shown(view, profile) with { Tags = null })],
            IsTruncated = page.IsTruncated,
            Marker = page.Marker,
        });
    }

    /// <inheritdoc/>
    public async Task<AddRoleToInstanceProfileResponse> AddRoleToInstanceProfileAsync(
        AddRoleToInstanceProfileRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, request.InstanceProfileName!);
                var role = FindModifiableRole(transaction, context.AccountId, request.RoleName!);
                if (profile.RoleName is not null)
                    throw IamErrors.LimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
                transaction.Put(IdentityTables.InstanceProfiles, profile with { RoleName = role.Role.RoleName });
            },
            cancellation);
        return new AddRoleToInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public async Task<RemoveRoleFromInstanceProfileResponse> RemoveRoleFromInstanceProfileAsync(
        RemoveRoleFromInstanceProfileRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, request.InstanceProfileName!);
                if (profile.RoleKey != RoleRecord.KeyOf(context.AccountId, request.RoleName!))
                    throw IamErrors.NoSuchEntityException($"The role with name {request.RoleName} cannot be found.");
                transaction.Put(IdentityTables.InstanceProfiles, profile with { RoleName = null });
            },
            cancellation);
        return new RemoveRoleFromInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteInstanceProfileResponse> DeleteInstanceProfileAsync(
        DeleteInstanceProfileRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, request.InstanceProfileName!);
                if (profile.RoleName is not null)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.");
                transaction.Delete(IdentityTables.InstanceProfiles, profile.Key);
            },
            cancellation);
        return new DeleteInstanceProfileResponse();
    }

    private static InstanceProfileRecord FindProfile(View view, CallContext context, string name) =>
        view.Find(IdentityTables.InstanceProfiles, InstanceProfileRecord.KeyOf(context.AccountId, name))
        ?? throw IamErrors.NoSuchEntityException($"Instance Profile {name} cannot be found.");

    private static InstanceProfile Shown(View view, InstanceProfileRecord profile) => profile.RoleName is null
        ? profile.InstanceProfile
        : profile.InstanceProfile with { Roles = [Listed(FindRole(view, profile.AccountId, profile.RoleName).Role) with { MaxSessionDuration = null, Description = null }] };
}
