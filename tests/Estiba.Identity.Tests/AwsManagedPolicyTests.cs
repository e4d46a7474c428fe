using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

/// <summary>The policies that AWS keeps for everybody.</summary>
public sealed class AwsManagedPolicyTests
{
    private const string Prefix = "arn:aws:iam::aws:policy/";

    [Theory]
    [InlineData("service-role/AmazonECSTaskExecutionRolePolicy", "ecr:GetAuthorizationToken")]
    [InlineData("service-role/AmazonEC2ContainerServiceforEC2Role", "ecs:RegisterContainerInstance")]
    [InlineData("AmazonECS_FullAccess", "ecs:*")]
    [InlineData("AmazonEC2ContainerRegistryReadOnly", "ecr:BatchGetImage")]
    [InlineData("AmazonEC2ContainerRegistryPullOnly", "ecr:BatchGetImage")]
    [InlineData("AdministratorAccess", "\"*\"")]
    [InlineData("CloudWatchLogsFullAccess", "logs:*")]
    [InlineData("service-role/AWSLambdaBasicExecutionRole", "logs:PutLogEvents")]
    [InlineData("AmazonSSMManagedInstanceCore", "ssmmessages:OpenDataChannel")]
    [InlineData("aws-service-role/AmazonECSServiceRolePolicy", "elasticloadbalancing:RegisterTargets")]
    [InlineData("job-function/ViewOnlyAccess", "ecs:List*")]
    public async Task Its_document_can_be_read(string name, string part)
    {
        await using var world = await IdentityWorld.StartAsync();
        var policy = (
            await world.Iam.GetPolicyAsync(new() { PolicyArn = Prefix + name }, IdentityWorld.Caller)
        ).Policy!;

        var version = (
            await world.Iam.GetPolicyVersionAsync(
                new() { PolicyArn = Prefix + name, VersionId = policy.DefaultVersionId },
                IdentityWorld.Caller
            )
        ).PolicyVersion!;

        Uri.UnescapeDataString(version.Document!).ShouldContain(part);
        (policy.Arn, policy.PolicyName, policy.IsAttachable, version.IsDefaultVersion).ShouldBe(
            (Prefix + name, name.Split('/')[^1], true, true)
        );
        policy.PolicyId!.ShouldMatch("^ANPA[A-Z2-7]{17}$");
    }

    [Theory]
    [InlineData("NoSuchPolicy")]
    [InlineData("service-role/AdministratorAccess")]
    [InlineData("administratoraccess")]
    public async Task One_that_aws_does_not_keep_does_not_exist(string name)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        var arn = Prefix + name;

        await world
            .Iam.AttachRolePolicyAsync(new() { RoleName = "app", PolicyArn = arn }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {arn} does not exist or is not attachable.");
        await Refusal
            .Of(() => world.Iam.GetPolicyAsync(new() { PolicyArn = arn }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {arn} was not found.");
        await Refusal
            .Of(() => world.Iam.ListEntitiesForPolicyAsync(new() { PolicyArn = arn }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {arn} does not exist or is not attachable.");
    }

    [Fact]
    public async Task One_for_a_services_role_cannot_be_attached_to_another()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .Iam.AttachRolePolicyAsync(
                new() { RoleName = "app", PolicyArn = Prefix + "aws-service-role/AmazonECSServiceRolePolicy" },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.");
    }

    [Theory]
    [InlineData("longpolicynamebutnoarn", "ValidationError")]
    [InlineData("arn:aws:iam::123456789012:role/app", "InvalidInput")]
    public async Task What_is_no_policys_arn_is_not_valid(string arn, string code)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .Iam.AttachRolePolicyAsync(new() { RoleName = "app", PolicyArn = arn }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(code, $"ARN {arn} is not valid.");
    }

    [Fact]
    public async Task Nobody_can_change_one()
    {
        await using var world = await IdentityWorld.StartAsync();

        var error = await Should.ThrowAsync<AwsException>(
            world.Iam.DeletePolicyAsync(new() { PolicyArn = Prefix + "AdministratorAccess" }, IdentityWorld.Caller)
        );

        (error.Code, error.StatusCode).ShouldBe(("AccessDenied", 403));
    }

    [Fact]
    public async Task All_are_listed_page_by_page_each_once()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync("AdministratorAccess");
        var names = new List<string>();
        string? marker = null;
        do
        {
            var page = await world.Iam.ListPoliciesAsync(
                new() { MaxItems = 400, Marker = marker },
                IdentityWorld.Caller
            );
            names.AddRange(page.Policies!.Select(policy => policy.Arn!));
            marker = page.Marker;
        } while (marker is not null);

        names.Count.ShouldBeGreaterThan(1400);
        names.Distinct().Count().ShouldBe(names.Count);
        names.ShouldContain(Prefix + "AdministratorAccess");
        names.ShouldContain("arn:aws:iam::123456789012:policy/AdministratorAccess");
    }

    [Fact]
    public async Task Only_those_below_a_path_are_listed()
    {
        await using var world = await IdentityWorld.StartAsync();

        var policies = (
            await world.Iam.ListPoliciesAsync(
                new() { Scope = "AWS", PathPrefix = "/job-function/" },
                IdentityWorld.Caller
            )
        ).Policies!;

        policies.ShouldAllBe(policy => policy.Path == "/job-function/");
        policies.ShouldContain(policy => policy.PolicyName == "ViewOnlyAccess" && policy.Description == null);
    }
}
