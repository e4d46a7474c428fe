using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

/// <summary>Which logs are delivered where.</summary>
public sealed class DeliveryTests
{
    private const string Balancer =
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
    private const string Group = "arn:aws:logs:eu-west-1:123456789012:log-group:g:*";

    [Fact]
    public async Task A_delivery_joins_a_source_and_a_destination()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var source = await PutSourceAsync(world);
        var destination = await PutDestinationAsync(world);

        var delivery = await CreateAsync(world);

        (source.Arn, source.Service, source.ResourceArns!.Single()).ShouldBe(
            ("arn:aws:logs:eu-west-1:123456789012:delivery-source:web", "elasticloadbalancing", Balancer)
        );
        (destination.Arn, destination.DeliveryDestinationType, destination.OutputFormat).ShouldBe(
            ("arn:aws:logs:eu-west-1:123456789012:delivery-destination:group", "CWL", "plain")
        );
        delivery.Arn.ShouldBe($"arn:aws:logs:eu-west-1:123456789012:delivery:{delivery.Id}");
        (delivery.DeliverySourceName, delivery.DeliveryDestinationArn, delivery.DeliveryDestinationType).ShouldBe(
            ("web", destination.Arn, "CWL")
        );
        delivery.RecordFields!.Count.ShouldBe(34);
        (
            await world.Api.GetDeliveryAsync(new GetDeliveryRequest { Id = delivery.Id }, LogsWorld.Caller)
        ).Delivery!.Id.ShouldBe(delivery.Id);
        (await world.Api.DescribeDeliveriesAsync(new(), LogsWorld.Caller))
            .Deliveries!.Single()
            .Id.ShouldBe(delivery.Id);
    }

    [Fact]
    public async Task What_a_delivery_needs_cannot_be_deleted_before_it()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutSourceAsync(world);
        await PutDestinationAsync(world);
        var delivery = await CreateAsync(world);
        Task DeleteSourceAsync() =>
            world.Api.DeleteDeliverySourceAsync(new DeleteDeliverySourceRequest { Name = "web" }, LogsWorld.Caller);
        Task DeleteDestinationAsync() =>
            world.Api.DeleteDeliveryDestinationAsync(
                new DeleteDeliveryDestinationRequest { Name = "group" },
                LogsWorld.Caller
            );

        (await CodeAsync(DeleteSourceAsync)).ShouldBe("ConflictException");
        (await CodeAsync(DeleteDestinationAsync)).ShouldBe("ConflictException");
        await world.Api.DeleteDeliveryAsync(new DeleteDeliveryRequest { Id = delivery.Id }, LogsWorld.Caller);
        await DeleteSourceAsync();
        await DeleteDestinationAsync();

        (await world.Api.DescribeDeliverySourcesAsync(new(), LogsWorld.Caller)).DeliverySources!.ShouldBeEmpty();
        (await CodeAsync(DeleteSourceAsync)).ShouldBe("ResourceNotFoundException");
    }

    [Fact]
    public async Task The_fields_of_a_delivery_can_be_changed()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutSourceAsync(world);
        await PutDestinationAsync(world);
        var delivery = await CreateAsync(world);

        await world.Api.UpdateDeliveryConfigurationAsync(
            new UpdateDeliveryConfigurationRequest
            {
                Id = delivery.Id,
                RecordFields = ["time", "elb_status_code"],
                FieldDelimiter = ",",
            },
            LogsWorld.Caller
        );

        var changed = (
            await world.Api.GetDeliveryAsync(new GetDeliveryRequest { Id = delivery.Id }, LogsWorld.Caller)
        ).Delivery!;
        changed.RecordFields.ShouldBe(["time", "elb_status_code"]);
        changed.FieldDelimiter.ShouldBe(",");
    }

    [Fact]
    public async Task Sources_are_found_by_their_resources_and_destinations_by_their_names()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutSourceAsync(world);
        await PutDestinationAsync(world);
        async Task<int> SourcesAsync(string resource) =>
            (
                await world.Api.DescribeDeliverySourcesAsync(
                    new DescribeDeliverySourcesRequest { ResourceArns = [resource] },
                    LogsWorld.Caller
                )
            )
                .DeliverySources!
                .Count;
        async Task<int> DestinationsAsync(string name) =>
            (
                await world.Api.DescribeDeliveryDestinationsAsync(
                    new DescribeDeliveryDestinationsRequest { Names = [name] },
                    LogsWorld.Caller
                )
            )
                .DeliveryDestinations!
                .Count;

        (await SourcesAsync(Balancer), await SourcesAsync(Balancer + "0")).ShouldBe((1, 0));
        (await DestinationsAsync("group"), await DestinationsAsync("other")).ShouldBe((1, 0));
    }

    [Fact]
    public async Task There_is_one_delivery_of_a_source_to_a_destination()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutSourceAsync(world);
        await PutDestinationAsync(world);
        await CreateAsync(world);

        (await CodeAsync(() => CreateAsync(world))).ShouldBe("ConflictException");
    }

    [Fact]
    public async Task A_resource_is_one_source_and_a_source_one_resource()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutSourceAsync(world);
        await PutSourceAsync(world);

        (await CodeAsync(() => PutSourceAsync(world, "other"))).ShouldBe("ConflictException");
        (await CodeAsync(() => PutSourceAsync(world, resource: Balancer + "0"))).ShouldBe("ConflictException");
    }

    [Theory]
    [InlineData("arn:aws:cloudfront::123456789012:distribution/E1", "ACCESS_LOGS")]
    [InlineData(Balancer, "ALB_CONNECTION_LOGS")]
    [InlineData(
        "arn:aws:elasticloadbalancing:eu-west-1:999999999999:loadbalancer/app/web/50dc6c495c0c9188",
        "ALB_ACCESS_LOGS"
    )]
    [InlineData("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/web/1", "ALB_ACCESS_LOGS")]
    public async Task What_nobody_delivers_is_no_source(string resource, string type)
    {
        await using var world = await LogsWorld.WithStreamAsync();

        (await CodeAsync(() => PutSourceAsync(world, resource: resource, type: type))).ShouldBe("ValidationException");
    }

    [Theory]
    [InlineData("arn:aws:s3:::bucket", null, null, "ValidationException")]
    [InlineData(Group, "w3c", null, "ValidationException")]
    [InlineData(Group, null, "S3", "ValidationException")]
    [InlineData("arn:aws:logs:eu-west-1:123456789012:log-group:none", null, null, "ResourceNotFoundException")]
    public async Task Logs_are_delivered_to_log_groups(string resource, string? format, string? type, string code)
    {
        await using var world = await LogsWorld.WithStreamAsync();

        (
            await CodeAsync(() =>
                world.Api.PutDeliveryDestinationAsync(
                    new PutDeliveryDestinationRequest
                    {
                        Name = "group",
                        OutputFormat = format,
                        DeliveryDestinationType = type,
                        DeliveryDestinationConfiguration = new DeliveryDestinationConfiguration
                        {
                            DestinationResourceArn = resource,
                        },
                    },
                    LogsWorld.Caller
                )
            )
        ).ShouldBe(code);
    }

    [Theory]
    [InlineData("weather", null)]
    [InlineData("time", "::")]
    public async Task A_delivery_has_the_fields_and_delimiters_that_there_are(string field, string? delimiter)
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutSourceAsync(world);
        await PutDestinationAsync(world);

        (
            await CodeAsync(() =>
                CreateAsync(world, request => request with { RecordFields = [field], FieldDelimiter = delimiter })
            )
        ).ShouldBe("ValidationException");
    }

    [Fact]
    public async Task The_template_says_what_a_delivery_may_be()
    {
        await using var world = await LogsWorld.OpenAsync();

        var all = await world.Api.DescribeConfigurationTemplatesAsync(new(), LogsWorld.Caller);
        var others = await world.Api.DescribeConfigurationTemplatesAsync(
            new DescribeConfigurationTemplatesRequest { DeliveryDestinationTypes = ["S3"] },
            LogsWorld.Caller
        );

        all.ConfigurationTemplates!.Single().LogType.ShouldBe("ALB_ACCESS_LOGS");
        others.ConfigurationTemplates!.ShouldBeEmpty();
    }

    private static async Task<string> CodeAsync(Func<Task> call) => (await Should.ThrowAsync<AwsException>(call)).Code;

    private static async Task<DeliverySource> PutSourceAsync(
        LogsWorld world,
        string name = "web",
        string resource = Balancer,
        string type = "ALB_ACCESS_LOGS"
    ) =>
        (
            await world.Api.PutDeliverySourceAsync(
                new PutDeliverySourceRequest
                {
                    Name = name,
                    ResourceArn = resource,
                    LogType = type,
                },
                LogsWorld.Caller
            )
        ).DeliverySource!;

    private static async Task<DeliveryDestination> PutDestinationAsync(LogsWorld world) =>
        (
            await world.Api.PutDeliveryDestinationAsync(
                new PutDeliveryDestinationRequest
                {
                    Name = "group",
                    DeliveryDestinationConfiguration = new DeliveryDestinationConfiguration
                    {
                        DestinationResourceArn = Group,
                    },
                },
                LogsWorld.Caller
            )
        ).DeliveryDestination!;

    private static async Task<Delivery> CreateAsync(
        LogsWorld world,
        Func<CreateDeliveryRequest, CreateDeliveryRequest>? with = null
    )
    {
        var request = new CreateDeliveryRequest
        {
            DeliverySourceName = "web",
            DeliveryDestinationArn = "arn:aws:logs:eu-west-1:123456789012:delivery-destination:group",
        };
        return (await world.Api.CreateDeliveryAsync(with?.Invoke(request) ?? request, LogsWorld.Caller)).Delivery!;
    }
}
