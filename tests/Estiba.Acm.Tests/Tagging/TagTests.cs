using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Tagging;

public sealed class TagTests
{
    [Fact]
    public async Task Tags_are_put_and_taken()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync(change: request => request with { Tags = [Of("team", "web"), Of("stage")] });

        await AddAsync(world, arn, Of("team", "shop"), Of("cost", "1"));
        (await TagsAsync(world, arn)).ShouldBe([Of("team", "shop"), Of("stage"), Of("cost", "1")]);
        // One with a value is taken only where it has that value.
        await RemoveAsync(world, arn, Of("team", "web"), Of("stage"), Of("cost", "1"), Of("absent"));

        (await TagsAsync(world, arn)).ShouldBe([Of("team", "shop")]);
    }

    [Fact]
    public async Task Tags_that_nobody_may_put_are_refused()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        Task AddManyAsync(int from, int count) =>
            AddAsync(world, arn, [.. Enumerable.Range(from, count).Select(number => Of($"key-{number}"))]);

        (await ErrorOfAsync(() => AddAsync(world, arn, Of("aws:team")))).Code.ShouldBe("InvalidTagException");
        (await ErrorOfAsync(() => AddAsync(world, arn, Of("team", "aws:web")))).Code.ShouldBe("InvalidTagException");
        (await ErrorOfAsync(() => RemoveAsync(world, arn, Of("aws:team")))).Code.ShouldBe("InvalidTagException");
        (await ErrorOfAsync(() => AddAsync(world, arn, Of("team"), Of("team")))).Code.ShouldBe(
            "InvalidParameterException"
        );
        await AddManyAsync(1, 50);
        (await ErrorOfAsync(() => AddManyAsync(51, 1))).Code.ShouldBe("TooManyTagsException");
    }

    private static Tag Of(string key, string? value = null) => new() { Key = key, Value = value };

    private static Task AddAsync(AcmWorld world, string arn, params Tag[] tags) =>
        world.Api.AddTagsToCertificateAsync(
            new AddTagsToCertificateRequest { CertificateArn = arn, Tags = tags },
            Context
        );

    private static Task RemoveAsync(AcmWorld world, string arn, params Tag[] tags) =>
        world.Api.RemoveTagsFromCertificateAsync(
            new RemoveTagsFromCertificateRequest { CertificateArn = arn, Tags = tags },
            Context
        );

    private static async Task<IReadOnlyList<Tag>?> TagsAsync(AcmWorld world, string arn) =>
        (
            await world.Api.ListTagsForCertificateAsync(
                new ListTagsForCertificateRequest { CertificateArn = arn },
                Context
            )
        ).Tags;
}
