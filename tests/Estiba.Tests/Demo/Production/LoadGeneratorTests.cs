using System.Net;
using Estiba.Demo.Production;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Tests.Demo.Production;

public sealed class LoadGeneratorTests
{
    private static readonly Uri One = new("http://one.test");
    private static readonly Uri Two = new("http://two.test");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task It_asks_as_often_as_its_rate_says_at_one_address_after_another()
    {
        var server = new Server(_ => Answer(HttpStatusCode.OK, "version 1"));
        await using var client = Client(server, rate: 40);

        await PassAsync(client, requests: 40);
        client.Rate = 80;
        await PassAsync(client, requests: 120);

        await client.EndAsync();
        client.Total.Failed.ShouldBe(0);
        server.Asked.Count(host => host == One.Host).ShouldBe(60);
        server.Asked.Count(host => host == Two.Host).ShouldBe(60);
    }

    [Fact]
    public async Task What_answers_with_another_status_and_what_does_not_answer_has_failed()
    {
        var server = new Server(host =>
            host == One.Host ? Answer(HttpStatusCode.BadGateway, "") : throw new HttpRequestException("reset")
        );
        await using var client = Client(server, rate: 4);

        await PassAsync(client, requests: 4);

        var counts = client.Total;
        counts.Failed.ShouldBe(4);
        counts.ByStatus.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<int, int>(502, 2));
        counts.Unanswered.ShouldBe(2);
        client.Reasons.ShouldContain("http://one.test/ answered 502");
        client.Reasons.ShouldContain("http://two.test/: reset");
    }

    [Fact]
    public async Task A_lap_has_the_requests_since_the_last_one_and_the_total_has_all()
    {
        var page = "version 1";
        await using var client = Client(new Server(_ => Answer(HttpStatusCode.OK, page + "\n")), rate: 10);

        await PassAsync(client, requests: 10);
        var first = client.Lap();
        page = "version 2";
        await PassAsync(client, requests: 20);
        var second = client.Lap();

        first.ByPage.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, int>("version 1", 10));
        second.ByPage.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, int>("version 2", 10));
        client.Total.Requests.ShouldBe(20);
        client.Total.PercentSince(LoadCounts.None, "version 2").ShouldBe(50);
        client.Total.PercentSince(first, "version 2").ShouldBe(100);
    }

    private LoadGenerator Client(Server server, double rate) => new([One, Two], rate, _time, server);

    /// <summary>A second passes, until so many requests have had their end.</summary>
    private async Task PassAsync(LoadGenerator client, int requests)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        while (client.Total.Requests < requests)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        client.Total.Requests.ShouldBe(requests);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string page) =>
        new(status) { Content = new StringContent(page) };

    private sealed class Server(Func<string, HttpResponseMessage> answer) : HttpMessageHandler
    {
        private readonly List<string> _asked = [];

        internal IReadOnlyList<string> Asked
        {
            get
            {
                lock (_asked)
                    return [.. _asked];
            }
        }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            lock (_asked)
                _asked.Add(request.RequestUri!.Host);
            return Task.FromResult(answer(request.RequestUri.Host));
        }
    }
}
