using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr.Tests.Repositories;

public sealed class RepositoryTests
{
    [Fact]
    public async Task A_repository_says_where_to_push_to()
    {
        await using var platform = await Platform.StartAsync();

        var repository = await platform.CreateRepositoryAsync("subiendo.mi.contenedor");

        repository.RepositoryUri.ShouldBe($"{platform.Address.Authority}/subiendo.mi.contenedor");
        repository.RepositoryArn.ShouldBe("arn:aws:ecr:eu-west-1:123456789012:repository/subiendo.mi.contenedor");
        repository.RegistryId.ShouldBe("123456789012");
        repository.ImageTagMutability.ShouldBe("MUTABLE");
        repository.EncryptionConfiguration!.EncryptionType.ShouldBe("AES256");
        repository.ImageScanningConfiguration!.ScanOnPush.ShouldBe(false);
    }

    [Theory]
    [InlineData("a1")]
    [InlineData("subiendo.mi.contenedor")]
    [InlineData("team/app_1/web-server")]
    public async Task A_good_name_is_accepted(string name)
    {
        await using var platform = await Platform.StartAsync();

        (await platform.CreateRepositoryAsync(name)).RepositoryName.ShouldBe(name);
    }

    [Fact]
    public async Task Encryption_without_a_key_takes_none()
    {
        await using var platform = await Platform.StartAsync();
        var request = new CreateRepositoryRequest
        {
            RepositoryName = "app",
            EncryptionConfiguration = new EncryptionConfiguration { EncryptionType = "AES256", KmsKey = "k" },
        };

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.CreateRepositoryAsync(request, Platform.Caller())
        );

