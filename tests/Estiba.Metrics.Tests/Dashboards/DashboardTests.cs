using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.Alarms.AlarmsWorld;

namespace Estiba.Metrics.Tests.Dashboards;

public sealed class DashboardTests
{
    private const string Body = """
        {"widgets":[{"type":"metric","x":0,"y":0,"width":12,"height":6,"properties":{"metrics":[["App","Cpu"]]}},
        {"type":"text","properties":{"markdown":"hello"}}]}
        """;

    [Fact]
    public async Task A_dashboard_is_put_shown_replaced_and_deleted_in_any_region()
    {
        await using var world = await CreateAsync();
        var put = await world.Api.PutDashboardAsync(
            new PutDashboardInput
            {
                DashboardName = "web",
                DashboardBody = Body,
                Tags = [new Tag { Key = "a", Value = "1" }],
            },
            Context
        );
        put.DashboardValidationMessages!.ShouldBeEmpty();
        var elsewhere = In("111122223333", "us-east-1");
        var shown = await world.Api.GetDashboardAsync(new GetDashboardInput { DashboardName = "web" }, elsewhere);
        (shown.DashboardArn, shown.DashboardBody).ShouldBe(("arn:aws:cloudwatch::111122223333:dashboard/web", Body));
        await world.Api.PutDashboardAsync(
            new PutDashboardInput { DashboardName = "web", DashboardBody = "{\"widgets\":[]}" },
            Context
        );
        var entry = (
            await world.Api.ListDashboardsAsync(new ListDashboardsInput(), Context)
        ).DashboardEntries!.ShouldHaveSingleItem();
        (entry.DashboardName, entry.Size, entry.LastModified).ShouldBe(("web", 14, world.Time.GetUtcNow()));
        (
            await world.Api.ListTagsForResourceAsync(
                new ListTagsForResourceInput { ResourceARN = shown.DashboardArn },
                Context
            )
        )
            .Tags!.ShouldHaveSingleItem()
            .Key.ShouldBe("a");

        await world.Api.DeleteDashboardsAsync(new DeleteDashboardsInput { DashboardNames = ["web"] }, Context);
        (
            await world.ErrorOfAsync(() =>
                world.Api.GetDashboardAsync(new GetDashboardInput { DashboardName = "web" }, Context)
            )
        ).ShouldBe(("DashboardNotFoundError", "Dashboard web does not exist"));
    }

    [Fact]
    public async Task Dashboards_are_listed_by_prefix_and_belong_to_their_account()
    {
        await using var world = await CreateAsync();
        foreach (var name in (string[])["web-2", "db", "web-1"])
            await world.Api.PutDashboardAsync(
                new PutDashboardInput { DashboardName = name, DashboardBody = Body },
                Context
            );
        var listed = await world.Api.ListDashboardsAsync(
            new ListDashboardsInput { DashboardNamePrefix = "web-" },
            Context
        );
        listed.DashboardEntries!.Select(entry => entry.DashboardName).ShouldBe(["web-1", "web-2"]);
        (
            await world.Api.ListDashboardsAsync(new ListDashboardsInput(), In("444455556666", "eu-west-1"))
        ).DashboardEntries!.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nothing", "", "The field DashboardBody must be a valid JSON object")]
    [InlineData("[]", "", "The field DashboardBody must be a valid JSON object")]
    [InlineData("{}", "/", "Should have required property 'widgets'")]
    [InlineData("{\"widgets\":{}}", "/widgets", "Should be array")]
    [InlineData("{\"widgets\":[1]}", "/widgets/0", "Should be object")]
    [InlineData("{\"widgets\":[{\"type\":\"text\"}]}", "/widgets/0", "Should have required property 'properties'")]
    [InlineData(
        "{\"widgets\":[{\"type\":\"film\",\"properties\":{}}]}",
        "/widgets/0/type",
        "Should be equal to one of the allowed values"
    )]
    [InlineData(
        "{\"widgets\":[{\"type\":\"text\",\"width\":25,\"properties\":{\"markdown\":\"\"}}]}",
        "/widgets/0/width",
        "Should be <= 24"
    )]
    [InlineData(
        "{\"widgets\":[{\"type\":\"text\",\"properties\":{}}]}",
        "/widgets/0/properties",
        "Should have required property 'markdown'"
    )]
    [InlineData(
        "{\"widgets\":[{\"type\":\"metric\",\"properties\":{\"metrics\":[[\"App\",\"Cpu\"],\"x\"]}}]}",
        "/widgets/0/properties/metrics/1",
        "Should be array"
    )]
    public async Task What_is_no_dashboard_is_refused(string body, string path, string message)
    {
        await using var world = await CreateAsync();
        var error = await Should.ThrowAsync<AwsException>(() =>
            world.Api.PutDashboardAsync(new PutDashboardInput { DashboardName = "web", DashboardBody = body }, Context)
        );
        (error.Code, error.QueryCode).ShouldBe(("DashboardInvalidInputError", "InvalidParameterInput"));
        error.Message.ShouldContain($"{{ \"dataPath\": \"{path}\", \"message\": \"{message}\" }}");
        world.Store.Current.Count(MetricsTables.Dashboards).ShouldBe(0);
    }

    [Fact]
    public async Task One_that_is_gone_does_not_hold_the_others()
    {
        await using var world = await CreateAsync();
        Task PutAsync(string name) =>
            world.Api.PutDashboardAsync(new PutDashboardInput { DashboardName = name, DashboardBody = Body }, Context);
        await PutAsync("web");

        var gone = await Should.ThrowAsync<AwsException>(() =>
            world.Api.DeleteDashboardsAsync(new DeleteDashboardsInput { DashboardNames = ["gone", "web"] }, Context)
        );
        (gone.Code, gone.QueryCode).ShouldBe(("DashboardNotFoundError", "ResourceNotFound"));
        world.Store.Current.Count(MetricsTables.Dashboards).ShouldBe(0);
        (await world.ErrorOfAsync(() => PutAsync("a b"))).Code.ShouldBe("InvalidParameterValueException");
    }
}
