using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr.Tests.Settings;

/// <summary>What a registry is set to, and what it has none of.</summary>
public sealed class RegistrySettingsTests
{
    private static readonly ImageIdentifier Latest = new() { ImageTag = "latest" };

    [Fact]
    public async Task A_registry_scans_nothing_until_it_is_told_and_shows_what_it_was_told()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("prod/web");
        await platform.CreateRepositoryAsync("dev");
        var rule = new RegistryScanningRule
        {
            ScanFrequency = "SCAN_ON_PUSH",
            RepositoryFilters = [new ScanningRepositoryFilter { Filter = "prod/*", FilterType = "WILDCARD" }],
        };

        var before = await platform.Ecr.GetRegistryScanningConfigurationAsync(new(), Platform.Caller());
        await platform.Ecr.PutRegistryScanningConfigurationAsync(
            new PutRegistryScanningConfigurationRequest { ScanType = "BASIC", Rules = [rule] },
            Platform.Caller()
        );
        var after = await platform.Ecr.GetRegistryScanningConfigurationAsync(new(), Platform.Caller());
        var repositories = await platform.Ecr.BatchGetRepositoryScanningConfigurationAsync(
            new BatchGetRepositoryScanningConfigurationRequest { RepositoryNames = ["prod/web", "dev", "none"] },
            Platform.Caller()
        );

