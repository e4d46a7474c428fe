using Estiba.Contracts.Iam;
using Estiba.Contracts.Sts;
using Estiba.Identity.Sessions;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Whose keys end when whoever they speak for is gone.</summary>
public sealed class RemovedPrincipalTests
{
    [Fact]
    public async Task The_sessions_of_a_role_end_with_it()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = (await world.AssumeAsync((await world.RoleAsync()).Arn!)).Credentials!.AccessKeyId!;

        await world.Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller);

        world.Credentials.Find(session).ShouldBeNull();
    }

    [Fact]
    public async Task A_role_that_is_made_again_is_another()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = (await world.AssumeAsync((await world.RoleAsync()).Arn!)).Credentials!.AccessKeyId!;

        await world.Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller);
        var role = await world.RoleAsync();

        world.Credentials.Find(session).ShouldBeNull();
        world.Credentials.Find((await world.AssumeAsync(role.Arn!)).Credentials!.AccessKeyId!).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_sessions_of_a_key_end_with_it()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = (await world.UserWithKeyAsync()).AccessKeyId!;
        var session = (await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), world.CallerWith(key)))
            .Credentials!
            .AccessKeyId!;

        await world.Iam.UpdateAccessKeyAsync(
            new UpdateAccessKeyRequest
            {
                UserName = "alice",
                AccessKeyId = key,
                Status = "Inactive",
            },
            IdentityWorld.Caller
        );
        var inactive = world.Credentials.Find(session);
        await world.Iam.UpdateAccessKeyAsync(
            new UpdateAccessKeyRequest
            {
                UserName = "alice",
                AccessKeyId = key,
                Status = "Active",
            },
            IdentityWorld.Caller
        );
        var active = world.Credentials.Find(session);
        await world.Iam.DeleteAccessKeyAsync(
            new DeleteAccessKeyRequest { UserName = "alice", AccessKeyId = key },
            IdentityWorld.Caller
        );

        (inactive is null, active is null, world.Credentials.Find(session) is null).ShouldBe((true, false, true));
    }

    [Fact]
    public async Task The_sessions_of_a_user_end_with_it_also_when_another_has_its_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = (await world.UserWithKeyAsync()).AccessKeyId!;
        var session = (await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), world.CallerWith(key)))
            .Credentials!
            .AccessKeyId!;
        await world.Iam.DeleteAccessKeyAsync(
            new DeleteAccessKeyRequest { UserName = "alice", AccessKeyId = key },
            IdentityWorld.Caller
        );
        await world.Iam.DeleteUserAsync(new DeleteUserRequest { UserName = "alice" }, IdentityWorld.Caller);

        await world.UserWithKeyAsync();

        world.Credentials.Find(session).ShouldBeNull();
    }

    [Fact]
    public async Task The_session_of_a_user_goes_on_under_the_users_new_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = (await world.UserWithKeyAsync()).AccessKeyId!;
        var session = (await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), world.CallerWith(key)))
            .Credentials!
            .AccessKeyId!;

        await world.Iam.UpdateUserAsync(
            new UpdateUserRequest { UserName = "alice", NewUserName = "alicia" },
            IdentityWorld.Caller
        );

        world.Credentials.Find(session).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_sessions_of_the_owners_key_stay()
    {
        await using var world = await IdentityWorld.StartAsync();

        var session = (await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), IdentityWorld.Caller))
            .Credentials!
            .AccessKeyId!;

        world.Credentials.Find(session).ShouldNotBeNull();
    }

    [Fact]
    public async Task Sessions_of_an_older_version_are_read()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();
        var old = new SessionRecord
        {
            AccessKeyId = "ASIAOLD",
            AccountId = IdentityWorld.Account,
            PrincipalArn = "arn:aws:sts::123456789012:assumed-role/app/old",
            UserId = $"{role.RoleId}:old",
            Expires = world.Time.GetUtcNow().AddHours(1),
        };
        await world.Store.CommitAsync(
            transaction => transaction.Put(IdentityTables.Sessions, old),
            TestContext.Current.CancellationToken
        );
        await world.RestartAsync();

        world.Credentials.Find("ASIAOLD")!.PrincipalArn.ShouldBe(old.PrincipalArn);
    }
}
