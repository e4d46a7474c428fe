using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class RoleLifeTests
{
    [Fact]
    public async Task Description_and_longest_session_are_changed_one_by_one()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world.Iam.UpdateRoleAsync(
            new()
            {
                RoleName = "app",
                Description = "new",
                MaxSessionDuration = 7200,
            },
            IdentityWorld.Caller
        );
        await world.Iam.UpdateRoleAsync(new() { RoleName = "app" }, IdentityWorld.Caller);
        var updated = await GetAsync(world, "app");
        var described = (
            await world.Iam.UpdateRoleDescriptionAsync(
                new() { RoleName = "app", Description = "newer" },
                IdentityWorld.Caller
            )
        ).Role!;

        (updated.Description, updated.MaxSessionDuration).ShouldBe(("new", 7200));
        (described.Description, described.MaxSessionDuration, described.AssumeRolePolicyDocument).ShouldBe(
            ("newer", null, Uri.EscapeDataString(IdentityWorld.Trust))
        );
        await world
            .Iam.UpdateRoleAsync(new() { RoleName = "none" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", "The role with name none cannot be found.");
    }

    [Fact]
    public async Task A_roles_boundary_is_shown_and_taken_away()
    {
        await using var world = await IdentityWorld.StartAsync();
        var policy = await world.PolicyAsync();
        await world.RoleAsync();

        await world.Iam.PutRolePermissionsBoundaryAsync(
            new() { RoleName = "app", PermissionsBoundary = policy.Arn },
            IdentityWorld.Caller
        );
        var bounded = await GetAsync(world, "app");
        await world.Iam.DeleteRolePermissionsBoundaryAsync(new() { RoleName = "app" }, IdentityWorld.Caller);

        (
            bounded.PermissionsBoundary!.PermissionsBoundaryType,
            bounded.PermissionsBoundary.PermissionsBoundaryArn
        ).ShouldBe(("Policy", policy.Arn));
        (await GetAsync(world, "app")).PermissionsBoundary.ShouldBeNull();
    }

    [Fact]
    public async Task A_marker_is_good_for_its_own_list_alone()
    {
        await using var world = await IdentityWorld.StartAsync();
        foreach (var name in new[] { "a", "b" })
            await world.RoleAsync(name, "/x/");

        var marker = (
            await world.Iam.ListRolesAsync(new() { MaxItems = 1, PathPrefix = "/x/" }, IdentityWorld.Caller)
        ).Marker!;

        marker.Length.ShouldBeLessThan(320);
        (
            await world.Iam.ListRolesAsync(
                new()
                {
                    MaxItems = 5,
                    PathPrefix = "/x/",
                    Marker = marker,
                },
                IdentityWorld.Caller
            )
        ).Roles!.Single().RoleName.ShouldBe("b");
        await Refusal
            .Of(() => world.Iam.ListRolesAsync(new() { Marker = marker }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("ValidationError", $"Invalid Marker: {marker}");
        await Refusal
            .Of(() => world.Iam.ListUsersAsync(new() { PathPrefix = "/x/", Marker = marker }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("ValidationError", $"Invalid Marker: {marker}");
    }

    [Fact]
    public async Task A_services_role_has_its_policy_and_can_be_described_and_tagged()
    {
        await using var world = await IdentityWorld.StartAsync();
        var name = (
            await world.Iam.CreateServiceLinkedRoleAsync(
                new() { AWSServiceName = "ecs.amazonaws.com", Description = "d" },
                IdentityWorld.Caller
            )
        )
            .Role!
            .RoleName!;

        await world.Iam.UpdateRoleAsync(new() { RoleName = name, Description = "e" }, IdentityWorld.Caller);
        await world.Iam.TagRoleAsync(
            new() { RoleName = name, Tags = [new() { Key = "a", Value = "1" }] },
            IdentityWorld.Caller
        );

        var role = await GetAsync(world, name);
        (role.Description, role.Tags!.Single().Key).ShouldBe(("e", "a"));
        (await world.Iam.ListAttachedRolePoliciesAsync(new() { RoleName = name }, IdentityWorld.Caller))
            .AttachedPolicies!.Single()
            .PolicyArn.ShouldBe("arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy");
        await world
            .Iam.UpdateRoleAsync(new() { RoleName = name, MaxSessionDuration = 7200 }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(
                "UnmodifiableEntity",
                $"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
            );
    }

    [Fact]
    public async Task A_services_role_is_deleted_by_a_task()
    {
        await using var world = await IdentityWorld.StartAsync();
        var name = (
            await world.Iam.CreateServiceLinkedRoleAsync(
                new() { AWSServiceName = "autoscaling.amazonaws.com", CustomSuffix = "web" },
                IdentityWorld.Caller
            )
        )
            .Role!
            .RoleName!;

        var task = (
            await world.Iam.DeleteServiceLinkedRoleAsync(new() { RoleName = name }, IdentityWorld.Caller)
        ).DeletionTaskId!;

        name.ShouldBe("AWSServiceRoleForAutoScaling_web");
        task.ShouldStartWith($"task/aws-service-role/autoscaling.amazonaws.com/{name}/");
        (
            await world.Iam.GetServiceLinkedRoleDeletionStatusAsync(
                new() { DeletionTaskId = task },
                IdentityWorld.Caller
            )
        ).Status.ShouldBe("SUCCEEDED");
        await Refusal
            .Of(() => GetAsync(world, name))
            .ShouldBeRefusedAsync("NoSuchEntity", $"The role with name {name} cannot be found.");
        await Refusal
            .Of(() =>
                world.Iam.GetServiceLinkedRoleDeletionStatusAsync(
                    new() { DeletionTaskId = "task/x" },
                    IdentityWorld.Caller
                )
            )
            .ShouldBeRefusedAsync("NoSuchEntity", "The deletion task with id task/x cannot be found.");
    }

    [Fact]
    public async Task Only_a_services_role_is_deleted_so_and_only_some_have_suffixes()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .Iam.DeleteServiceLinkedRoleAsync(new() { RoleName = "app" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", "The role with name app cannot be found.");
        await world
            .Iam.CreateServiceLinkedRoleAsync(
                new() { AWSServiceName = "ecs.amazonaws.com", CustomSuffix = "web" },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("InvalidInput", "Custom suffix is not allowed for ecs.amazonaws.com");
    }

    [Fact]
    public async Task Tags_of_an_instance_profile_are_kept()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreateInstanceProfileAsync(new() { InstanceProfileName = "ip" }, IdentityWorld.Caller);
        var before = (
            await world.Iam.GetInstanceProfileAsync(new() { InstanceProfileName = "ip" }, IdentityWorld.Caller)
        )
            .InstanceProfile!
            .Tags;

        await world.Iam.TagInstanceProfileAsync(
            new()
            {
                InstanceProfileName = "ip",
                Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "" }],
            },
            IdentityWorld.Caller
        );
        await world.Iam.UntagInstanceProfileAsync(
            new() { InstanceProfileName = "ip", TagKeys = ["a"] },
            IdentityWorld.Caller
        );

        before.ShouldBeEmpty();
        (await world.Iam.ListInstanceProfileTagsAsync(new() { InstanceProfileName = "ip" }, IdentityWorld.Caller))
            .Tags!.Single()
            .Key.ShouldBe("b");
        (await world.Iam.GetInstanceProfileAsync(new() { InstanceProfileName = "IP" }, IdentityWorld.Caller))
            .InstanceProfile!.Tags!.Single()
            .Key.ShouldBe("b");
    }

    private static async Task<Role> GetAsync(IdentityWorld world, string name) =>
        (await world.Iam.GetRoleAsync(new() { RoleName = name }, IdentityWorld.Caller)).Role!;
}
