using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.Clusters;

namespace Estiba.Ecs.Tests.Accounts;

public sealed class AccountSettingTests
{
    private const string User = "arn:aws:iam::123456789012:user/ana";
    private const string Root = "arn:aws:iam::123456789012:root";

    [Fact]
    public async Task Nothing_is_listed_before_something_is_set()
    {
        await using var world = await EcsWorld.CreateAsync();

        (await ListAsync(world, new ListAccountSettingsRequest())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Effective_settings_begin_with_the_defaults_of_ECS()
    {
        await using var world = await EcsWorld.CreateAsync();

        var settings = await ListAsync(world, new ListAccountSettingsRequest { EffectiveSettings = true });

        settings.ShouldContain(setting => setting.Name == "taskLongArnFormat" && setting.Value == "enabled");
        settings.ShouldContain(setting => setting.Name == "containerInsights" && setting.Value == "disabled");
    }

    [Fact]
    public async Task A_users_setting_goes_before_the_accounts()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.PutAccountSettingDefaultAsync(
            new PutAccountSettingDefaultRequest { Name = "containerInsights", Value = "enabled" },
            world.Caller
        );
        await world.Api.PutAccountSettingAsync(
            new PutAccountSettingRequest
            {
                Name = "containerInsights",
                Value = "enhanced",
                PrincipalArn = User,
            },
            world.Caller
        );

        (await EffectiveAsync(world, User)).ShouldBe("enhanced");
        (await EffectiveAsync(world, Root)).ShouldBe("enabled");
        (await EffectiveAsync(world, User + "2")).ShouldBe("enabled");
    }

    [Fact]
    public async Task A_deleted_setting_falls_back()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.PutAccountSettingAsync(
            new PutAccountSettingRequest
            {
                Name = "containerInsights",
                Value = "enabled",
                PrincipalArn = User,
            },
            world.Caller
        );

        var deleted = await world.Api.DeleteAccountSettingAsync(
            new DeleteAccountSettingRequest { Name = "containerInsights", PrincipalArn = User },
            world.Caller
        );

        deleted.Setting.ShouldBe(
            new Setting
            {
                Name = "containerInsights",
                Value = "disabled",
                PrincipalArn = User,
                Type = "user",
            }
        );
        (await ListAsync(world, new ListAccountSettingsRequest { PrincipalArn = User })).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("taskLongArnFormat", "ENABLED")]
    [InlineData("fargateTaskRetirementWaitPeriod", "8")]
    [InlineData("containerInsights", "on")]
    public async Task A_setting_cannot_have_any_value(string name, string value)
    {
        await using var world = await EcsWorld.CreateAsync();

        await ClusterTests.RefusedAsync(
            () =>
                world.Api.PutAccountSettingAsync(
                    new PutAccountSettingRequest { Name = name, Value = value },
                    world.Caller
                ),
            "InvalidParameterException",
            "Invalid setting 'value'"
        );
    }

    [Fact]
    public async Task Effective_settings_come_in_pages()
    {
        await using var world = await EcsWorld.CreateAsync();
        var first = await world.Api.ListAccountSettingsAsync(
            new ListAccountSettingsRequest { EffectiveSettings = true, MaxResults = 10 },
            world.Caller
        );
        var second = await world.Api.ListAccountSettingsAsync(
            new ListAccountSettingsRequest { EffectiveSettings = true, NextToken = first.NextToken },
            world.Caller
        );

        first.Settings!.Concat(second.Settings!).Select(setting => setting.Name).Distinct().Count().ShouldBe(11);
        second.NextToken.ShouldBeNull();
    }

    private static async Task<IReadOnlyList<Setting>> ListAsync(EcsWorld world, ListAccountSettingsRequest request)
    {
        var settings = new List<Setting>();
        string? token = null;
        do
        {
            var page = await world.Api.ListAccountSettingsAsync(request with { NextToken = token }, world.Caller);
            settings.AddRange(page.Settings!);
            token = page.NextToken;
        } while (token is not null);

        return settings;
    }

    private static async Task<string?> EffectiveAsync(EcsWorld world, string principal) => (
            await ListAsync(
                world,
                new ListAccountSettingsRequest
                {
                    Name = "containerInsights",
                    EffectiveSettings = true,
                    PrincipalArn = principal,
                }
            )
        ).Single().Value;
}
