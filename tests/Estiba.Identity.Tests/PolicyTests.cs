using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class PolicyTests
{
    private const string Arn = "arn:aws:iam::123456789012:policy/team/p";

    [Fact]
    public async Task An_inline_policy_is_given_back_as_it_was()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await world.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = "app",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );

        (
            await world.Iam.GetRolePolicyAsync(
                new GetRolePolicyRequest { RoleName = "app", PolicyName = "p" },
                IdentityWorld.Caller
            )
        ).PolicyDocument.ShouldBe(Uri.EscapeDataString(IdentityWorld.Permissions));
    }

    [Fact]
    public async Task An_inline_policy_that_is_not_there_cannot_be_found()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .Iam.DeleteRolePolicyAsync(
                new DeleteRolePolicyRequest { RoleName = "app", PolicyName = "p" },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("NoSuchEntity", "The role policy with name p cannot be found.");
    }

    [Fact]
    public async Task An_inline_policy_can_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await world.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = "app",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );

        await world.Iam.DeleteRolePolicyAsync(
            new DeleteRolePolicyRequest { RoleName = "app", PolicyName = "p" },
            IdentityWorld.Caller
        );

        (
            await world.Iam.ListRolePoliciesAsync(
                new ListRolePoliciesRequest { RoleName = "app" },
                IdentityWorld.Caller
            )
        ).PolicyNames.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_policy_of_aws_can_be_attached_and_detached()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await AttachAsync(world, IdentityWorld.AwsPolicy);
        await AttachAsync(world, IdentityWorld.AwsPolicy);

        await world.Iam.DetachRolePolicyAsync(
            new DetachRolePolicyRequest { RoleName = "app", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );

        (
            await world.Iam.ListAttachedRolePoliciesAsync(
                new ListAttachedRolePoliciesRequest { RoleName = "app" },
                IdentityWorld.Caller
            )
        ).AttachedPolicies.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_policy_that_does_not_exist_cannot_be_attached()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await AttachAsync(world, Arn)
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {Arn} does not exist or is not attachable.");
    }

    [Fact]
    public async Task A_policy_that_is_not_attached_cannot_be_detached()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .Iam.DetachRolePolicyAsync(
                new DetachRolePolicyRequest { RoleName = "app", PolicyArn = Arn },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {Arn} was not found.");
    }

    [Fact]
    public async Task Ten_policies_can_be_attached()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        for (var i = 0; i < 10; i++)
            await AttachAsync(world, (await world.PolicyAsync($"P{i}")).Arn!);

        await AttachAsync(world, IdentityWorld.AwsPolicy)
            .ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10");
    }

    [Fact]
    public async Task A_policy_tells_how_often_it_is_attached()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AttachAsync(world, Arn);

        (
            await world.Iam.GetPolicyAsync(new GetPolicyRequest { PolicyArn = Arn }, IdentityWorld.Caller)
        ).Policy!.AttachmentCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_policy_has_a_first_version_with_its_document()
    {
        await using var world = await IdentityWorld.StartAsync();
        await CreateAsync(world);

        (
            await world.Iam.GetPolicyVersionAsync(
                new GetPolicyVersionRequest { PolicyArn = Arn, VersionId = "v1" },
                IdentityWorld.Caller
            )
        ).PolicyVersion!.Document.ShouldBe(Uri.EscapeDataString(IdentityWorld.Permissions));
    }

    [Fact]
    public async Task Two_policies_cannot_have_one_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        await CreateAsync(world);

        await CreateAsync(world)
            .ShouldBeRefusedAsync(
                "EntityAlreadyExists",
                "A policy called p already exists. Duplicate names are not allowed."
            );
    }

    [Fact]
    public async Task An_attached_policy_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AttachAsync(world, Arn);

        await world
            .Iam.DeletePolicyAsync(new DeletePolicyRequest { PolicyArn = Arn }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete a policy attached to entities.");
    }

    [Fact]
    public async Task A_deleted_policy_is_gone()
    {
        await using var world = await IdentityWorld.StartAsync();
        await CreateAsync(world);

        await world.Iam.DeletePolicyAsync(new DeletePolicyRequest { PolicyArn = Arn }, IdentityWorld.Caller);

        await Refusal
            .Of(() => world.Iam.GetPolicyAsync(new GetPolicyRequest { PolicyArn = Arn }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {Arn} was not found.");
    }

    [Theory]
    [InlineData("Local", "p")]
    [InlineData("AWS", "AmazonEC2ContainerServiceforEC2Role")]
    [InlineData("All", "AmazonEC2ContainerServiceforEC2Role,p")]
    public async Task Attached_policies_are_listed_by_whose_they_are(string scope, string names)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await CreateAsync(world);
        await AttachAsync(world, Arn);
        await AttachAsync(world, IdentityWorld.AwsPolicy);

        var policies = await world.Iam.ListPoliciesAsync(
            new ListPoliciesRequest { Scope = scope, OnlyAttached = true },
            IdentityWorld.Caller
        );

        string.Join(',', policies.Policies!.Select(policy => policy.PolicyName)).ShouldBe(names);
    }

    private static Task<CreatePolicyResponse> CreateAsync(IdentityWorld world) =>
        world.Iam.CreatePolicyAsync(
            new CreatePolicyRequest
            {
                PolicyName = "p",
                Path = "/team/",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );

    private static Task<AttachRolePolicyResponse> AttachAsync(IdentityWorld world, string arn) =>
        world.Iam.AttachRolePolicyAsync(
            new AttachRolePolicyRequest { RoleName = "app", PolicyArn = arn },
            IdentityWorld.Caller
        );
}
