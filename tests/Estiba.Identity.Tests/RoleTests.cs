using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class RoleTests
{
    [Fact]
    public async Task A_role_has_an_id_an_arn_and_a_date()
    {
        await using var world = await IdentityWorld.StartAsync();

        var role = await world.RoleAsync(path: "/service/");

        role.RoleId!.ShouldMatch("^AROA[A-Z2-7]{17}$");
        (role.Arn, role.CreateDate).ShouldBe(("arn:aws:iam::123456789012:role/service/app", world.Time.GetUtcNow()));
    }

    [Fact]
    public async Task A_roles_document_is_answered_percent_encoded()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        var role = (await world.Iam.GetRoleAsync(new GetRoleRequest { RoleName = "app" }, IdentityWorld.Caller)).Role!;

        (role.AssumeRolePolicyDocument, role.MaxSessionDuration).ShouldBe(
            (Uri.EscapeDataString(IdentityWorld.Trust), 3600)
        );
    }

    [Fact]
    public async Task A_role_survives_a_restart()
    {
        await using var world = await IdentityWorld.StartAsync();
        var made = await world.RoleAsync();
        await world.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = "app",
                PolicyName = "p",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );
        await world.Iam.AttachRolePolicyAsync(
            new AttachRolePolicyRequest { RoleName = "app", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );
        await world.RestartAsync();

        var role = (await world.Iam.GetRoleAsync(new GetRoleRequest { RoleName = "app" }, IdentityWorld.Caller)).Role!;
        var inline = await world.Iam.ListRolePoliciesAsync(
            new ListRolePoliciesRequest { RoleName = "app" },
            IdentityWorld.Caller
        );
        var attached = await world.Iam.ListAttachedRolePoliciesAsync(
            new ListAttachedRolePoliciesRequest { RoleName = "app" },
            IdentityWorld.Caller
        );

        (
            role.RoleId,
            role.CreateDate,
            inline.PolicyNames!.Single(),
            attached.AttachedPolicies!.Single().PolicyName
        ).ShouldBe((made.RoleId, made.CreateDate, "p", "AmazonEC2ContainerServiceforEC2Role"));
    }

    [Theory]
    [InlineData("app")]
    [InlineData("APP")]
    public async Task Two_roles_cannot_have_one_name(string name)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .RoleAsync(name)
            .ShouldBeRefusedAsync("EntityAlreadyExists", $"Role with name {name} already exists.");
    }

    [Fact]
    public async Task Another_accounts_role_is_not_seen()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await Refusal
            .Of(() =>
                world.Iam.GetRoleAsync(
                    new GetRoleRequest { RoleName = "app" },
                    IdentityWorld.CallerOf(IdentityWorld.OtherAccount)
                )
            )
            .ShouldBeRefusedAsync("NoSuchEntity", "The role with name app cannot be found.");
    }

    [Fact]
    public async Task A_trust_policy_can_be_replaced()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        var document = IdentityWorld.Trust.Replace("ecs-tasks", "ec2", StringComparison.Ordinal);

        await world.Iam.UpdateAssumeRolePolicyAsync(
            new UpdateAssumeRolePolicyRequest { RoleName = "app", PolicyDocument = document },
            IdentityWorld.Caller
        );

        (
            await world.Iam.GetRoleAsync(new GetRoleRequest { RoleName = "app" }, IdentityWorld.Caller)
        ).Role!.AssumeRolePolicyDocument.ShouldBe(Uri.EscapeDataString(document));
    }

    [Fact]
    public async Task Roles_are_listed_by_name_page_by_page()
    {
        await using var world = await IdentityWorld.StartAsync();
        foreach (var name in new[] { "c", "a", "e", "b", "d" })
            await world.RoleAsync(name);

        var pages = new List<string>();
        string? marker = null;
        do
        {
            var page = await world.Iam.ListRolesAsync(
                new ListRolesRequest { MaxItems = 2, Marker = marker },
                IdentityWorld.Caller
            );
            page.IsTruncated.ShouldBe(page.Marker is not null);
            pages.Add(string.Concat(page.Roles!.Select(role => role.RoleName)));
            marker = page.Marker;
        } while (marker is not null);

        pages.ShouldBe(["ab", "cd", "e"]);
    }

    [Fact]
    public async Task A_list_that_fits_its_page_is_not_truncated()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        (
            await world.Iam.ListRolesAsync(new ListRolesRequest { MaxItems = 1 }, IdentityWorld.Caller)
        ).IsTruncated.ShouldBe(false);
    }

    [Fact]
    public async Task A_marker_of_somebody_else_is_refused()
    {
        await using var world = await IdentityWorld.StartAsync();

        await Refusal
            .Of(() => world.Iam.ListRolesAsync(new ListRolesRequest { Marker = "%" }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("ValidationError", "Invalid Marker: %");
    }

    [Fact]
    public async Task Roles_are_listed_by_path()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync("one", "/x/");
        await world.RoleAsync("two", "/y/");

        (await world.Iam.ListRolesAsync(new ListRolesRequest { PathPrefix = "/x" }, IdentityWorld.Caller))
            .Roles!.Single()
            .RoleName.ShouldBe("one");
    }

    [Fact]
    public async Task A_deleted_role_is_gone()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world.Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller);

        await world
            .Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", "The role with name app cannot be found.");
    }

    [Fact]
    public async Task A_role_with_a_policy_inside_cannot_be_deleted()
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

        await world
            .Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }

    [Fact]
    public async Task A_role_with_a_policy_attached_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await world.Iam.AttachRolePolicyAsync(
            new AttachRolePolicyRequest { RoleName = "app", PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );

        await world
            .Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }

    [Fact]
    public async Task A_role_in_an_instance_profile_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await world.Iam.CreateInstanceProfileAsync(
            new CreateInstanceProfileRequest { InstanceProfileName = "ip" },
            IdentityWorld.Caller
        );
        await world.Iam.AddRoleToInstanceProfileAsync(
            new AddRoleToInstanceProfileRequest { InstanceProfileName = "ip", RoleName = "app" },
            IdentityWorld.Caller
        );

        await world
            .Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "app" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(
                "DeleteConflict",
                "Cannot delete entity, must remove roles from instance profile first."
            );
    }

    [Fact]
    public async Task Tags_are_added_replaced_and_removed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        await world.Iam.TagRoleAsync(
            new TagRoleRequest { RoleName = "app", Tags = [Tag("a", "1"), Tag("b", "1"), Tag("c", "1")] },
            IdentityWorld.Caller
        );
        await world.Iam.TagRoleAsync(
            new TagRoleRequest { RoleName = "app", Tags = [Tag("b", "2")] },
            IdentityWorld.Caller
        );
        await world.Iam.UntagRoleAsync(
            new UntagRoleRequest { RoleName = "app", TagKeys = ["c"] },
            IdentityWorld.Caller
        );

        (await world.Iam.ListRoleTagsAsync(new ListRoleTagsRequest { RoleName = "app" }, IdentityWorld.Caller))
            .Tags!.Select(tag => $"{tag.Key}={tag.Value}")
            .ShouldBe(["a=1", "b=2"]);
    }

    [Fact]
    public async Task Two_tags_cannot_have_one_key()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .Iam.TagRoleAsync(
                new TagRoleRequest { RoleName = "app", Tags = [Tag("a", "1"), Tag("A", "2")] },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync(
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            );
    }

    [Fact]
    public async Task A_service_linked_role_is_named_by_its_service()
    {
        await using var world = await IdentityWorld.StartAsync();

        var role = (
            await world.Iam.CreateServiceLinkedRoleAsync(
                new CreateServiceLinkedRoleRequest { AWSServiceName = "ecs.amazonaws.com" },
                IdentityWorld.Caller
            )
        ).Role!;

        role.Arn.ShouldBe("arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS");
    }

    [Theory]
    [InlineData("ecs")]
    [InlineData("..amazonaws.com")]
    [InlineData(".amazonaws.com")]
    [InlineData("nothing.amazonaws.com")]
    public async Task Who_is_no_service_has_no_service_linked_role(string service)
    {
        await using var world = await IdentityWorld.StartAsync();

        await world
            .Iam.CreateServiceLinkedRoleAsync(
                new CreateServiceLinkedRoleRequest { AWSServiceName = service },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("InvalidInput", $"Service {service} is not valid. Name it as ecs.amazonaws.com.");
    }

    [Fact]
    public async Task A_service_linked_role_is_made_once()
    {
        await using var world = await IdentityWorld.StartAsync();
        var request = new CreateServiceLinkedRoleRequest { AWSServiceName = "ecs.amazonaws.com" };
        await world.Iam.CreateServiceLinkedRoleAsync(request, IdentityWorld.Caller);

        await world
            .Iam.CreateServiceLinkedRoleAsync(request, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(
                "InvalidInput",
                "Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix."
            );
    }

    [Fact]
    public async Task A_service_linked_role_cannot_be_changed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreateServiceLinkedRoleAsync(
            new CreateServiceLinkedRoleRequest { AWSServiceName = "ecs.amazonaws.com" },
            IdentityWorld.Caller
        );

        await world
            .Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "AWSServiceRoleForECS" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(
                "UnmodifiableEntity",
                "Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only "
                    + "modifiable by AWS"
            );
    }

    private static Tag Tag(string key, string value) => new() { Key = key, Value = value };
}
