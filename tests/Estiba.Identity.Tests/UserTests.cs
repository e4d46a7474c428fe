using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class UserTests
{
    private const string MayGetUser =
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}""";

    [Fact]
    public async Task A_user_is_listed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserWithKeyAsync();

        (await world.Iam.ListUsersAsync(new ListUsersRequest(), IdentityWorld.Caller))
            .Users!.Single()
            .Arn.ShouldBe("arn:aws:iam::123456789012:user/alice");
    }

    [Fact]
    public async Task Two_users_cannot_have_one_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserWithKeyAsync();

        await world
            .Iam.CreateUserAsync(new CreateUserRequest { UserName = "Alice" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("EntityAlreadyExists", "User with name Alice already exists.");
    }

    [Fact]
    public async Task A_user_with_a_key_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserWithKeyAsync();

        await world
            .Iam.DeleteUserAsync(new DeleteUserRequest { UserName = "alice" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must delete access keys first.");
    }

    [Fact]
    public async Task A_user_without_keys_can_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreateUserAsync(new CreateUserRequest { UserName = "alice" }, IdentityWorld.Caller);

        await world.Iam.DeleteUserAsync(new DeleteUserRequest { UserName = "alice" }, IdentityWorld.Caller);

        await Refusal
            .Of(() => world.Iam.GetUserAsync(new GetUserRequest { UserName = "alice" }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", "The user with name alice cannot be found.");
    }

    [Fact]
    public async Task A_user_finds_itself_without_a_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();
        await world.Iam.PutUserPolicyAsync(
            new()
            {
                UserName = "alice",
                PolicyName = "own",
                PolicyDocument = MayGetUser,
            },
            IdentityWorld.Caller
        );

        (
            await world.Iam.GetUserAsync(new GetUserRequest(), world.CallerWith(key.AccessKeyId!))
        ).User!.UserName.ShouldBe("alice");
    }

    [Fact]
    public async Task The_owner_finds_the_root_without_a_name()
    {
        await using var world = await IdentityWorld.StartAsync();

        (await world.Iam.GetUserAsync(new GetUserRequest(), IdentityWorld.Caller)).User!.Arn.ShouldBe(
            "arn:aws:iam::123456789012:root"
        );
    }

    [Fact]
    public async Task A_role_is_no_user()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(MayGetUser);

        await Refusal
            .Of(() => world.Iam.GetUserAsync(new GetUserRequest(), session))
            .ShouldBeRefusedAsync("ValidationError", "Must specify userName when calling with non-User credentials");
    }

    [Fact]
    public async Task A_user_has_two_keys_at_most()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserWithKeyAsync();
        var request = new CreateAccessKeyRequest { UserName = "alice" };
        await world.Iam.CreateAccessKeyAsync(request, IdentityWorld.Caller);

        await world
            .Iam.CreateAccessKeyAsync(request, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
    }

    [Fact]
    public async Task Keys_are_listed_without_their_secrets()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();

        var listed = (
            await world.Iam.ListAccessKeysAsync(new ListAccessKeysRequest { UserName = "alice" }, IdentityWorld.Caller)
        ).AccessKeyMetadata!.Single();

        (
            listed.AccessKeyId,
            listed.Status,
            ShapeJson.ToText(listed).Contains(key.SecretAccessKey!, StringComparison.Ordinal)
        ).ShouldBe((key.AccessKeyId, "Active", false));
    }

    [Fact]
    public async Task A_key_of_somebody_else_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();
        await world.Iam.CreateUserAsync(new CreateUserRequest { UserName = "bob" }, IdentityWorld.Caller);

        await world
            .Iam.DeleteAccessKeyAsync(
                new DeleteAccessKeyRequest { UserName = "bob", AccessKeyId = key.AccessKeyId },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("NoSuchEntity", $"The Access Key with id {key.AccessKeyId} cannot be found.");
    }

    [Fact]
    public async Task A_key_made_by_the_owner_for_itself_speaks_for_the_root()
    {
        await using var world = await IdentityWorld.StartAsync();

        var key = (await world.Iam.CreateAccessKeyAsync(new CreateAccessKeyRequest(), IdentityWorld.Caller)).AccessKey!;

        world.Credentials.Find(key.AccessKeyId!)!.PrincipalArn.ShouldBe("arn:aws:iam::123456789012:root");
    }
}
