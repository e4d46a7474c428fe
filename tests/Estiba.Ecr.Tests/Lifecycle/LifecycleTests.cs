using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Lifecycle;

namespace Estiba.Ecr.Tests.Lifecycle;

public sealed class LifecycleTests
{
    private static readonly DateTimeOffset Now = new(2031, 5, 17, 9, 30, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_images_of_a_prefix_are_kept() =>
        Expired(
                Policy(
                    """{"tagStatus":"tagged","tagPrefixList":["prod"],"countType":"imageCountMoreThan","countNumber":1}"""
                ),
                Image("a", days: 3, "prod1"),
                Image("b", days: 2, "prod2"),
                Image("c", days: 9, "dev1")
            )
            .ShouldBe(["a"]);

    [Fact]
    public void Old_untagged_images_go() =>
        Expired(
                Policy(
                    """{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14}"""
                ),
                Image("a", days: 15),
                Image("b", days: 13),
                Image("c", days: 20, "v1")
            )
            .ShouldBe(["a"]);

    [Fact]
    public void Nothing_is_older_than_time() =>
        Expired(
                Policy(
                    """{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":2147483647}"""
                ),
                Image("a", days: 3)
            )
            .ShouldBeEmpty();

    [Fact]
    public void An_image_must_match_all_patterns_of_a_rule() =>
        Expired(
                Policy(
                    """{"tagStatus":"tagged","tagPatternList":["*alpha","*2031*"],"countType":"imageCountMoreThan","countNumber":1}"""
                ),
                Image("a", days: 2, "alpha", "x-2031-1"),
                Image("b", days: 3, "alpha"),
                Image("c", days: 1, "beta-alpha", "2031")
            )
            .ShouldBe(["a"]);

    [Fact]
    public void An_image_of_an_earlier_rule_is_not_expired_by_a_later_one_but_counted() =>
        Expired(
                Policy(
                    """{"tagStatus":"tagged","tagPrefixList":["keep"],"countType":"imageCountMoreThan","countNumber":10}""",
                    """{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1}"""
                ),
                Image("a", days: 1, "keep"),
                Image("b", days: 2),
                Image("c", days: 3, "keep2")
            )
            .ShouldBe(["b"]);

    [Theory]
    [InlineData("not json", "The policy is not JSON.")]
    [InlineData("""{"rules":[]}""", "A policy has 1 to 50 rules.")]
    [InlineData(
        """{"rules":[{"rulePriority":1,"action":{"type":"keep"}}]}""",
        "The action's type must be expire or transition."
    )]
    [InlineData(
        """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}""",
        "A rule for tagged images must have either a tagPrefixList or a tagPatternList."
    )]
    [InlineData(
        """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countNumber":1},"action":{"type":"expire"}}]}""",
        "The countType sinceImagePushed must have the countUnit days."
    )]
    [InlineData("""{"rules":[null]}""", "A rule must be an object.")]
    [InlineData(
        """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":[null],"countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}""",
        "The entries of a tagPrefixList or a tagPatternList must be strings of one character or more."
    )]
    [InlineData(
        """{"rules":[{"rulePriority":"one"}]}""",
        "The value at $.rules[0].rulePriority is not of the right type."
    )]
    public void A_policy_that_is_none_is_refused_with_the_reason(string text, string reason)
    {
        LifecyclePolicy.TryParse(text, out _, out var fault).ShouldBeFalse();

        fault.ShouldBe(reason);
    }

    [Fact]
    public async Task A_policy_is_previewed_and_applied_by_the_sweep()
    {
        const string Policy =
            """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}""";
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var first = await platform.Http.PushImageAsync("app", "latest", seed: 1);
        platform.Clock.Advance(TimeSpan.FromMinutes(1));
        await platform.Http.PushImageAsync("app", "latest", seed: 2);
        platform.Clock.Advance(TimeSpan.FromMinutes(1));
        await platform.Http.PushImageAsync("app", "latest", seed: 3);
        await platform.Ecr.PutLifecyclePolicyAsync(
            new PutLifecyclePolicyRequest { RepositoryName = "app", LifecyclePolicyText = Policy },
            Platform.Caller()
        );
        await platform.Ecr.StartLifecyclePolicyPreviewAsync(
            new StartLifecyclePolicyPreviewRequest { RepositoryName = "app" },
            Platform.Caller()
        );

        var preview = await platform.Ecr.GetLifecyclePolicyPreviewAsync(
            new GetLifecyclePolicyPreviewRequest { RepositoryName = "app" },
            Platform.Caller()
        );
        var swept = await platform.SweepAsync();

        preview.PreviewResults!.Select(result => result.ImageDigest).ShouldBe([first]);
        swept.Images.ShouldBe(1);
        (
            await platform.Ecr.GetLifecyclePolicyAsync(
                new GetLifecyclePolicyRequest { RepositoryName = "app" },
                Platform.Caller()
            )
        ).LastEvaluatedAt.ShouldBe(platform.Clock.GetUtcNow());
    }

    [Fact]
    public void An_age_beyond_all_time_lets_nothing_go() =>
        Expired(
                Policy(
                    """{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":2147483647}"""
                ),
                Image("a", days: 15)
            )
            .ShouldBeEmpty();

    [Fact]
    public async Task A_policy_that_was_never_put_is_not_found()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.GetLifecyclePolicyAsync(
                new GetLifecyclePolicyRequest { RepositoryName = "app" },
                Platform.Caller()
            )
        );

        (error.Code, error.Message).ShouldBe(
            (
                "LifecyclePolicyNotFoundException",
                "Lifecycle policy does not exist for the repository with name 'app' in the registry with id "
                    + "'123456789012'"
            )
        );
    }

    private static LifecyclePolicy Policy(params string[] selections)
    {
        var rules = selections.Select(
            (selection, number) =>
                $$$"""{"rulePriority":{{{number + 1}}},"selection":{{{selection}}},"action":{"type":"expire"}}"""
        );
        LifecyclePolicy
            .TryParse($$"""{"rules":[{{string.Join(',', rules)}}]}""", out var policy, out var fault)
            .ShouldBeTrue(fault);
        return policy!;
    }

    private static IEnumerable<string> Expired(LifecyclePolicy policy, params LifecycleImage[] images) =>
        LifecycleEvaluation.Evaluate(policy, images, Now).Select(expiry => expiry.Image.Image.Digest);

    private static LifecycleImage Image(string digest, int days, params string[] tags)
    {
        var image = new ImageRecord
        {
            AccountId = Platform.Account,
            Region = Platform.Region,
            Repository = "app",
            Digest = digest,
            MediaType = ImageManifest.OciManifest,
            ManifestSize = 1,
            ImageSize = 1,
            PushedAt = Now - TimeSpan.FromDays(days),
        };
        return new LifecycleImage(image, tags);
    }
}
