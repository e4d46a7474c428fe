using System.Buffers;
using System.Text;
using Estiba.Gateway.Bodies;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Gateway.Tests;

public sealed class BodyTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Bodies_that_have_no_room_beside_others_are_refused_and_the_next_ones_are_not()
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = new GatewayLimits { MaxBodyBytesInFlight = Megabyte },
            }
        );

        for (var time = 0; time < 3; time++)
        {
            var refused = await world.SendAsync(await LogEventsAsync(world, 2 * Megabyte));
            (refused.Status, refused.Code).ShouldBe((503, "ServiceUnavailableException"));
            (await world.SendAsync(await LogEventsAsync(world, Megabyte / 2))).Body.ShouldBe(
                $$"""{"nextSequenceToken":"{{Megabyte / 2}}"}"""
            );
        }

        (await world.SendAsync(await world.SignedAsync("json"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Small_bodies_have_room_when_large_ones_have_none()
    {
        var budget = new BodyBudget(1000);

        budget.TryTake(751, forSmallBody: false).ShouldBeFalse();
        budget.TryTake(750, forSmallBody: false).ShouldBeTrue();
        budget.TryTake(1, forSmallBody: false).ShouldBeFalse();
        budget.TryTake(250, forSmallBody: true).ShouldBeTrue();
        budget.TryTake(1, forSmallBody: true).ShouldBeFalse();
        budget.Return(1000);
        await Parallel.ForAsync(0, 1000, TestContext.Current.CancellationToken, (_, _) =>
        {
            if (budget.TryTake(300, forSmallBody: true))
                budget.Return(300);
            return ValueTask.CompletedTask;
        });
        budget.Left.ShouldBe(1000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_does_not_arrive_is_given_up(bool isLarge)
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = new GatewayLimits
                {
                    BodyDeadline = TimeSpan.FromMilliseconds(200),
                    MinBodyBytesPerSecond = isLarge ? 1 : 1_000_000,
                    BodyGrace = TimeSpan.FromSeconds(1.1),
                },
            }
        );
        var request = await LogEventsAsync(world, Megabyte);
        using var client = await RawClient.ConnectAsync(world);
        var headers = string.Concat(
            request.Headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}\r\n")
        );

        await client.SendAsync(
            $"POST / HTTP/1.1\r\nHost: {world.Address.Authority}\r\n{headers}Content-Type: "
                + $"application/x-amz-json-1.1\r\nContent-Length: {Megabyte}\r\n\r\n"
        );
        await client.SendAsync(new string('x', isLarge ? 100_000 : 10));

        var answer = await client.ReceiveAsync();
        answer.ShouldStartWith("HTTP/1.1 408 ");
        answer.ShouldContain("RequestTimeoutException");
        await world.StopAsync();
        world.Logs.Lines.ShouldNotContain(line => line.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public void Memory_of_the_system_is_gone_when_it_is_given_back()
    {
        var memory = new MappedMemory(8 * Megabyte);
        memory.GetSpan().Fill(1);
        memory.Memory.Length.ShouldBe(8 * Megabyte);

        ((IDisposable)memory).Dispose();
        ((IDisposable)memory).Dispose();

        Should.Throw<ObjectDisposedException>(() => memory.GetSpan());
    }

    [Fact]
    public void What_large_bodies_leave_is_collected_when_none_has_come_for_a_while()
    {
        var time = new FakeTimeProvider();
        var collections = 0;
        using var leftovers = new Leftovers(time, () => Leftovers.Enough, () => collections++);
        var budget = new BodyBudget(Leftovers.Enough * 2);

        Take(budget, leftovers, Leftovers.Enough / 2);
        time.Advance(TimeSpan.FromHours(1));
        collections.ShouldBe(0, "it is not worth it");
        Take(budget, leftovers, Leftovers.Enough / 2);
        time.Advance(Leftovers.Quiet - TimeSpan.FromSeconds(1));
        Take(budget, leftovers, 1);
        time.Advance(Leftovers.Quiet - TimeSpan.FromSeconds(1));
        collections.ShouldBe(0, "they still come");
        time.Advance(TimeSpan.FromSeconds(1));
        collections.ShouldBe(1);
        for (var n = 0; n < 20; n++)
            time.Advance(Leftovers.Quiet);
        collections.ShouldBe(Leftovers.Collections);
        Take(budget, leftovers, Leftovers.Enough / 2);
        time.Advance(TimeSpan.FromHours(1));
        collections.ShouldBe(Leftovers.Collections, "nothing is left of the first ones");
        budget.Left.ShouldBe(Leftovers.Enough * 2);
    }

    [Fact]
    public void What_is_little_beside_all_else_is_left_to_the_collector()
    {
        var time = new FakeTimeProvider();
        var collections = 0;
        using var leftovers = new Leftovers(time, () => (Leftovers.Enough + 1) * Leftovers.Share, () => collections++);

        leftovers.Note(Leftovers.Enough);
        time.Advance(TimeSpan.FromHours(1));
        collections.ShouldBe(0);
        leftovers.Note(Leftovers.Enough + 1);
        time.Advance(Leftovers.Quiet);
        collections.ShouldBe(1);
    }

    private static void Take(BodyBudget budget, Leftovers leftovers, long bytes)
    {
        using var body = new RequestBody(budget, leftovers);
        body.TryTake(bytes, forSmallBody: false).ShouldBeTrue();
        body.Map((int)bytes);
        body.Append(new ReadOnlySequence<byte>(new byte[bytes]));
    }

    private static async Task<HttpRequestMessage> LogEventsAsync(GatewayWorld world, int length)
    {
        var body = new StringBuilder(
            """{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"""
        )
            .Append('"')
            .Append('x', length)
            .Append("\"}]}")
            .ToString();
        return await world.SignAsync(world.Json("Logs_20140328.PutLogEvents", body), "logs");
    }
}