        error.Message.ShouldBe(
            "Invalid parameter at 'encryptionConfiguration' failed to satisfy constraint: 'Invalid encryption "
                + "configuration: Encryption key should not be set for AES256 encryption.'"
        );
    }

    [Fact]
    public async Task A_repository_exists_once()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() => platform.CreateRepositoryAsync("app"));

        (error.Code, error.Message).ShouldBe(
            (
                "RepositoryAlreadyExistsException",
                "The repository with name 'app' already exists in the registry with id '123456789012'"
            )
        );
    }

    [Fact]
    public async Task Repositories_are_described_in_pages()
    {
        await using var platform = await Platform.StartAsync();
        foreach (var name in new[] { "three", "one", "two" })
            await platform.CreateRepositoryAsync(name);
        await platform.CreateRepositoryAsync("elsewhere", region: "us-east-1");

        var first = await platform.Ecr.DescribeRepositoriesAsync(
            new DescribeRepositoriesRequest { MaxResults = 2 },
            Platform.Caller(),
            default
        );
        var second = await platform.Ecr.DescribeRepositoriesAsync(
            new DescribeRepositoriesRequest { MaxResults = 2, NextToken = first.NextToken },
            Platform.Caller(),
            default
        );

        first.Repositories!.Select(repository => repository.RepositoryName).ShouldBe(["one", "three"]);
        second.Repositories!.Select(repository => repository.RepositoryName).ShouldBe(["two"]);
        second.NextToken.ShouldBeNull();
    }

    [Theory]
    [InlineData("no token!")]
    [InlineData("xxxx")]
    [InlineData("")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        await using var platform = await Platform.StartAsync();

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.DescribeRepositoriesAsync(
                new DescribeRepositoriesRequest { NextToken = token },
                Platform.Caller(),
                default
            )
        );

        error.Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task A_repository_that_does_not_exist_cannot_be_described()
    {
        await using var platform = await Platform.StartAsync();

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.DescribeRepositoriesAsync(
                new DescribeRepositoriesRequest { RepositoryNames = ["app"] },
                Platform.Caller(),
                default
            )
        );

        (error.Code, error.Message).ShouldBe(
            (
                "RepositoryNotFoundException",
                "The repository with name 'app' does not exist in the registry with id '123456789012'"
            )
        );
    }

    [Fact]
    public async Task A_repository_with_images_is_deleted_only_by_force()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "latest");

        var error = await Should.ThrowAsync<AwsException>(() => DeleteAsync(platform, force: false));
        await DeleteAsync(platform, force: true);

        (error.Code, error.Message).ShouldBe(
            (
                "RepositoryNotEmptyException",
                "The repository with name 'app' in registry with id '123456789012' cannot be deleted because it "
                    + "still contains images"
            )
        );
        (
            await platform.Ecr.DescribeRepositoriesAsync(new DescribeRepositoriesRequest(), Platform.Caller(), default)
        ).Repositories.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repository_that_was_deleted_and_made_again_is_empty()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "latest");
        await DeleteAsync(platform, force: true);

        await platform.CreateRepositoryAsync("app");

        var images = await platform.Ecr.ListImagesAsync(
            new ListImagesRequest { RepositoryName = "app" },
            Platform.Caller(),
            default
        );
        images.ImageIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Resource_tags_are_put_replaced_and_removed()
    {
        await using var platform = await Platform.StartAsync();
        var arn = (await platform.CreateRepositoryAsync("app")).RepositoryArn!;

        await platform.Ecr.TagResourceAsync(
            new TagResourceRequest { ResourceArn = arn, Tags = [Tag("a", "1"), Tag("b", "2")] },
            Platform.Caller(),
            default
        );
        await platform.Ecr.TagResourceAsync(
            new TagResourceRequest { ResourceArn = arn, Tags = [Tag("a", "3")] },
            Platform.Caller(),
            default
        );
        await platform.Ecr.UntagResourceAsync(
            new UntagResourceRequest { ResourceArn = arn, TagKeys = ["b"] },
            Platform.Caller(),
            default
        );
        var answer = await platform.Ecr.ListTagsForResourceAsync(
            new ListTagsForResourceRequest { ResourceArn = arn },
            Platform.Caller(),
            default
        );

        answer.Tags.ShouldBe([Tag("a", "3")]);
    }

    [Fact]
    public async Task A_repository_has_at_most_50_resource_tags()
    {
        await using var platform = await Platform.StartAsync();
        var arn = (await platform.CreateRepositoryAsync("app")).RepositoryArn!;

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.TagResourceAsync(
                new TagResourceRequest
                {
                    ResourceArn = arn,
                    Tags = [.. Enumerable.Range(0, 51).Select(number => Tag($"key-{number}", ""))],
                },
                Platform.Caller(),
                default
            )
        );

        error.Code.ShouldBe("TooManyTagsException");
    }

    [Fact]
    public async Task A_repository_policy_is_kept()
    {
        const string Policy =
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}""";
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Ecr.SetRepositoryPolicyAsync(
            new SetRepositoryPolicyRequest { RepositoryName = "app", PolicyText = Policy },
            Platform.Caller(),
            default
        );

        await platform.RestartAsync();
        var kept = await platform.Ecr.GetRepositoryPolicyAsync(
            new GetRepositoryPolicyRequest { RepositoryName = "app" },
            Platform.Caller(),
            default
        );

        kept.PolicyText.ShouldBe(Policy);
    }

    [Theory]
    [InlineData("""{"Statement":[{"Effect":"\ud800","Action":"ecr:*"}]}""")]
    [InlineData("{}")]
    [InlineData("no policy")]
    [InlineData("""{"Statement":[{"Effect":"Maybe","Action":"*"}]}""")]
    public async Task What_is_no_policy_is_refused(string text)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.SetRepositoryPolicyAsync(
                new SetRepositoryPolicyRequest { RepositoryName = "app", PolicyText = text },
                Platform.Caller(),
                default
            )
        );

        error.Message.ShouldBe(
            "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"
        );
    }

    [Fact]
    public async Task A_policy_that_was_never_set_is_not_found()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.DeleteRepositoryPolicyAsync(
                new DeleteRepositoryPolicyRequest { RepositoryName = "app" },
                Platform.Caller(),
                default
            )
        );

        (error.Code, error.Message).ShouldBe(
            (
                "RepositoryPolicyNotFoundException",
                "Repository policy does not exist for the repository with name 'app' in the registry with id "
                    + "'123456789012'"
            )
        );
    }

    [Theory]
    [InlineData("BLOB_MOUNTING", "ENABLED")]
    [InlineData("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE")]
    public async Task An_account_setting_has_a_default(string name, string value)
    {
        await using var platform = await Platform.StartAsync();

        (
            await platform.Ecr.GetAccountSettingAsync(
                new GetAccountSettingRequest { Name = name },
                Platform.Caller(),
                default
            )
        ).Value.ShouldBe(value);
    }

    [Fact]
    public async Task A_tag_that_an_exclusion_filter_names_stays_mutable()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Ecr.PutImageTagMutabilityAsync(
            new PutImageTagMutabilityRequest
            {
                RepositoryName = "app",
                ImageTagMutability = ImageTagMutability.ImmutableWithExclusion,
                ImageTagMutabilityExclusionFilters =
                [
                    new ImageTagMutabilityExclusionFilter { FilterType = "WILDCARD", Filter = "dev-*" },
                ],
            },
            Platform.Caller(),
            default
        );
        await platform.Http.PushImageAsync("app", "dev-1", seed: 1);

        var moved = await platform.Http.PushImageAsync("app", "dev-1", seed: 2);

        moved.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("dev-*", "dev-1", true)]
    [InlineData("dev-*", "prod-dev-1", false)]
    [InlineData("*-rc*", "1.0-rc2", true)]
    [InlineData("latest", "latest", true)]
    [InlineData("latest", "latest1", false)]
    [InlineData("*", "", true)]
    [InlineData("**", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-b-b-c-d", false)]
    [InlineData("*ab", "aab", true)]
    [InlineData(
        "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        false
    )]
    public void A_wildcard_stands_for_anything(string pattern, string tag, bool matches) =>
        Estiba.Ecr.Repositories.TagMutability.Matches(pattern, tag).ShouldBe(matches);

    private static Tag Tag(string key, string value) => new() { Key = key, Value = value };

    private static Task<DeleteRepositoryResponse> DeleteAsync(Platform platform, bool force) =>
        platform.Ecr.DeleteRepositoryAsync(
            new DeleteRepositoryRequest { RepositoryName = "app", Force = force },
            Platform.Caller(),
            default
        );
}
