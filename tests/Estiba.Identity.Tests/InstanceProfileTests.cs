using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class InstanceProfileTests
{
    [Fact]
    public async Task A_profile_shows_its_role()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AddAsync(world);

        var profile = (
            await world.Iam.GetInstanceProfileAsync(
                new GetInstanceProfileRequest { InstanceProfileName = "ip" },
                IdentityWorld.Caller
            )
        ).InstanceProfile!;

        (profile.Arn, profile.Roles!.Single().RoleName).ShouldBe(
            ("arn:aws:iam::123456789012:instance-profile/ip", "app")
        );
    }

    [Fact]
    public async Task A_profile_has_one_role()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AddAsync(world);

        await AddAsync(world)
            .ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    }

    [Fact]
    public async Task A_profile_with_a_role_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AddAsync(world);

        await DeleteAsync(world)
            .ShouldBeRefusedAsync(
                "DeleteConflict",
                "Cannot delete entity, must remove roles from instance profile first."
            );
    }

    [Fact]
    public async Task A_profile_without_its_role_can_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AddAsync(world);
        await world.Iam.RemoveRoleFromInstanceProfileAsync(
            new RemoveRoleFromInstanceProfileRequest { InstanceProfileName = "ip", RoleName = "app" },
            IdentityWorld.Caller
        );

        await DeleteAsync(world);

        await DeleteAsync(world).ShouldBeRefusedAsync("NoSuchEntity", "Instance Profile ip cannot be found.");
    }

    [Fact]
    public async Task A_role_that_is_not_in_the_profile_cannot_be_removed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await CreateAsync(world);

        await world
            .Iam.RemoveRoleFromInstanceProfileAsync(
                new RemoveRoleFromInstanceProfileRequest { InstanceProfileName = "ip", RoleName = "app" },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("NoSuchEntity", "The role with name app cannot be found.");
    }

    [Fact]
    public async Task Two_profiles_cannot_have_one_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        await CreateAsync(world);

        await CreateAsync(world).ShouldBeRefusedAsync("EntityAlreadyExists", "Instance Profile ip already exists.");
    }

    [Fact]
    public async Task The_profiles_of_a_role_are_listed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await CreateAsync(world, "other");
        await AddAsync(world);

        (
            await world.Iam.ListInstanceProfilesForRoleAsync(
                new ListInstanceProfilesForRoleRequest { RoleName = "app" },
                IdentityWorld.Caller
            )
        )
            .InstanceProfiles!.Single()
            .InstanceProfileName.ShouldBe("ip");
    }

    [Fact]
    public async Task All_profiles_are_listed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await CreateAsync(world);
        await CreateAsync(world, "other");

        (await world.Iam.ListInstanceProfilesAsync(new ListInstanceProfilesRequest(), IdentityWorld.Caller))
            .InstanceProfiles!.Select(profile => profile.InstanceProfileName)
            .ShouldBe(["ip", "other"]);
    }

    private static Task<CreateInstanceProfileResponse> CreateAsync(IdentityWorld world, string name = "ip") =>
        world.Iam.CreateInstanceProfileAsync(
            new CreateInstanceProfileRequest { InstanceProfileName = name },
            IdentityWorld.Caller
        );

    private static Task<AddRoleToInstanceProfileResponse> AddAsync(IdentityWorld world) =>
        world.Iam.AddRoleToInstanceProfileAsync(
            new AddRoleToInstanceProfileRequest { InstanceProfileName = "ip", RoleName = "app" },
            IdentityWorld.Caller
        );

    private static Task<DeleteInstanceProfileResponse> DeleteAsync(IdentityWorld world) =>
        world.Iam.DeleteInstanceProfileAsync(
            new DeleteInstanceProfileRequest { InstanceProfileName = "ip" },
            IdentityWorld.Caller
        );
}
