using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.Tests.Activities;

public sealed class ActivityTests
{
    [Fact]
    public async Task Activities_come_newest_first_and_in_pages()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 1);
        await using var _1 = world;
        for (var count = 2; count <= 6; count++)
        {
            await world.RegisterAsync(count, null);
            await world.PassAsync(TimeSpan.FromMinutes(1));
        }

        service.Desired.ShouldBe(6);
        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await world.Api.DescribeScalingActivitiesAsync(
                new DescribeScalingActivitiesRequest
                {
                    ServiceNamespace = "ecs",
                    MaxResults = 2,
                    NextToken = token,
                },
                ScalingWorld.Context
            );
            page.ScalingActivities!.Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.ScalingActivities.Select(activity => activity.Description!));
            token = page.NextToken;
        } while (token is not null);

        seen.ShouldBe(Enumerable.Range(2, 5).Reverse().Select(count => $"Setting desired count to {count}."));
    }

    [Fact]
    public async Task After_six_weeks_they_are_forgotten()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync(desired: 1, min: 2);
        await using var _1 = world;
        (await world.ActivitiesAsync()).Count.ShouldBe(1);

        world.Time.Advance(TimeSpan.FromDays(42) + TimeSpan.FromMinutes(1));
        (await world.ActivitiesAsync()).ShouldBeEmpty();
        await world.Chores.ShouldHaveSingleItem().RunAsync(CancellationToken.None);

        world.Store.Current.Count(ApplicationAutoScalingTables.Activities).ShouldBe(0);
    }

    [Fact]
    public async Task Another_account_sees_none_of_them()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync(desired: 1, min: 2);
        await using var _1 = world;

        var others = await world.Api.DescribeScalingActivitiesAsync(
            new DescribeScalingActivitiesRequest { ServiceNamespace = "ecs" },
            ScalingWorld.In("444455556666")
        );

        others.ScalingActivities.ShouldBeEmpty();
    }
}
