using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class TagTests
{
    private const string Arn = "arn:aws:logs:eu-west-1:123456789012:log-group:g";

    [Fact]
    public async Task Tags_given_at_creation_are_listed_both_ways()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.Api.CreateLogGroupAsync(new() { LogGroupName = "g", Tags = Of(("team", "a")) }, LogsWorld.Caller);
        (await world.Api.ListTagsLogGroupAsync(new() { LogGroupName = "g" }, LogsWorld.Caller)).Tags.ShouldBe(
            Of(("team", "a"))
        );
        (await world.Api.ListTagsForResourceAsync(new() { ResourceArn = Arn }, LogsWorld.Caller)).Tags.ShouldBe(
            Of(("team", "a"))
        );
    }

    [Fact]
    public async Task Tags_are_added_changed_and_removed()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await world.Api.TagLogGroupAsync(
            new() { LogGroupName = "g", Tags = Of(("a", "1"), ("b", "2")) },
            LogsWorld.Caller
        );
        await world.Api.TagResourceAsync(
            new() { ResourceArn = Arn, Tags = Of(("b", "3"), ("c", "4")) },
            LogsWorld.Caller
        );
        await world.Api.UntagLogGroupAsync(new() { LogGroupName = "g", Tags = ["a"] }, LogsWorld.Caller);
        await world.Api.UntagResourceAsync(new() { ResourceArn = Arn, TagKeys = ["c", "unknown"] }, LogsWorld.Caller);
        (await world.Api.ListTagsForResourceAsync(new() { ResourceArn = Arn }, LogsWorld.Caller)).Tags.ShouldBe(
            Of(("b", "3"))
        );
    }

    [Fact]
    public async Task A_group_has_fifty_tags_at_most()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await world.Api.TagResourceAsync(
            new() { ResourceArn = Arn, Tags = Enumerable.Range(0, 50).ToDictionary(i => $"{i}", i => "") },
            LogsWorld.Caller
        );
        await LogsWorld.RefusedAsync(
            () => world.Api.TagResourceAsync(new() { ResourceArn = Arn, Tags = Of(("more", "")) }, LogsWorld.Caller),
            "TooManyTagsException",
            "The log group would have 51 tags; a resource has at most 50."
        );
    }

    [Fact]
    public async Task Too_many_tags_are_refused_with_the_resource_that_would_have_them()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await world.Api.TagResourceAsync(
            new() { ResourceArn = Arn, Tags = Enumerable.Range(0, 50).ToDictionary(i => $"{i}", i => "") },
            LogsWorld.Caller
        );
        var refused = await Should.ThrowAsync<AwsException>(() =>
            world.Api.TagResourceAsync(new() { ResourceArn = Arn, Tags = Of(("more", "")) }, LogsWorld.Caller)
        );
        refused.Details.ShouldBeOfType<TooManyTagsExceptionDetails>().ResourceName.ShouldBe(Arn);
    }

    [Fact]
    public async Task Keys_of_AWS_are_refused()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await LogsWorld.RefusedAsync(
            () => world.Api.TagLogGroupAsync(new() { LogGroupName = "g", Tags = Of(("aws:x", "")) }, LogsWorld.Caller),
            "InvalidParameterException",
            "aws: prefixed tag key names are not allowed for external use: aws:x"
        );
    }

    [Fact]
    public async Task What_is_tagged_must_exist()
    {
        await using var world = await LogsWorld.OpenAsync();
        await LogsWorld.NotFoundAsync(
            () => world.Api.ListTagsForResourceAsync(new() { ResourceArn = Arn }, LogsWorld.Caller),
            "group"
        );
        await LogsWorld.RefusedAsync(
            () => world.Api.ListTagsForResourceAsync(new() { ResourceArn = "g" }, LogsWorld.Caller),
            "InvalidParameterException",
            "The specified ARN is invalid: g"
        );
    }

    private static Dictionary<string, string> Of(params (string Key, string Value)[] tags) =>
        tags.ToDictionary(tag => tag.Key, tag => tag.Value);
}
