using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class CredentialDirectoryTests
{
    [Fact]
    public async Task The_owners_key_speaks_for_the_root_of_the_account()
    {
        await using var world = await IdentityWorld.StartAsync();

        world.Credentials.Find("AKIAROOTROOTROOTROOT")!.PrincipalArn.ShouldBe("arn:aws:iam::123456789012:root");
    }

    [Fact]
    public async Task Nobody_has_an_unknown_key()
    {
        await using var world = await IdentityWorld.StartAsync();

        world.Credentials.Find("AKIAUNKNOWNUNKNOWNUN").ShouldBeNull();
    }

    [Fact]
    public async Task A_users_key_is_known_as_soon_as_it_is_made()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();

        var credential = world.Credentials.Find(key.AccessKeyId!)!;

        (credential.SecretAccessKey, credential.PrincipalArn, credential.SessionToken).ShouldBe(
            (key.SecretAccessKey, "arn:aws:iam::123456789012:user/alice", null)
        );
    }

    [Fact]
    public async Task A_key_survives_a_restart()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();
        await world.RestartAsync();

        world.Credentials.Find(key.AccessKeyId!)!.SecretAccessKey.ShouldBe(key.SecretAccessKey);
    }

    [Fact]
    public async Task An_inactive_key_is_nobodys_until_it_is_active_again()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;

        await world.Iam.UpdateAccessKeyAsync(
            new UpdateAccessKeyRequest
            {
                UserName = "alice",
                AccessKeyId = id,
                Status = "Inactive",
            },
            IdentityWorld.Caller
        );
        var inactive = world.Credentials.Find(id);
        await world.Iam.UpdateAccessKeyAsync(
            new UpdateAccessKeyRequest
            {
                UserName = "alice",
                AccessKeyId = id,
                Status = "Active",
            },
            IdentityWorld.Caller
        );

        (inactive is null, world.Credentials.Find(id) is null).ShouldBe((true, false));
    }

    [Fact]
    public async Task A_deleted_key_is_nobodys()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;

        await world.Iam.DeleteAccessKeyAsync(
            new DeleteAccessKeyRequest { UserName = "alice", AccessKeyId = id },
            IdentityWorld.Caller
        );

        world.Credentials.Find(id).ShouldBeNull();
    }

    [Fact]
    public async Task A_sessions_key_comes_with_its_token_and_its_end()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();
        var session = (await world.AssumeAsync(role.Arn!)).Credentials!;

        var credential = world.Credentials.Find(session.AccessKeyId!)!;

        (credential.SecretAccessKey, credential.SessionToken, credential.Expires, credential.PrincipalArn).ShouldBe(
            (
                session.SecretAccessKey,
                session.SessionToken,
                world.Time.GetUtcNow().AddHours(1),
                "arn:aws:sts::123456789012:assumed-role/app/session"
            )
        );
    }
}
