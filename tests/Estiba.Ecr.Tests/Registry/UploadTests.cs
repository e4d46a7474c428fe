using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.Contracts.Ecr;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

public sealed class UploadTests
{
    [Fact]
    public async Task A_layer_is_pushed_in_one_request()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(100_000);

        using var pushed = await platform.Http.PostAsync(
            $"/v2/one/blobs/uploads/?digest={DigestOf(content)}",
            new ByteArrayContent(content)
        );

        pushed.StatusCode.ShouldBe(HttpStatusCode.Created);
        pushed.Headers.Location!.ToString().ShouldBe($"/v2/one/blobs/{DigestOf(content)}");
    }

    [Fact]
    public async Task A_layer_is_pushed_in_chunks()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(1000);
        var location = await platform.Http.StartUploadAsync("one");

        using var first = await platform.Http.PatchAsync(location, content[..600], "0-599");
        using var second = await platform.Http.PatchAsync(
            first.Headers.Location!.ToString(),
            content[600..],
            "600-999"
        );
        using var done = await platform.Http.FinishAsync(second.Headers.Location!.ToString(), DigestOf(content));

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.Headers.GetValues("Range").ShouldBe(["0-999"]);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await platform.Http.GetByteArrayAsync(done.Headers.Location)).ShouldBe(content);
    }

    [Fact]
    public async Task A_chunk_out_of_order_is_refused_with_what_was_received()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var location = await platform.Http.StartUploadAsync("one");
        await platform.Http.PatchAsync(location, RandomBytes(100), "0-99");

        using var answer = await platform.Http.PatchAsync(location, RandomBytes(100), "200-299");

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        answer.Headers.GetValues("Range").ShouldBe(["0-99"]);
    }

    /// <remarks>A client whose host was switched off says so to nobody, and its connection stays.</remarks>
    [Fact]
    public async Task An_upload_goes_on_after_a_client_that_has_fallen_silent()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(700_000);
        var location = await platform.Http.StartUploadAsync("one");
        using var silent = await SendAndFallSilentAsync(platform, location, content);
        while (new FileInfo(platform.UploadFiles().Single()).Length < 300_000)
            await Task.Delay(5);
        platform.Clock.Advance(new EcrOptions { DataDirectory = "", Endpoint = platform.Address }.UploadPatience);

        using var status = await platform.Http.GetAsync(location).WaitAsync(TimeSpan.FromSeconds(120));

        status.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        status.Headers.GetValues("Range").ShouldBe(["0-299999"]);
        (await new StreamReader(silent.GetStream()).ReadLineAsync()).ShouldBe("HTTP/1.1 408 Request Timeout");
        await platform.Http.PatchAsync(location, content[300_000..], "300000-699999");
        using var done = await platform.Http.FinishAsync(location, DigestOf(content));
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_restart_of_the_platform()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(700_000);
        var location = await platform.Http.StartUploadAsync("one");
        await platform.Http.PatchAsync(location, content[..400_000]);

        await platform.RestartAsync();
        using var status = await platform.Http.GetAsync(location);
        await platform.Http.PatchAsync(location, content[400_000..], "400000-699999");
        using var done = await platform.Http.FinishAsync(location, DigestOf(content));

        status.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        status.Headers.GetValues("Range").ShouldBe(["0-399999"]);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_broken_connection()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(500_000);
        var location = await platform.Http.StartUploadAsync("one");

        await SendAndBreakAsync(platform, location, content);
        using var status = await platform.Http.GetAsync(location);
        var received = int.Parse(status.Headers.GetValues("Range").Single()["0-".Length..]) + 1;
        await platform.Http.PatchAsync(location, content[received..], $"{received}-{content.Length - 1}");
        using var done = await platform.Http.FinishAsync(location, DigestOf(content));

        received.ShouldBeGreaterThanOrEqualTo(200_000);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_wrong_digest_is_refused_and_nothing_is_left()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var location = await platform.Http.StartUploadAsync("one");
        await platform.Http.PatchAsync(location, RandomBytes(100));

        using var answer = await platform.Http.FinishAsync(location, DigestOf(RandomBytes(99)));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ErrorAsync()).Code.ShouldBe("DIGEST_INVALID");
        platform.UploadFiles().ShouldBeEmpty();
        platform.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upload_is_found_only_in_its_own_repository()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two");
        var location = await platform.Http.StartUploadAsync("one");

        using var answer = await platform.Http.GetAsync(location.Replace("/one/", "/two/", StringComparison.Ordinal));

        (await answer.ErrorAsync()).Code.ShouldBe("BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var location = await platform.Http.StartUploadAsync("one");

        using var cancelled = await platform.Http.DeleteAsync(location);
        using var answer = await platform.Http.PatchAsync(location, RandomBytes(1));

        cancelled.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_layer_is_mounted_from_another_repository()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(100));

        using var mounted = await platform.Http.PostAsync($"/v2/two/blobs/uploads/?mount={digest}&from=one", null);

        mounted.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await platform.Http.GetByteArrayAsync($"/v2/two/blobs/{digest}")).ShouldBe(RandomBytes(100));
    }

    [Fact]
    public async Task A_layer_that_cannot_be_mounted_is_uploaded_instead()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("two");

        using var answer = await platform.Http.PostAsync($"/v2/two/blobs/uploads/?mount={DigestOf([])}&from=one", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_account_can_turn_mounting_off()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(100));
        await platform.Ecr.PutAccountSettingAsync(
            new PutAccountSettingRequest { Name = "BLOB_MOUNTING", Value = "DISABLED" },
            Platform.Caller(),
            default
        );

        using var answer = await platform.Http.PostAsync($"/v2/two/blobs/uploads/?mount={digest}&from=one", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_push_into_a_repository_that_does_not_exist_says_so_in_the_words_of_ECR()
    {
        await using var platform = await Platform.StartAsync();

        using var answer = await platform.Http.PostAsync("/v2/x/blobs/uploads/", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.ErrorAsync()).ShouldBe(
            ("NAME_UNKNOWN", "The repository with name 'x' does not exist in the registry with id '123456789012'")
        );
    }

    [Fact]
    public async Task Uploads_are_limited_in_number()
    {
        await using var platform = await Platform.StartAsync(maximumUploads: 1);
        await platform.CreateRepositoryAsync("one");
        await platform.Http.StartUploadAsync("one");

        using var answer = await platform.Http.PostAsync("/v2/one/blobs/uploads/", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_chunk_that_is_longer_than_any_number_is_the_clients_fault_and_ends_its_connection()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var location = await platform.Http.StartUploadAsync("one");
        using var socket = new TcpClient();
        await socket.ConnectAsync(platform.Address.Host, platform.Address.Port);
        var request =
            $"PATCH {location} HTTP/1.1\r\nHost: x\r\nAuthorization: "
            + $"{platform.Http.DefaultRequestHeaders.Authorization}\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "FFFFFFFFFFFFFFFF\r\nabc";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));

        using var reader = new StreamReader(socket.GetStream());
        var answer = await reader.ReadToEndAsync();

        answer.ShouldStartWith("HTTP/1.1 400 Bad Request\r\n");
        answer.ShouldContain("BLOB_UPLOAD_INVALID");
        TestContext.Current.TestOutputHelper!.Output.ShouldNotContain("failed");
    }

    // Breaks the connection when the first 300,000 bytes have arrived, and some of them are in the file.
    private static async Task SendAndBreakAsync(Platform platform, string location, byte[] content)
    {
        using var socket = await SendAndFallSilentAsync(platform, location, content);
    }

    private static async Task<TcpClient> SendAndFallSilentAsync(Platform platform, string location, byte[] content)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(platform.Address.Host, platform.Address.Port);
        var head =
            $"PATCH {location} HTTP/1.1\r\nHost: x\r\nAuthorization: "
            + $"{platform.Http.DefaultRequestHeaders.Authorization}\r\nContent-Length: {content.Length}\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        await socket.GetStream().WriteAsync(content.AsMemory(0, 300_000));
        // What was not read yet when a connection breaks is thrown away.
        while (new FileInfo(platform.UploadFiles().Single()).Length < 200_000)
            await Task.Delay(5);
        return socket;
    }
}
