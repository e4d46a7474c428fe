using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

/// <summary>When keys and roles were used last.</summary>
public sealed class LastUseTests
{
    [Fact]
    public async Task A_key_that_was_never_used_says_so()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;

        var used = await world.Iam.GetAccessKeyLastUsedAsync(new() { AccessKeyId = id }, IdentityWorld.Caller);

        (
            used.UserName,
            used.AccessKeyLastUsed!.LastUsedDate,
            used.AccessKeyLastUsed.ServiceName,
            used.AccessKeyLastUsed.Region
        ).ShouldBe(("alice", null, "N/A", "N/A"));
    }

    [Fact]
    public async Task A_key_tells_its_last_use_at_once_and_after_a_restart()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;
        world.Credentials.Used(world.Credentials.Find(id)!, "ecs", "eu-west-1");
        var atOnce = await LastAsync();
        await world.WriteUsesAsync();
        await world.RestartAsync();
        var later = await LastAsync();

        (atOnce.LastUsedDate, atOnce.ServiceName, atOnce.Region).ShouldBe((world.Time.GetUtcNow(), "ecs", "eu-west-1"));
        later.ShouldBe(atOnce);

        async Task<AccessKeyLastUsed> LastAsync() =>
            (
                await world.Iam.GetAccessKeyLastUsedAsync(new() { AccessKeyId = id }, IdentityWorld.Caller)
            ).AccessKeyLastUsed!;
    }

    [Fact]
    public async Task A_role_that_was_never_used_has_an_empty_last_use()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        (await RoleAsync(world)).ShouldBe(new RoleLastUsed());
    }

    [Fact]
    public async Task A_role_is_used_by_its_sessions()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = (await world.AssumeAsync((await world.RoleAsync()).Arn!)).Credentials!;

        world.Credentials.Used(world.Credentials.Find(session.AccessKeyId!)!, "logs", "us-west-2");

        (await RoleAsync(world)).ShouldBe(
            new RoleLastUsed { LastUsedDate = world.Time.GetUtcNow(), Region = "us-west-2" }
        );
    }

    [Fact]
    public async Task Uses_cost_a_commit_only_when_they_are_written_down()
    {
        await using var world = await IdentityWorld.StartAsync();
        var credential = world.Credentials.Find((await world.UserWithKeyAsync()).AccessKeyId!)!;
        var before = world.Store.Current.Revision;
        for (var i = 0; i < 100; i++)
            world.Credentials.Used(credential, "ecs", "eu-west-1");
        var used = world.Store.Current.Revision;
        await world.WriteUsesAsync();
        await world.WriteUsesAsync();

        (used - before, world.Store.Current.Revision - before).ShouldBe((0, 1));
    }

    [Fact]
    public async Task What_was_deleted_leaves_no_use_behind()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;
        world.Credentials.Used(world.Credentials.Find(id)!, "ecs", "eu-west-1");
        await world.WriteUsesAsync();
        world.Credentials.Used(world.Credentials.Find(id)!, "ecr", "eu-west-1");

        await world.Iam.DeleteAccessKeyAsync(new() { UserName = "alice", AccessKeyId = id }, IdentityWorld.Caller);
        await world.WriteUsesAsync();

        world.Store.Current.Count(IdentityTables.Uses).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_nobody_has_or_another_account_has_is_not_told_of()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;

        var error = await Should.ThrowAsync<AwsException>(() =>
            world.Iam.GetAccessKeyLastUsedAsync(
                new() { AccessKeyId = id },
                IdentityWorld.CallerOf(IdentityWorld.OtherAccount)
            )
        );

        (error.Code, error.StatusCode, error.Message).ShouldBe(
            (
                "AccessDenied",
                403,
                "User: arn:aws:iam::210987654321:root is not authorized to perform iam:GetAccessKeyLastUsed on "
                    + $"resource: access key {id}"
            )
        );
    }

    private static async Task<RoleLastUsed> RoleAsync(IdentityWorld world) =>
        (await world.Iam.GetRoleAsync(new() { RoleName = "app" }, IdentityWorld.Caller)).Role!.RoleLastUsed!;
}
