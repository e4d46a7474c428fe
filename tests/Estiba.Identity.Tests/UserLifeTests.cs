using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class UserLifeTests
{
    private const string Boundary = "arn:aws:iam::123456789012:policy/p";

    [Fact]
    public async Task A_renamed_user_keeps_its_id_its_keys_its_groups_and_its_policies()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();
        var before = await GetAsync(world, "alice");
        await world.GroupAsync();
        await world.Iam.AddUserToGroupAsync(new() { GroupName = "staff", UserName = "alice" }, IdentityWorld.Caller);
        await world.Iam.PutUserPolicyAsync(
            new()
            {
                UserName = "alice",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );

        await world.Iam.UpdateUserAsync(
            new()
            {
                UserName = "ALICE",
                NewUserName = "carol",
                NewPath = "/team/",
            },
            IdentityWorld.Caller
        );
        await world.RestartAsync();

        var user = await GetAsync(world, "carol");
        (user.UserId, user.Arn, user.Path).ShouldBe(
            (before.UserId, "arn:aws:iam::123456789012:user/team/carol", "/team/")
        );
        world.Credentials.Find(key.AccessKeyId!)!.PrincipalArn.ShouldBe(user.Arn);
        (await world.Iam.ListAccessKeysAsync(new() { UserName = "carol" }, IdentityWorld.Caller))
            .AccessKeyMetadata!.Single()
            .UserName.ShouldBe("carol");
        (await world.Iam.ListGroupsForUserAsync(new() { UserName = "carol" }, IdentityWorld.Caller))
            .Groups!.Single()
            .GroupName.ShouldBe("staff");
        (await world.Iam.GetGroupAsync(new() { GroupName = "staff" }, IdentityWorld.Caller))
            .Users!.Single()
            .UserName.ShouldBe("carol");
        (
            await world.Iam.ListUserPoliciesAsync(new() { UserName = "carol" }, IdentityWorld.Caller)
        ).PolicyNames.ShouldBe(["p"]);
        await Refusal
            .Of(() => GetAsync(world, "alice"))
            .ShouldBeRefusedAsync("NoSuchEntity", "The user with name alice cannot be found.");
    }

    [Fact]
    public async Task A_user_may_change_the_case_of_its_name_but_not_take_another_users()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        await world.UserAsync("bob");

        await world.Iam.UpdateUserAsync(new() { UserName = "alice", NewUserName = "Alice" }, IdentityWorld.Caller);

        (await GetAsync(world, "alice")).UserName.ShouldBe("Alice");
        await world
            .Iam.UpdateUserAsync(new() { UserName = "alice", NewUserName = "BOB" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("EntityAlreadyExists", "User with name BOB already exists.");
    }

    [Fact]
    public async Task Tags_of_a_user_are_added_replaced_and_removed_without_regard_to_case()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreateUserAsync(
            new() { UserName = "alice", Tags = [Tag("b", "1"), Tag("a", "1")] },
            IdentityWorld.Caller
        );
        await world.Iam.TagUserAsync(
            new() { UserName = "alice", Tags = [Tag("B", "2"), Tag("c", "1")] },
            IdentityWorld.Caller
        );
        await world.Iam.UntagUserAsync(new() { UserName = "alice", TagKeys = ["A", "nothing"] }, IdentityWorld.Caller);

        var tags = (await world.Iam.ListUserTagsAsync(new() { UserName = "alice" }, IdentityWorld.Caller)).Tags!;

        tags.Select(tag => $"{tag.Key}={tag.Value}").ShouldBe(["B=2", "c=1"]);
        (await GetAsync(world, "alice")).Tags!.Count.ShouldBe(2);
        (await world.Iam.ListUsersAsync(new(), IdentityWorld.Caller)).Users!.Single().Tags.ShouldBeNull();
    }

    [Theory]
    [InlineData("aws:mine", "1")]
    [InlineData("AWS:mine", "1")]
    [InlineData("mine", "aws:1")]
    public async Task Tags_of_AWS_are_refused(string key, string value)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreateUserAsync(new() { UserName = "alice" }, IdentityWorld.Caller);

        await world
            .Iam.TagUserAsync(new() { UserName = "alice", Tags = [Tag(key, value)] }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(
                "InvalidInput",
                "Tag keys and values cannot begin with aws:, which is reserved for AWS."
            );
    }

    [Fact]
    public async Task A_users_last_tag_goes_with_its_list()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreateUserAsync(new() { UserName = "alice", Tags = [Tag("a", "1")] }, IdentityWorld.Caller);

        await world.Iam.UntagUserAsync(new() { UserName = "alice", TagKeys = ["a"] }, IdentityWorld.Caller);

        (await GetAsync(world, "alice")).Tags.ShouldBeNull();
        (await world.Iam.ListUserTagsAsync(new() { UserName = "alice" }, IdentityWorld.Caller)).Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_users_boundary_is_put_counted_and_taken_away()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await world.UserAsync();

        await world.Iam.PutUserPermissionsBoundaryAsync(
            new() { UserName = "alice", PermissionsBoundary = Boundary },
            IdentityWorld.Caller
        );
        var bounded = (await GetAsync(world, "alice")).PermissionsBoundary!;
        var counted = (await world.Iam.GetPolicyAsync(new() { PolicyArn = Boundary }, IdentityWorld.Caller)).Policy!;
        await world
            .Iam.DeletePolicyAsync(new() { PolicyArn = Boundary }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete a policy attached to entities.");
        await world.Iam.DeleteUserPermissionsBoundaryAsync(new() { UserName = "alice" }, IdentityWorld.Caller);

        (
            bounded.PermissionsBoundaryArn,
            bounded.PermissionsBoundaryType,
            counted.PermissionsBoundaryUsageCount
        ).ShouldBe((Boundary, "Policy", 1));
        (await GetAsync(world, "alice")).PermissionsBoundary.ShouldBeNull();
    }

    [Fact]
    public async Task A_boundary_must_be_a_policy_that_exists()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();

        await world
            .Iam.PutUserPermissionsBoundaryAsync(
                new() { UserName = "alice", PermissionsBoundary = Boundary },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("NoSuchEntity", $"Scope ARN: {Boundary} does not exist or is not attachable.");
        await world
            .Iam.CreateUserAsync(
                new() { UserName = "bob", PermissionsBoundary = "arn:aws:iam::123456789012:not_a_policy/x" },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("InvalidInput", "ARN arn:aws:iam::123456789012:not_a_policy/x is not valid.");
        await Refusal
            .Of(() => GetAsync(world, "bob"))
            .ShouldBeRefusedAsync("NoSuchEntity", "The user with name bob cannot be found.");
    }

    [Fact]
    public async Task Policies_inside_of_a_user_are_kept_by_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        var put = new PutUserPolicyRequest
        {
            UserName = "alice",
            PolicyName = "p",
            PolicyDocument = IdentityWorld.Permissions,
        };
        await world.Iam.PutUserPolicyAsync(put, IdentityWorld.Caller);
        await world.Iam.PutUserPolicyAsync(put with { PolicyName = "q" }, IdentityWorld.Caller);

        (
            await world.Iam.GetUserPolicyAsync(new() { UserName = "alice", PolicyName = "p" }, IdentityWorld.Caller)
        ).PolicyDocument.ShouldBe(Uri.EscapeDataString(IdentityWorld.Permissions));
        await world.Iam.DeleteUserPolicyAsync(new() { UserName = "alice", PolicyName = "p" }, IdentityWorld.Caller);
        (
            await world.Iam.ListUserPoliciesAsync(new() { UserName = "alice" }, IdentityWorld.Caller)
        ).PolicyNames.ShouldBe(["q"]);
        await world
            .Iam.DeleteUserPolicyAsync(new() { UserName = "alice", PolicyName = "p" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", "The user policy with name p cannot be found.");
    }

    [Fact]
    public async Task Managed_policies_are_attached_to_a_user_and_detached()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        await world.Iam.AttachUserPolicyAsync(
            new() { UserName = "alice", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );

        (
            await world.Iam.ListAttachedUserPoliciesAsync(
                new() { UserName = "alice", PathPrefix = "/service-role/" },
                IdentityWorld.Caller
            )
        )
            .AttachedPolicies!.Single()
            .PolicyArn.ShouldBe(IdentityWorld.AwsPolicy);
        (
            await world.Iam.ListAttachedUserPoliciesAsync(
                new() { UserName = "alice", PathPrefix = "/other/" },
                IdentityWorld.Caller
            )
        ).AttachedPolicies.ShouldBeEmpty();
        await world.Iam.DetachUserPolicyAsync(
            new() { UserName = "alice", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );
        await world
            .Iam.DetachUserPolicyAsync(
                new() { UserName = "alice", PolicyArn = IdentityWorld.AwsPolicy },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {IdentityWorld.AwsPolicy} was not found.");
    }

    [Fact]
    public async Task A_user_can_be_deleted_once_nothing_of_it_is_left()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        await world.GroupAsync();
        await world.Iam.PutUserPolicyAsync(
            new()
            {
                UserName = "alice",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );
        await world.Iam.AttachUserPolicyAsync(
            new() { UserName = "alice", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );
        await world.Iam.AddUserToGroupAsync(new() { GroupName = "staff", UserName = "alice" }, IdentityWorld.Caller);

        await DeleteAsync().ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must delete policies first.");
        await world.Iam.DeleteUserPolicyAsync(new() { UserName = "alice", PolicyName = "p" }, IdentityWorld.Caller);
        await DeleteAsync()
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must detach all policies first.");
        await world.Iam.DetachUserPolicyAsync(
            new() { UserName = "alice", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );
        await DeleteAsync()
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must remove users from group first.");
        await world.Iam.RemoveUserFromGroupAsync(
            new() { GroupName = "staff", UserName = "alice" },
            IdentityWorld.Caller
        );
        await DeleteAsync();

        Task DeleteAsync() => world.Iam.DeleteUserAsync(new() { UserName = "alice" }, IdentityWorld.Caller);
    }

    [Fact]
    public async Task A_user_that_an_earlier_version_wrote_has_no_policies()
    {
        await using var world = await IdentityWorld.StartAsync();
        var user = System.Text.Json.JsonSerializer.Deserialize(
            """{"accountId":"123456789012","user":{"Path":"/","UserName":"old","UserId":"AIDA","Arn":"arn:aws:iam::123456789012:user/old"}}""",
            IdentityJson.Default.UserRecord
        )!;
        await world.Store.CommitAsync(transaction => transaction.Put(IdentityTables.Users, user));

        (
            await world.Iam.ListUserPoliciesAsync(new() { UserName = "old" }, IdentityWorld.Caller)
        ).PolicyNames.ShouldBeEmpty();
        (
            await world.Iam.ListAttachedUserPoliciesAsync(new() { UserName = "old" }, IdentityWorld.Caller)
        ).AttachedPolicies.ShouldBeEmpty();
        await world.Iam.DeleteUserAsync(new() { UserName = "old" }, IdentityWorld.Caller);
    }

    private static async Task<User> GetAsync(IdentityWorld world, string name) =>
        (await world.Iam.GetUserAsync(new() { UserName = name }, IdentityWorld.Caller)).User!;

    private static Tag Tag(string key, string value) => new() { Key = key, Value = value };
}
