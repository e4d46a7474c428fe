using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class GroupTests
{
    [Fact]
    public async Task A_group_has_an_id_an_arn_and_a_date()
    {
        await using var world = await IdentityWorld.StartAsync();

        var group = (
            await world.Iam.CreateGroupAsync(new() { GroupName = "staff", Path = "/team/" }, IdentityWorld.Caller)
        ).Group!;

        group.GroupId!.ShouldMatch("^AGPA[A-Z2-7]{17}$");
        (group.Arn, group.CreateDate).ShouldBe(("arn:aws:iam::123456789012:group/team/staff", world.Time.GetUtcNow()));
        (await world.Iam.ListGroupsAsync(new() { PathPrefix = "/team/" }, IdentityWorld.Caller))
            .Groups!.Single()
            .ShouldBe(group);
        (
            await world.Iam.ListGroupsAsync(new() { PathPrefix = "/other/" }, IdentityWorld.Caller)
        ).Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_groups_cannot_have_one_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.GroupAsync();
        await world.GroupAsync("other");

        await world
            .GroupAsync("STAFF")
            .ShouldBeRefusedAsync("EntityAlreadyExists", "Group with name STAFF already exists.");
        await world
            .Iam.UpdateGroupAsync(new() { GroupName = "other", NewGroupName = "staff" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("EntityAlreadyExists", "Group with name staff already exists.");
    }

    [Fact]
    public async Task A_renamed_group_keeps_its_members_and_policies()
    {
        await using var world = await IdentityWorld.StartAsync();
        var before = await world.GroupAsync();
        await world.UserAsync();
        await JoinAsync(world);
        await world.Iam.PutGroupPolicyAsync(
            new()
            {
                GroupName = "staff",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );

        await world.Iam.UpdateGroupAsync(
            new()
            {
                GroupName = "staff",
                NewGroupName = "crew",
                NewPath = "/x/",
            },
            IdentityWorld.Caller
        );
        await world.RestartAsync();

        var found = await world.Iam.GetGroupAsync(new() { GroupName = "crew" }, IdentityWorld.Caller);
        (found.Group!.GroupId, found.Group.Arn, found.Users!.Single().UserName).ShouldBe(
            (before.GroupId, "arn:aws:iam::123456789012:group/x/crew", "alice")
        );
        (
            await world.Iam.ListGroupPoliciesAsync(new() { GroupName = "crew" }, IdentityWorld.Caller)
        ).PolicyNames.ShouldBe(["p"]);
        (await world.Iam.ListGroupsForUserAsync(new() { UserName = "alice" }, IdentityWorld.Caller))
            .Groups!.Single()
            .GroupName.ShouldBe("crew");
    }

    [Fact]
    public async Task A_user_joins_once_and_leaves_as_often_as_it_is_told_to()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.GroupAsync();
        await world.UserAsync();
        await JoinAsync(world);
        await JoinAsync(world);
        var members = (await world.Iam.GetGroupAsync(new() { GroupName = "staff" }, IdentityWorld.Caller)).Users!.Count;

        await LeaveAsync(world);
        await LeaveAsync(world);

        (
            members,
            (await world.Iam.GetGroupAsync(new() { GroupName = "staff" }, IdentityWorld.Caller)).Users!.Count
        ).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Who_or_what_does_not_exist_cannot_be_joined()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.GroupAsync();
        await world.UserAsync();

        await JoinAsync(world, user: "nobody")
            .ShouldBeRefusedAsync("NoSuchEntity", "The user with name nobody cannot be found.");
        await JoinAsync(world, group: "none")
            .ShouldBeRefusedAsync("NoSuchEntity", "The group with name none cannot be found.");
        await LeaveAsync(world, group: "none")
            .ShouldBeRefusedAsync("NoSuchEntity", "The group with name none cannot be found.");
        await LeaveAsync(world, "nobody", "none")
            .ShouldBeRefusedAsync("NoSuchEntity", "The user with name nobody cannot be found.");
    }

    [Fact]
    public async Task A_user_is_in_ten_groups_at_most()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        for (var i = 0; i < 10; i++)
        {
            await world.GroupAsync($"g{i}");
            await JoinAsync(world, group: $"g{i}");
        }

        await world.GroupAsync();

        await JoinAsync(world).ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10");
    }

    [Fact]
    public async Task Members_and_groups_are_listed_page_by_page()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.GroupAsync();
        foreach (var name in new[] { "c", "a", "b" })
        {
            await world.UserAsync(name);
            await JoinAsync(world, user: name);
        }

        var first = await world.Iam.GetGroupAsync(new() { GroupName = "staff", MaxItems = 2 }, IdentityWorld.Caller);
        var second = await world.Iam.GetGroupAsync(
            new()
            {
                GroupName = "staff",
                MaxItems = 2,
                Marker = first.Marker,
            },
            IdentityWorld.Caller
        );

        string.Concat(first.Users!.Concat(second.Users!).Select(user => user.UserName)).ShouldBe("abc");
        (first.IsTruncated, second.IsTruncated, second.Marker).ShouldBe((true, false, null));
    }

    [Fact]
    public async Task A_group_can_be_deleted_once_nothing_of_it_is_left()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.GroupAsync();
        await world.UserAsync();
        await JoinAsync(world);
        await world.Iam.PutGroupPolicyAsync(
            new()
            {
                GroupName = "staff",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );
        await world.Iam.AttachGroupPolicyAsync(
            new() { GroupName = "staff", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );

        await DeleteAsync()
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must remove users from group first.");
        await LeaveAsync(world);
        await DeleteAsync().ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must delete policies first.");
        await world.Iam.DeleteGroupPolicyAsync(new() { GroupName = "staff", PolicyName = "p" }, IdentityWorld.Caller);
        await DeleteAsync()
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must detach all policies first.");
        await world.Iam.DetachGroupPolicyAsync(
            new() { GroupName = "staff", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );
        await DeleteAsync();
        await DeleteAsync().ShouldBeRefusedAsync("NoSuchEntity", "The group with name staff cannot be found.");

        Task DeleteAsync() => world.Iam.DeleteGroupAsync(new() { GroupName = "staff" }, IdentityWorld.Caller);
    }

    [Fact]
    public async Task Policies_of_a_group_are_read_and_listed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.GroupAsync();
        await world.Iam.PutGroupPolicyAsync(
            new()
            {
                GroupName = "staff",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );
        await world.Iam.AttachGroupPolicyAsync(
            new() { GroupName = "staff", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );

        (
            await world.Iam.GetGroupPolicyAsync(new() { GroupName = "staff", PolicyName = "p" }, IdentityWorld.Caller)
        ).PolicyDocument.ShouldBe(Uri.EscapeDataString(IdentityWorld.Permissions));
        (await world.Iam.ListAttachedGroupPoliciesAsync(new() { GroupName = "staff" }, IdentityWorld.Caller))
            .AttachedPolicies!.Single()
            .PolicyArn.ShouldBe(IdentityWorld.AwsPolicy);
        await Refusal
            .Of(() =>
                world.Iam.GetGroupPolicyAsync(new() { GroupName = "staff", PolicyName = "q" }, IdentityWorld.Caller)
            )
            .ShouldBeRefusedAsync("NoSuchEntity", "The group policy with name q cannot be found.");
    }

    private static Task<AddUserToGroupResponse> JoinAsync(
        IdentityWorld world,
        string user = "alice",
        string group = "staff"
    ) => world.Iam.AddUserToGroupAsync(new() { GroupName = group, UserName = user }, IdentityWorld.Caller);

    private static Task<RemoveUserFromGroupResponse> LeaveAsync(
        IdentityWorld world,
        string user = "alice",
        string group = "staff"
    ) => world.Iam.RemoveUserFromGroupAsync(new() { GroupName = group, UserName = user }, IdentityWorld.Caller);
}
