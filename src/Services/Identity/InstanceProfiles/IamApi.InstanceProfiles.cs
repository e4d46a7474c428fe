using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.InstanceProfiles;
using Estiba.Identity.Roles;
using Estiba.Identity.Tags;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Instance profiles.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreateInstanceProfileResponse> CreateInstanceProfileAsync(
        CreateInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var path = request.Path ?? DefaultPath;
        var profile = new InstanceProfile
        {
            Path = path,
            InstanceProfileName = request.InstanceProfileName,
            InstanceProfileId = ids.InstanceProfileId(),
            Arn = ArnOf(context, "instance-profile", path, request.InstanceProfileName!),
            CreateDate = Now(),
            Roles = [],
            Tags = TagSet.OfResource.Of(request.Tags),
        };

        var record = new InstanceProfileRecord(context.AccountId, profile, RoleName: null);
        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.InstanceProfiles, record.Key) is not null)
                    throw IamErrors.EntityAlreadyExistsException(
                        $"Instance Profile {request.InstanceProfileName} already exists."
                    );
                transaction.Put(IdentityTables.InstanceProfiles, record);
            },
            cancellation
        );
        return new CreateInstanceProfileResponse { InstanceProfile = profile };
    }

    /// <inheritdoc/>
    public Task<GetInstanceProfileResponse> GetInstanceProfileAsync(
        GetInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var profile = Shown(view, FindProfile(view, context, request.InstanceProfileName!));
        return Task.FromResult(
            new GetInstanceProfileResponse { InstanceProfile = profile with { Tags = profile.Tags ?? [] } }
        );
    }

    /// <inheritdoc/>
    public Task<ListInstanceProfilesResponse> ListInstanceProfilesAsync(
        ListInstanceProfilesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            after =>
                view.Range(IdentityTables.InstanceProfiles, context.AccountId + "/", after)
                    .Where(profile => IsIn(profile.InstanceProfile.Path!, request.PathPrefix)),
            profile => profile.Key
        );
        return Task.FromResult(
            new ListInstanceProfilesResponse
            {
                InstanceProfiles = [.. page.Items.Select(profile => Shown(view, profile) with { Tags = null })],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListInstanceProfilesForRoleResponse> ListInstanceProfilesForRoleAsync(
        ListInstanceProfilesForRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var role = FindRole(view, context.AccountId, request.RoleName!);
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            after => view.Where(IdentityTables.InstanceProfiles, IdentityTables.ProfilesByRole, role.Key, after),
            profile => profile.Key
        );
        return Task.FromResult(
            new ListInstanceProfilesForRoleResponse
            {
                InstanceProfiles = [.. page.Items.Select(profile => Shown(view, profile) with { Tags = null })],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<AddRoleToInstanceProfileResponse> AddRoleToInstanceProfileAsync(
        AddRoleToInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, request.InstanceProfileName!);
                var role = FindModifiableRole(transaction, context.AccountId, request.RoleName!);
                if (profile.RoleName is not null)
                    throw IamErrors.LimitExceededException(
                        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
                    );
                transaction.Put(IdentityTables.InstanceProfiles, profile with { RoleName = role.Role.RoleName });
            },
            cancellation
        );
        return new AddRoleToInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public async Task<RemoveRoleFromInstanceProfileResponse> RemoveRoleFromInstanceProfileAsync(
        RemoveRoleFromInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, request.InstanceProfileName!);
                if (profile.RoleKey != RoleRecord.KeyOf(context.AccountId, request.RoleName!))
                    throw IamErrors.NoSuchEntityException($"The role with name {request.RoleName} cannot be found.");
                transaction.Put(IdentityTables.InstanceProfiles, profile with { RoleName = null });
            },
            cancellation
        );
        return new RemoveRoleFromInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteInstanceProfileResponse> DeleteInstanceProfileAsync(
        DeleteInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, request.InstanceProfileName!);
                if (profile.RoleName is not null)
                    throw IamErrors.DeleteConflictException(
                        "Cannot delete entity, must remove roles from instance profile first."
                    );
                transaction.Delete(IdentityTables.InstanceProfiles, profile.Key);
            },
            cancellation
        );
        return new DeleteInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public async Task<TagInstanceProfileResponse> TagInstanceProfileAsync(
        TagInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeProfileTagsAsync(
            context,
            request.InstanceProfileName!,
            tags => TagSet.OfResource.With(tags, request.Tags!),
            cancellation
        );
        return new TagInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagInstanceProfileResponse> UntagInstanceProfileAsync(
        UntagInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeProfileTagsAsync(
            context,
            request.InstanceProfileName!,
            tags => TagSet.OfResource.Without(tags, request.TagKeys!),
            cancellation
        );
        return new UntagInstanceProfileResponse();
    }

    /// <inheritdoc/>
    public Task<ListInstanceProfileTagsResponse> ListInstanceProfileTagsAsync(
        ListInstanceProfileTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            FindProfile(store.Current, context, request.InstanceProfileName!).InstanceProfile.Tags ?? [],
            tag => tag.Key!
        );
        return Task.FromResult(
            new ListInstanceProfileTagsResponse
            {
                Tags = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private Task ChangeProfileTagsAsync(
        CallContext context,
        string name,
        Func<IReadOnlyList<Tag>?, IReadOnlyList<Tag>?> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                var profile = FindProfile(transaction, context, name);
                var tagged = profile.InstanceProfile with { Tags = change(profile.InstanceProfile.Tags) };
                transaction.Put(IdentityTables.InstanceProfiles, profile with { InstanceProfile = tagged });
            },
            cancellation
        );

    private static InstanceProfileRecord FindProfile(View view, CallContext context, string name) =>
        view.Find(IdentityTables.InstanceProfiles, InstanceProfileRecord.KeyOf(context.AccountId, name))
        ?? throw IamErrors.NoSuchEntityException($"Instance Profile {name} cannot be found.");

    private static InstanceProfile Shown(View view, InstanceProfileRecord profile) =>
        profile.RoleName is null
            ? profile.InstanceProfile
            : profile.InstanceProfile with
            {
                Roles = [InProfile(view, FindRole(view, profile.AccountId, profile.RoleName))],
            };

    private static Role InProfile(View view, RoleRecord role) =>
        Listed(view, role) with
        {
            MaxSessionDuration = null,
            Description = null,
        };
}
