using System.Net;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

/// <summary>Which of ECR's actions a request to the registry is, and whose tokens are good.</summary>
public sealed class PermissionTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("ecr:BatchGetImage", "GET", "manifests/latest")]
    [InlineData("ecr:BatchGetImage", "HEAD", "manifests/latest")]
    [InlineData("ecr:PutImage", "PUT", "manifests/latest")]
    [InlineData("ecr:BatchDeleteImage", "DELETE", "manifests/latest")]
    [InlineData("ecr:GetDownloadUrlForLayer", "GET", "blobs/" + Digest)]
    [InlineData("ecr:BatchCheckLayerAvailability", "HEAD", "blobs/" + Digest)]
    [InlineData("ecr:BatchDeleteImage", "DELETE", "blobs/" + Digest)]
    [InlineData("ecr:InitiateLayerUpload", "POST", "blobs/uploads/")]
    [InlineData("ecr:InitiateLayerUpload", "POST", "blobs/uploads/?digest=" + Digest)]
    [InlineData("ecr:CompleteLayerUpload", "POST", "blobs/uploads/?digest=" + Digest)]
    [InlineData("ecr:UploadLayerPart", "PATCH", "blobs/uploads/0f2a0c5e-0000-0000-0000-000000000000")]
    [InlineData(
        "ecr:CompleteLayerUpload",
        "PUT",
        "blobs/uploads/0f2a0c5e-0000-0000-0000-000000000000?digest=" + Digest
    )]
    [InlineData("ecr:ListImages", "GET", "tags/list")]
    [InlineData("ecr:ListImageReferrers", "GET", "referrers/" + Digest)]
    public async Task A_request_needs_its_permission_on_the_repository(string action, string method, string path)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("team/app");
        platform.Access.Refused.Add($"{action} team/app");

        using var refused = await SendAsync(platform, method, $"/v2/team/app/{path}");
        using var other = await SendAsync(platform, method, $"/v2/team/other/{path}");

        (refused.StatusCode, other.StatusCode == HttpStatusCode.Forbidden).ShouldBe((HttpStatusCode.Forbidden, false));
        if (method != "HEAD")
        {
            (await refused.ErrorAsync()).ShouldBe(
                (
                    "DENIED",
                    $"User: arn:aws:iam::{Platform.Account}:root is not authorized to perform: {action} on "
                        + $"resource: arn:aws:ecr:{Platform.Region}:{Platform.Account}:repository/team/app because no "
                        + $"identity-based policy allows the {action} action"
                )
            );
        }
    }

    [Fact]
    public async Task The_catalog_needs_the_permission_to_describe_repositories()
    {
        await using var platform = await Platform.StartAsync();
        platform.Access.Refused.Add("ecr:DescribeRepositories");

        using var answer = await platform.Http.GetAsync("/v2/_catalog");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_layer_is_not_mounted_from_where_it_may_not_be_read()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("secret");
        await platform.CreateRepositoryAsync("mine");
        var layer = await platform.Http.PushBlobAsync("secret", RandomBytes(100));
        platform.Access.Refused.Add("ecr:GetDownloadUrlForLayer secret");

        using var refused = await platform.Http.PostAsync(
            $"/v2/mine/blobs/uploads/?mount={layer}&from=secret",
            content: null
        );
        platform.Access.Refused.Clear();
        using var mounted = await platform.Http.PostAsync(
            $"/v2/mine/blobs/uploads/?mount={layer}&from=secret",
            content: null
        );

        (refused.StatusCode, mounted.StatusCode).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Created));
    }

    [Fact]
    public async Task A_token_ends_with_the_key_that_it_was_asked_for_with()
    {
        await using var platform = await Platform.StartAsync();
        platform.Access.KeysAreGone = true;

        using var answer = await platform.Http.GetAsync("/v2/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.ErrorAsync()).ShouldBe(
            ("UNAUTHORIZED", "The security token included in the request is invalid.")
        );
    }

    [Fact]
    public async Task A_token_of_a_key_that_is_good_for_pulling_alone_by_now_pulls_alone()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        platform.Access.Actions = new HashSet<string> { "ecr:GetAuthorizationToken" };

        (await platform.Http.GetAsync("/v2/app/tags/list")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await platform.Http.PostAsync("/v2/app/blobs/uploads/", content: null)).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
    }

    private static Task<HttpResponseMessage> SendAsync(Platform platform, string method, string path) =>
        platform.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
}
