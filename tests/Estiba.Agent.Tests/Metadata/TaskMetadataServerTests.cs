using System.Net;
using Estiba.Agent.Metadata;
using Estiba.Listeners.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Agent.Tests.Metadata;

/// <summary>The endpoint over HTTP.</summary>
public sealed class TaskMetadataServerTests
{
    [Fact]
    public async Task A_question_is_answered_with_its_status_and_form()
    {
        var address = FreeAddress();
        await using var server = await StartAsync(address);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}") };

        using var refused = await http.GetAsync(new Uri("/v2/credentials/guessed", UriKind.Relative));
        using var missing = await http.GetAsync(new Uri("/latest/meta-data", UriKind.Relative));
        using var written = await http.PostAsync(new Uri("/v4/id", UriKind.Relative), content: null);

        (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType).ShouldBe(
            (HttpStatusCode.BadRequest, "application/json")
        );
        (await refused.Content.ReadAsStringAsync()).ShouldContain("InvalidIdInRequest");
        (missing.StatusCode, missing.Content.Headers.ContentType!.MediaType).ShouldBe(
            (HttpStatusCode.NotFound, "text/plain")
        );
        written.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_refused()
    {
        var address = FreeAddress();
        await using var server = await StartAsync(address);

        await Should.ThrowAsync<IOException>(StartAsync(address));
    }

    private static Task<TaskMetadataServer> StartAsync(IPEndPoint address) =>
        TaskMetadataServer.StartAsync(new TaskMetadataEndpoint(), address, NullLoggerFactory.Instance);

    private static IPEndPoint FreeAddress() => new(IPAddress.Loopback, FreePort.Take());
}
