using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.LaunchTemplates;

/// <summary>Launch templates, their versions, and launches of them.</summary>
public sealed class LaunchTemplateTests
{
    private const string Name = "hosts";

    [Fact]
    public async Task A_template_has_versions_one_of_which_is_the_default()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var made = await CreateAsync(world);
        made.LaunchTemplateId!.ShouldStartWith("lt-");
        (made.DefaultVersionNumber, made.LatestVersionNumber).ShouldBe((1, 1));

        var second = await NextAsync(world, new RequestLaunchTemplateData { InstanceType = "t3.small" }, source: "1");
        second.VersionNumber.ShouldBe(2);
        second.DefaultVersion.ShouldBe(false);
        (second.LaunchTemplateData!.InstanceType, second.LaunchTemplateData.ImageId).ShouldBe(
            ("t3.small", ComputeWorld.ImageId)
        );
        var third = await NextAsync(world, new RequestLaunchTemplateData { InstanceType = "t3.small" }, source: null);
        third.LaunchTemplateData!.ImageId.ShouldBeNull();

        var changed = await world.Api.ModifyLaunchTemplateAsync(
            new ModifyLaunchTemplateRequest { LaunchTemplateName = Name, DefaultVersion = "2" },
            ComputeWorld.Context
        );
        changed.LaunchTemplate!.DefaultVersionNumber.ShouldBe(2);
        (await VersionsAsync(world)).ShouldBe([3, 2, 1]);
        (await VersionsAsync(world, "$Default", "$Latest")).ShouldBe([3, 2]);
    }

    [Fact]
    public async Task A_version_that_is_not_the_default_can_be_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await CreateAsync(world);
        await NextAsync(world, new RequestLaunchTemplateData { InstanceType = "t3.small" }, source: "1");

        var answer = await world.Api.DeleteLaunchTemplateVersionsAsync(
            new DeleteLaunchTemplateVersionsRequest { LaunchTemplateName = Name, Versions = ["1", "2", "7"] },
            ComputeWorld.Context
        );

        answer.SuccessfullyDeletedLaunchTemplateVersions.ShouldHaveSingleItem().VersionNumber.ShouldBe(2);
        answer
            .UnsuccessfullyDeletedLaunchTemplateVersions!.Select(each => (each.VersionNumber, each.ResponseError!.Code))
            .ShouldBe([(1, "unexpectedError"), (7, "launchTemplateVersionDoesNotExist")]);
        (await VersionsAsync(world)).ShouldBe([1]);
        (await NextAsync(world, new RequestLaunchTemplateData(), source: "1")).VersionNumber.ShouldBe(3);
    }

    [Fact]
    public async Task A_launch_takes_what_the_template_says_and_what_the_request_says_instead()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await CreateAsync(world, data =>
            data with
            {
                UserData = ComputeWorld.Base64("#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config"),
                TagSpecifications =
                [
                    new LaunchTemplateTagSpecificationRequest
                    {
                        ResourceType = "instance",
                        Tags = [new Tag { Key = "Name", Value = "host" }, new Tag { Key = "stage", Value = "test" }],
                    },
                ],
            }
        );

        var launched = await world.RunAsync(1, request =>
            request with
            {
                ImageId = null,
                InstanceType = "t3.small",
                LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = Name },
                TagSpecifications =
                [
                    new TagSpecification
                    {
                        ResourceType = "instance",
                        Tags = [new Tag { Key = "stage", Value = "prod" }],
                    },
                ],
            }
        );

        var instance = launched.ShouldHaveSingleItem();
        (instance.ImageId, instance.InstanceType).ShouldBe((ComputeWorld.ImageId, "t3.small"));
        world.Host.Running[instance.InstanceId!].Cluster.ShouldBe("shop");
        var tags = instance.Tags!.ToDictionary(tag => tag.Key!, tag => tag.Value);
        (tags["Name"], tags["stage"], tags["aws:ec2launchtemplate:version"]).ShouldBe(("host", "prod", "1"));
    }

    [Fact]
    public async Task A_launch_that_is_asked_for_again_is_the_same_though_the_template_is_gone()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await CreateAsync(world);

        var first = await LaunchAsync();
        await world.Api.DeleteLaunchTemplateAsync(
            new DeleteLaunchTemplateRequest { LaunchTemplateName = Name },
            ComputeWorld.Context
        );
        var second = await LaunchAsync();

        second.ShouldBe(first);

        async Task<string?> LaunchAsync() =>
            (
                await world.RunAsync(1, request =>
                    request with
                    {
                        ImageId = null,
                        InstanceType = null,
                        ClientToken = "token",
                        LaunchTemplate = new LaunchTemplateSpecification
                        {
                            LaunchTemplateName = Name,
                            Version = "$Latest",
                        },
                    }
                )
            )
                .ShouldHaveSingleItem()
                .InstanceId;
    }

    [Fact]
    public async Task A_template_is_made_once_by_a_name()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var made = await CreateAsync(world, token: "token");

        (await CreateAsync(world, token: "token")).LaunchTemplateId.ShouldBe(made.LaunchTemplateId);
        var error = await ComputeWorld.ErrorOfAsync(() => CreateAsync(world));
        (error.Code, error.Message).ShouldBe(
            ("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
        );
    }

    public static TheoryData<string?, string?, string?, string> Unknown =>
        new()
        {
            { null, null, null, "MissingParameter" },
            { "lt-0123456789abcdef0", Name, null, "InvalidParameterCombination" },
            { "lt-0123456789abcdef0", null, null, "InvalidLaunchTemplateId.NotFound" },
            { "template", null, null, "InvalidLaunchTemplateId.Malformed" },
            { null, "nobody", null, "InvalidLaunchTemplateName.NotFoundException" },
            { null, Name, "9", "InvalidLaunchTemplateId.VersionNotFound" },
            { null, Name, "newest", "InvalidParameterValue" },
        };

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task A_template_that_is_not_there_is_not_launched(
        string? id,
        string? name,
        string? version,
        string code
    )
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await CreateAsync(world);

        var error = await ComputeWorld.ErrorOfAsync(() => world.RunAsync(1, request => request with { LaunchTemplate =
                        new LaunchTemplateSpecification
                        {
                            LaunchTemplateId = id,
                            LaunchTemplateName = name,
                            Version = version,
                        } }));

        error.Code.ShouldBe(code);
    }

    private static async Task<LaunchTemplate> CreateAsync(
        ComputeWorld world,
        Func<RequestLaunchTemplateData, RequestLaunchTemplateData>? change = null,
        string? token = null
    )
    {
        var data = new RequestLaunchTemplateData { ImageId = ComputeWorld.ImageId, InstanceType = "t3.micro" };
        var made = await world.Api.CreateLaunchTemplateAsync(
            new CreateLaunchTemplateRequest
            {
                LaunchTemplateName = Name,
                LaunchTemplateData = change is null ? data : change(data),
                ClientToken = token,
            },
            ComputeWorld.Context
        );
        return made.LaunchTemplate!;
    }

    private static async Task<LaunchTemplateVersion> NextAsync(
        ComputeWorld world,
        RequestLaunchTemplateData data,
        string? source
    ) =>
        (
            await world.Api.CreateLaunchTemplateVersionAsync(
                new CreateLaunchTemplateVersionRequest
                {
                    LaunchTemplateName = Name,
                    SourceVersion = source,
                    LaunchTemplateData = data,
                },
                ComputeWorld.Context
            )
        ).LaunchTemplateVersion!;

    private static async Task<IReadOnlyList<long>> VersionsAsync(ComputeWorld world, params string[] versions)
    {
        var answer = await world.Api.DescribeLaunchTemplateVersionsAsync(
            new DescribeLaunchTemplateVersionsRequest { LaunchTemplateName = Name, Versions = versions },
            ComputeWorld.Context
        );
        return [.. answer.LaunchTemplateVersions!.Select(version => version.VersionNumber!.Value)];
    }
}