        (before.ScanningConfiguration!.ScanType, before.ScanningConfiguration.Rules!.Count).ShouldBe(("BASIC", 0));
        after.ScanningConfiguration!.Rules!.Single().RepositoryFilters!.Single().Filter.ShouldBe("prod/*");
        repositories
            .ScanningConfigurations!.Select(configuration =>
                (configuration.RepositoryName, configuration.ScanFrequency, configuration.AppliedScanFilters!.Count)
            )
            .ShouldBe([("prod/web", "SCAN_ON_PUSH", 1), ("dev", "MANUAL", 0)]);
        repositories
            .Failures!.Single()
            .ShouldSatisfyAllConditions(
                failure => failure.RepositoryName.ShouldBe("none"),
                failure => failure.FailureCode.ShouldBe("REPOSITORY_NOT_FOUND")
            );
    }

    [Fact]
    public async Task Continuous_scanning_is_for_enhanced_scanning()
    {
        await using var platform = await Platform.StartAsync();
        var rule = new RegistryScanningRule
        {
            ScanFrequency = "CONTINUOUS_SCAN",
            RepositoryFilters = [new ScanningRepositoryFilter { Filter = "*", FilterType = "WILDCARD" }],
        };

        (
            await RefusalAsync(() =>
                platform.Ecr.PutRegistryScanningConfigurationAsync(
                    new PutRegistryScanningConfigurationRequest { ScanType = "BASIC", Rules = [rule] },
                    Platform.Caller()
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task No_image_was_scanned()
    {
        await using var platform = await WithImageAsync();

        (
            await RefusalAsync(() =>
                platform.Ecr.DescribeImageScanFindingsAsync(
                    new DescribeImageScanFindingsRequest { RepositoryName = "app", ImageId = Latest },
                    Platform.Caller()
                )
            )
        ).ShouldSatisfyAllConditions(
            refusal => refusal.Code.ShouldBe("ScanNotFoundException"),
            refusal =>
                refusal.Message.ShouldBe(
                    "Image scan does not exist for the image with '{imageDigest:'null', imageTag:'latest'}' in "
                        + "the repository with name 'app' in the registry with id '123456789012'"
                )
        );
        (
            await RefusalAsync(() =>
                platform.Ecr.DescribeImageScanFindingsAsync(
                    new DescribeImageScanFindingsRequest
                    {
                        RepositoryName = "app",
                        ImageId = new ImageIdentifier { ImageTag = "other" },
                    },
                    Platform.Caller()
                )
            )
        ).Code.ShouldBe("ImageNotFoundException");
    }

    [Fact]
    public async Task What_there_is_none_of_is_answered_with_none()
    {
        await using var platform = await WithImageAsync();
        var (ecr, caller) = (platform.Ecr, Platform.Caller());

        (await ecr.DescribePullThroughCacheRulesAsync(new(), caller)).PullThroughCacheRules!.ShouldBeEmpty();
        (
            await ecr.DescribeRepositoryCreationTemplatesAsync(new(), caller)
        ).RepositoryCreationTemplates!.ShouldBeEmpty();
        (await ecr.ListPullTimeUpdateExclusionsAsync(new(), caller)).PullTimeUpdateExclusions!.ShouldBeEmpty();
        (await ecr.ListReplicationBackfillsAsync(new(), caller)).Backfills!.ShouldBeEmpty();
        (
            await ecr.DescribeImageReplicationStatusAsync(new() { RepositoryName = "app", ImageId = Latest }, caller)
        ).ReplicationStatuses!.ShouldBeEmpty();
        (
            await ecr.DescribeImageSigningStatusAsync(new() { RepositoryName = "app", ImageId = Latest }, caller)
        ).SigningStatuses!.ShouldBeEmpty();
        (
            await ecr.PutReplicationConfigurationAsync(
                new() { ReplicationConfiguration = new() { Rules = [] } },
                caller
            )
        ).ReplicationConfiguration!.Rules!.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_named_and_not_there_is_not_found()
    {
        await using var platform = await WithImageAsync();
        var (ecr, caller) = (platform.Ecr, Platform.Caller());

        (
            await RefusalAsync(() =>
                ecr.DescribePullThroughCacheRulesAsync(new() { EcrRepositoryPrefixes = ["docker-hub"] }, caller)
            )
        ).Code.ShouldBe("PullThroughCacheRuleNotFoundException");
        (
            await RefusalAsync(() =>
                ecr.DeletePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = "docker-hub" }, caller)
            )
        ).Code.ShouldBe("PullThroughCacheRuleNotFoundException");
        (
            await RefusalAsync(() => ecr.DeleteRepositoryCreationTemplateAsync(new() { Prefix = "ROOT" }, caller))
        ).Code.ShouldBe("TemplateNotFoundException");
        (await RefusalAsync(() => ecr.GetSigningConfigurationAsync(new(), caller))).Code.ShouldBe(
            "SigningConfigurationNotFoundException"
        );
        (
            await RefusalAsync(() =>
                ecr.DeregisterPullTimeUpdateExclusionAsync(
                    new() { PrincipalArn = "arn:aws:iam::123456789012:role/r" },
                    caller
                )
            )
        ).Code.ShouldBe("ExclusionNotFoundException");
        (
            await RefusalAsync(() => ecr.StopReplicationBackfillAsync(new() { ReplicationBackfillId = "b" }, caller))
        ).Code.ShouldBe("ReplicationBackfillNotFoundException");
    }

    [Theory]
    [InlineData("eu-west-1", "aws")]
    [InlineData("cn-north-1", "aws-cn")]
    [InlineData("us-gov-west-1", "aws-us-gov")]
    public async Task A_repository_encrypted_with_a_key_shows_the_keys_ARN(string region, string partition)
    {
        await using var platform = await Platform.StartAsync();
        var request = new CreateRepositoryRequest
        {
            RepositoryName = "app",
            EncryptionConfiguration = new EncryptionConfiguration { EncryptionType = "KMS" },
        };

        var repository = (
            await platform.Ecr.CreateRepositoryAsync(request, Platform.Caller(region: region))
        ).Repository!;

        repository.RepositoryArn.ShouldBe($"arn:{partition}:ecr:{region}:123456789012:repository/app");
        repository.EncryptionConfiguration!.KmsKey!.ShouldMatch(
            $"^arn:{partition}:kms:{region}:123456789012:key/[0-9a-f-]{{36}}$"
        );
        (await platform.Ecr.DescribeRepositoriesAsync(new(), Platform.Caller(region: region)))
            .Repositories!.Single()
            .EncryptionConfiguration.ShouldBe(repository.EncryptionConfiguration);
    }

    private static async Task<Platform> WithImageAsync()
    {
        var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "latest");
        return platform;
    }

    private static Task<AwsException> RefusalAsync(Func<Task> call) => Should.ThrowAsync<AwsException>(call);
}
