using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity.Tests;

public sealed class PolicyVersionTests
{
    private const string Arn = "arn:aws:iam::123456789012:policy/p";

    [Fact]
    public async Task A_new_version_becomes_the_default_when_that_is_asked_for()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        world.Time.Advance(TimeSpan.FromMinutes(1));

        var version = await CreateAsync(world, "ec2:*", isDefault: true);
        await world.RestartAsync();

        (version.VersionId, version.IsDefaultVersion, version.Document).ShouldBe(("v2", true, null));
        var policy = (await world.Iam.GetPolicyAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller)).Policy!;
        (policy.DefaultVersionId, policy.UpdateDate).ShouldBe(("v2", world.Time.GetUtcNow()));
        ManagedPolicy.DocumentOf(world.Store.Current, IdentityWorld.Account, Arn).ShouldBe(Document("ec2:*"));
        (await GetAsync(world, "v1")).Document.ShouldBe(Uri.EscapeDataString(IdentityWorld.Permissions));
        (await GetAsync(world, "v2")).Document.ShouldBe(Uri.EscapeDataString(Document("ec2:*")));
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_their_numbers_are_not_given_again()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await CreateAsync(world, "ec2:*");
        await CreateAsync(world, "ecs:*");
        await world.Iam.DeletePolicyVersionAsync(new() { PolicyArn = Arn, VersionId = "v3" }, IdentityWorld.Caller);

        (await CreateAsync(world, "logs:*")).VersionId.ShouldBe("v4");

        var listed = (
            await world.Iam.ListPolicyVersionsAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller)
        ).Versions!;
        listed
            .Select(version => (version.VersionId, version.IsDefaultVersion, version.Document))
            .ShouldBe([("v4", false, null), ("v2", false, null), ("v1", true, null)]);
    }

    [Fact]
    public async Task Versions_are_listed_page_by_page()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await CreateAsync(world, "ec2:*");

        var first = await world.Iam.ListPolicyVersionsAsync(
            new() { PolicyArn = Arn, MaxItems = 1 },
            IdentityWorld.Caller
        );
        var second = await world.Iam.ListPolicyVersionsAsync(
            new() { PolicyArn = Arn, Marker = first.Marker },
            IdentityWorld.Caller
        );

        (first.Versions!.Single().VersionId, second.Versions!.Single().VersionId, second.IsTruncated).ShouldBe(
            ("v2", "v1", false)
        );
    }

    [Fact]
    public async Task A_policy_has_five_versions_at_most()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        for (var i = 0; i < 4; i++)
            await CreateAsync(world, "ec2:*");

        await CreateAsync(world, "ec2:*")
            .ShouldBeRefusedAsync(
                "LimitExceeded",
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
                    + "existing version."
            );
    }

    [Fact]
    public async Task An_older_version_can_be_the_default_again()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await CreateAsync(world, "ec2:*", isDefault: true);

        await world.Iam.SetDefaultPolicyVersionAsync(new() { PolicyArn = Arn, VersionId = "v1" }, IdentityWorld.Caller);

        (await GetAsync(world, "v1")).IsDefaultVersion.ShouldBe(true);
        ManagedPolicy.DocumentOf(world.Store.Current, IdentityWorld.Account, Arn).ShouldBe(IdentityWorld.Permissions);
    }

    [Fact]
    public async Task The_default_version_and_what_is_not_there_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        var missing = $"Policy {Arn} version v9 does not exist or is not attachable.";

        await DeleteAsync("v1")
            .ShouldBeRefusedAsync("DeleteConflict", "Cannot delete the default version of a policy.");
        await DeleteAsync("v9").ShouldBeRefusedAsync("NoSuchEntity", missing);
        await world
            .Iam.SetDefaultPolicyVersionAsync(new() { PolicyArn = Arn, VersionId = "v9" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", missing);
        await Refusal.Of(() => GetAsync(world, "v9")).ShouldBeRefusedAsync("NoSuchEntity", missing);
        await Refusal
            .Of(() =>
                world.Iam.GetPolicyVersionAsync(new() { PolicyArn = Arn + "x", VersionId = "v1" }, IdentityWorld.Caller)
            )
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {Arn}x version v1 does not exist or is not attachable.");

        Task DeleteAsync(string id) =>
            world.Iam.DeletePolicyVersionAsync(new() { PolicyArn = Arn, VersionId = id }, IdentityWorld.Caller);
    }

    [Fact]
    public async Task A_policy_with_several_versions_cannot_be_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await CreateAsync(world, "ec2:*");

        await world
            .Iam.DeletePolicyAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync(
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                    + "versions. The default version is deleted with the policy."
            );
        await world.Iam.DeletePolicyVersionAsync(new() { PolicyArn = Arn, VersionId = "v2" }, IdentityWorld.Caller);
        await world.Iam.DeletePolicyAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller);
    }

    [Fact]
    public async Task A_policy_that_an_earlier_version_wrote_has_its_first_version()
    {
        await using var world = await IdentityWorld.StartAsync();
        var old = System.Text.Json.JsonSerializer.Deserialize(
            """
            {"accountId":"123456789012","document":"{}","policy":{"PolicyName":"p","Arn":"arn:aws:iam::123456789012:policy/p","Path":"/",
            "DefaultVersionId":"v1","PermissionsBoundaryUsageCount":0,"CreateDate":1700000000,"UpdateDate":1700000000}}
            """,
            IdentityJson.Default.PolicyRecord
        )!;
        await world.Store.CommitAsync(transaction => transaction.Put(IdentityTables.Policies, old));

        await CreateAsync(world, "ec2:*", isDefault: true);

        (await world.Iam.ListPolicyVersionsAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller))
            .Versions!.Select(version => version.VersionId)
            .ShouldBe(["v2", "v1"]);
        (await GetAsync(world, "v1")).Document.ShouldBe("%7B%7D");
    }

    [Fact]
    public async Task Tags_of_a_policy_are_told_apart_by_case()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await world.Iam.TagPolicyAsync(
            new() { PolicyArn = Arn, Tags = [Tag("a", "1"), Tag("A", "2"), Tag("b", "1")] },
            IdentityWorld.Caller
        );
        await world.Iam.UntagPolicyAsync(new() { PolicyArn = Arn, TagKeys = ["a"] }, IdentityWorld.Caller);

        (await world.Iam.ListPolicyTagsAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller))
            .Tags!.Select(tag => tag.Key)
            .ShouldBe(["A", "b"]);
        await world
            .Iam.TagPolicyAsync(new() { PolicyArn = Arn, Tags = [Tag("c", "1"), Tag("c", "2")] }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("InvalidInput", "Duplicate tag keys found.");
        await world
            .Iam.TagPolicyAsync(new() { PolicyArn = Arn + "x", Tags = [] }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", $"Policy {Arn}x was not found.");
    }

    [Fact]
    public async Task A_policy_without_tags_shows_an_empty_list()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();

        (await world.Iam.GetPolicyAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller)).Policy!.Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whom_a_policy_is_attached_to_is_listed_by_kind_and_usage()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.PolicyAsync();
        await world.UserAsync();
        await world.GroupAsync();
        await world.RoleAsync();
        await world.Iam.AttachUserPolicyAsync(new() { UserName = "alice", PolicyArn = Arn }, IdentityWorld.Caller);
        await world.Iam.AttachGroupPolicyAsync(new() { GroupName = "staff", PolicyArn = Arn }, IdentityWorld.Caller);
        await world.Iam.PutRolePermissionsBoundaryAsync(
            new() { RoleName = "app", PermissionsBoundary = Arn },
            IdentityWorld.Caller
        );

        (await TextAsync(new())).ShouldBe("staff|alice|app");
        (await TextAsync(new() { EntityFilter = "User" })).ShouldBe("|alice|");
        (await TextAsync(new() { PolicyUsageFilter = "PermissionsBoundary" })).ShouldBe("||app");
        (await TextAsync(new() { PolicyUsageFilter = "PermissionsPolicy" })).ShouldBe("staff|alice|");
        (
            await world.Iam.GetPolicyAsync(new() { PolicyArn = Arn }, IdentityWorld.Caller)
        ).Policy!.AttachmentCount.ShouldBe(2);

        async Task<string> TextAsync(ListEntitiesForPolicyRequest request)
        {
            var found = await world.Iam.ListEntitiesForPolicyAsync(
                request with
                {
                    PolicyArn = Arn,
                },
                IdentityWorld.Caller
            );
            return $"{found.PolicyGroups!.SingleOrDefault()?.GroupName}|"
                + $"{found.PolicyUsers!.SingleOrDefault()?.UserName}|"
                + $"{found.PolicyRoles!.SingleOrDefault()?.RoleName}";
        }
    }

    private static async Task<PolicyVersion> CreateAsync(IdentityWorld world, string action, bool isDefault = false) =>
        (
            await world.Iam.CreatePolicyVersionAsync(
                new()
                {
                    PolicyArn = Arn,
                    PolicyDocument = Document(action),
                    SetAsDefault = isDefault,
                },
                IdentityWorld.Caller
            )
        ).PolicyVersion!;

    private static async Task<PolicyVersion> GetAsync(IdentityWorld world, string id) =>
        (
            await world.Iam.GetPolicyVersionAsync(new() { PolicyArn = Arn, VersionId = id }, IdentityWorld.Caller)
        ).PolicyVersion!;

    private static string Document(string action) =>
        IdentityWorld.Permissions.Replace("s3:*", action, StringComparison.Ordinal);

    private static Tag Tag(string key, string value) => new() { Key = key, Value = value };
}
