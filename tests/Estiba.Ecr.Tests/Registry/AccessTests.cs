using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Estiba.Contracts.Ecr;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

public sealed class AccessTests
{
    [Fact]
    public async Task Who_is_not_logged_in_is_told_how_to()
    {
        await using var platform = await Platform.StartAsync();
        using var stranger = new HttpClient { BaseAddress = platform.Address };

        using var answer = await stranger.GetAsync("/v2/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldStartWith($"Basic realm=\"{platform.Address}\"");
        (await answer.ErrorAsync()).ShouldBe(("UNAUTHORIZED", "no basic auth credentials"));
    }

    [Fact]
    public async Task Who_is_logged_in_is_welcome()
    {
        await using var platform = await Platform.StartAsync();

        using var answer = await platform.Http.GetAsync("/v2/");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_expires_after_twelve_hours()
    {
        await using var platform = await Platform.StartAsync();

        platform.Clock.Advance(TimeSpan.FromHours(12));
        using var answer = await platform.Http.GetAsync("/v2/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.ErrorAsync()).Message.ShouldBe(
            "Your authorization token has expired. Reauthenticate and try again."
        );
    }

    [Fact]
    public async Task Whose_key_is_not_good_for_pushing_may_only_pull()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        using var host = await platform.LogInAsync(actions: new HashSet<string> { "ecr:GetAuthorizationToken" });

        (await host.GetAsync("/v2/app/tags/list")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var push = await host.PostAsync("/v2/app/blobs/uploads/", content: null);
        push.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await push.ErrorAsync()).Message.ShouldBe(
            $"User: arn:aws:iam::{Platform.Account}:root is not authorized to change this registry: it may only pull."
        );
        (await host.DeleteAsync("/v2/app/manifests/latest")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await platform.Http.PostAsync("/v2/app/blobs/uploads/", content: null)).StatusCode.ShouldBe(
            HttpStatusCode.Accepted
        );
    }

    [Fact]
    public async Task A_token_outlives_a_restart_of_the_platform()
    {
        await using var platform = await Platform.StartAsync();
        var authorization = platform.Http.DefaultRequestHeaders.Authorization;

        await platform.RestartAsync();
        platform.Http.DefaultRequestHeaders.Authorization = authorization;

        (await platform.Http.GetAsync("/v2/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_was_changed_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        var token = await platform.PasswordAsync();
        var parts = token.Split('.');
        var payload = Encoding
            .UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]))
            .Replace(Platform.Account, "999999999999", StringComparison.Ordinal);
        var forged = $"{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.{parts[1]}";

        platform.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{forged}"))
        );
        using var answer = await platform.Http.GetAsync("/v2/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_in_one_region_does_not_show_in_another()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");
        using var elsewhere = await platform.LogInAsync("us-east-1");

        using var answer = await elsewhere.GetAsync("/v2/one/manifests/latest");

        (await answer.ErrorAsync()).Code.ShouldBe("NAME_UNKNOWN");
    }

    [Fact]
    public async Task The_name_that_AWS_gives_a_registry_is_an_alias()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/one/manifests/latest");
        request.Headers.Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        using var answer = await platform.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_download_URL_works_for_an_hour_and_for_its_layer_alone()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var layer = await platform.Http.PushBlobAsync("one", RandomBytes(100));
        var other = await platform.Http.PushBlobAsync("one", RandomBytes(50));
        var answer = await platform.Ecr.GetDownloadUrlForLayerAsync(
            new GetDownloadUrlForLayerRequest { RepositoryName = "one", LayerDigest = layer },
            Platform.Caller(),
            default
        );
        using var stranger = new HttpClient();

        var content = await stranger.GetByteArrayAsync(answer.DownloadUrl);
        using var stolen = await stranger.GetAsync(answer.DownloadUrl!.Replace(layer, other, StringComparison.Ordinal));
        platform.Clock.Advance(TimeSpan.FromHours(1));
        using var late = await stranger.GetAsync(answer.DownloadUrl);

        content.ShouldBe(RandomBytes(100));
        stolen.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        late.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
