using System.Net;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>"Sticky sessions for your Application Load Balancer".</summary>
public sealed class StickySessionTests
{
    private static readonly TargetStickiness Sticky = new(TimeSpan.FromDays(1));

    [Fact]
    public async Task A_client_keeps_its_target_by_the_load_balancers_cookie()
    {
        await using var world = new TrafficWorld();
        await using var first = await StandInTarget.SayingAsync("first");
        await using var second = await StandInTarget.SayingAsync("second");
        await world.ApplyAsync(world.ForwardingTo(Group(first.Configuration, second.Configuration)));

        var (answer, cookies) = await GetAsync(world, []);
        cookies.Keys.ShouldBe(["AWSALB", "AWSALBCORS"], ignoreOrder: true);
        for (var request = 0; request < 5; request++)
            (await GetAsync(world, cookies)).Answer.ShouldBe(answer);
        (await GetAsync(world, new() { ["AWSALBCORS"] = cookies["AWSALBCORS"] })).Answer.ShouldBe(answer);
        // What another made is none.
        var forged = new Dictionary<string, string> { ["AWSALB"] = "AAAA" + cookies["AWSALB"][4..] };
        var answers = new[] { (await GetAsync(world, forged)).Answer, (await GetAsync(world, forged)).Answer };
        answers.ShouldBe(["first", "second"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_client_keeps_a_target_that_is_being_deregistered_and_loses_an_unhealthy_one()
    {
        await using var world = new TrafficWorld();
        await using var first = await StandInTarget.SayingAsync("first");
        await using var second = await StandInTarget.SayingAsync("second");
        await world.ApplyAsync(world.ForwardingTo(Group(first.Configuration)));
        var (_, cookies) = await GetAsync(world, []);

        await world.ApplyAsync(world.ForwardingTo(Group(first.InState(TargetState.Draining), second.Configuration)));
        (await GetAsync(world, cookies)).Answer.ShouldBe("first");
        for (var request = 0; request < 3; request++)
            (await GetAsync(world, [])).Answer.ShouldBe("second");

        await world.ApplyAsync(world.ForwardingTo(Group(first.InState(TargetState.Unhealthy), second.Configuration)));
        var moved = await GetAsync(world, cookies);
        moved.Answer.ShouldBe("second");
        await world.ApplyAsync(world.ForwardingTo(Group(first.Configuration, second.Configuration)));
        (await GetAsync(world, moved.Cookies)).Answer.ShouldBe("second");
    }

    [Fact]
    public async Task An_application_decides_by_its_own_cookie()
    {
        await using var world = new TrafficWorld();
        await using var first = await ApplicationAsync("first");
        await using var second = await ApplicationAsync("second");
        await world.ApplyAsync(
            world.ForwardingTo(
                Group(first.Configuration, second.Configuration) with
                {
                    Stickiness = new TargetStickiness(TimeSpan.FromDays(1), "SESSION"),
                }
            )
        );

        (await GetAsync(world, [])).Cookies.ShouldBeEmpty();
        var (answer, cookies) = await GetAsync(world, [], "/login");
        cookies.Keys.ShouldBe(["SESSION", "AWSALBAPP-0"], ignoreOrder: true);
        for (var request = 0; request < 5; request++)
            (await GetAsync(world, cookies)).Answer.ShouldBe(answer);
        // Without the application's cookie there is no session.
        var half = new Dictionary<string, string> { ["AWSALBAPP-0"] = cookies["AWSALBAPP-0"] };
        var answers = new[] { (await GetAsync(world, half)).Answer, (await GetAsync(world, half)).Answer };
        answers.ShouldBe(["first", "second"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_client_keeps_its_target_group()
    {
        await using var world = new TrafficWorld();
        await using var first = await StandInTarget.SayingAsync("first");
        await using var second = await StandInTarget.SayingAsync("second");
        var groups = new[] { first, second }.Select(
            (target, index) =>
                new TargetGroupConfiguration { Arn = TrafficWorld.Group + index, Targets = [target.Configuration] }
        );
        RuleConfiguration Weighted(int one, int two) =>
            new()
            {
                Action = new ForwardAction(
                    [.. groups.Zip([one, two], (group, weight) => new WeightedTargetGroup(group, weight))],
                    TimeSpan.FromHours(1)
                ),
            };
        await world.ApplyAsync(world.Listener(Weighted(1, 0)));
        var (_, cookies) = await GetAsync(world, []);
        cookies.Keys.ShouldBe(["AWSALBTG", "AWSALBTGCORS"], ignoreOrder: true);

        await world.ApplyAsync(world.Listener(Weighted(0, 1)));
        (await GetAsync(world, cookies)).Answer.ShouldBe("first");
        (await GetAsync(world, [])).Answer.ShouldBe("second");
    }

    private static TargetGroupConfiguration Group(params TargetConfiguration[] targets) =>
        new()
        {
            Arn = TrafficWorld.Group,
            Stickiness = Sticky,
            Targets = targets,
        };

    private static Task<StandInTarget> ApplicationAsync(string name) =>
        StandInTarget.StartAsync(http =>
        {
            if (http.Request.Path == "/login")
                http.Response.Cookies.Append("SESSION", name);
            return http.Response.WriteAsync(name, http.RequestAborted);
        });

    private static async Task<(string Answer, Dictionary<string, string> Cookies)> GetAsync(
        TrafficWorld world,
        Dictionary<string, string> cookies,
        string path = "/"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, world.Url + path);
        if (cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", cookies.Select(each => $"{each.Key}={each.Value}")));
        using var answer = await world.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var set = answer.Headers.TryGetValues("Set-Cookie", out var values) ? values : [];
        return (
            await answer.Content.ReadAsStringAsync(),
            set.Select(each => each.Split(';')[0].Split('=', 2)).ToDictionary(each => each[0], each => each[1])
        );
    }
}
