using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.Clusters;

namespace Estiba.Ecs.Tests.Attributes;

public sealed class AttributeTests
{
    [Fact]
    public async Task Attributes_are_put_by_short_id_or_ARN_and_listed()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();

        await PutAsync(
            world,
            new EcsAttribute
            {
                Name = "stack",
                Value = "production",
                TargetType = "container-instance",
                TargetId = instance[^32..],
            }
        );
        await PutAsync(world, new EcsAttribute { Name = "rack", TargetId = instance });

        (await ListAsync(world, "stack", "production"))
            .Single()
            .ShouldBe(
                new EcsAttribute
                {
                    Name = "stack",
                    Value = "production",
                    TargetId = instance,
                }
            );
        (await ListAsync(world, "rack")).Single().Value.ShouldBeNull();
        (await ListAsync(world, "stack", "test")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_attribute_has_one_value()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await PutAsync(
            world,
            new EcsAttribute
            {
                Name = "stack",
                Value = "a",
                TargetId = instance,
            }
        );
        await PutAsync(
            world,
            new EcsAttribute
            {
                Name = "stack",
                Value = "b",
                TargetId = instance,
            }
        );

        (await ListAsync(world, "stack")).Single().Value.ShouldBe("b");
    }

    [Fact]
    public async Task A_deleted_attribute_is_gone()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await PutAsync(
            world,
            new EcsAttribute
            {
                Name = "stack",
                Value = "a",
                TargetId = instance,
            }
        );

        var deleted = await world.Api.DeleteAttributesAsync(
            new DeleteAttributesRequest { Attributes = [new EcsAttribute { Name = "stack", TargetId = instance }] },
            world.Caller
        );

        deleted.Attributes!.Single().Value.ShouldBe("a");
        (await ListAsync(world, "stack")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_instance_has_ten_custom_attributes_at_most()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await PutAsync(
            world,
            [.. Enumerable.Range(0, 10).Select(n => new EcsAttribute { Name = "a" + n, TargetId = instance })]
        );

        await ClusterTests.RefusedAsync(
            () => PutAsync(world, new EcsAttribute { Name = "more", TargetId = instance }),
            "AttributeLimitExceededException",
            "You can have up to 10 custom attributes for each resource."
        );
    }

    [Fact]
    public async Task The_target_must_be_there()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();

        (
            await Should.ThrowAsync<Contracts.AwsException>(() =>
                PutAsync(world, new EcsAttribute { Name = "a", TargetId = "none" })
            )
        ).Code.ShouldBe("TargetNotFoundException");
    }

    [Theory]
    [InlineData("a b", null)]
    [InlineData("ecs.instance-type", null)]
    [InlineData("a", " b")]
    public async Task A_name_or_value_that_cannot_be_one_is_refused(string name, string? value)
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();

        (
            await Should.ThrowAsync<Contracts.AwsException>(() =>
                PutAsync(
                    world,
                    new EcsAttribute
                    {
                        Name = name,
                        Value = value,
                        TargetId = instance,
                    }
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task Attributes_are_listed_in_pages()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.AddInstanceAsync();
        var whole = await world.Api.ListAttributesAsync(
            new ListAttributesRequest { TargetType = "container-instance" },
            world.Caller
        );
        var first = await world.Api.ListAttributesAsync(
            new ListAttributesRequest { TargetType = "container-instance", MaxResults = 4 },
            world.Caller
        );
        var second = await world.Api.ListAttributesAsync(
            new ListAttributesRequest
            {
                TargetType = "container-instance",
                MaxResults = 4,
                NextToken = first.NextToken,
            },
            world.Caller
        );

        first.Attributes!.Concat(second.Attributes!).ShouldBe(whole.Attributes!);
    }

    private static Task<PutAttributesResponse> PutAsync(EcsWorld world, params EcsAttribute[] attributes) =>
        world.Api.PutAttributesAsync(new PutAttributesRequest { Attributes = attributes }, world.Caller);

    private static async Task<IReadOnlyList<EcsAttribute>> ListAsync(
        EcsWorld world,
        string name,
        string? value = null
    ) =>
        (
            await world.Api.ListAttributesAsync(
                new ListAttributesRequest
                {
                    TargetType = "container-instance",
                    AttributeName = name,
                    AttributeValue = value,
                },
                world.Caller
            )
        ).Attributes!;
}
