using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Sts;
using Estiba.Identity.Roles;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Who may assume a role: what its trust policy says, and what the caller's own policies do.</summary>
public sealed class RoleTrustTests
{
    private const string MayAssume =
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Resource":"*"}}""";
    private const string DeniesAll =
        """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}""";
    private const string MayList =
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}}""";

    [Fact]
    public async Task A_trusted_user_is_meant_by_its_id()
    {
        await using var world = await IdentityWorld.StartAsync();
        const string Alice = "arn:aws:iam::123456789012:user/alice";
        var key = (await world.UserWithKeyAsync()).AccessKeyId!;
        var id = (await world.Iam.GetUserAsync(new GetUserRequest { UserName = "alice" }, IdentityWorld.Caller))
            .User!
            .UserId!;
        var role = (
            await world.Iam.CreateRoleAsync(
                new CreateRoleRequest
                {
                    RoleName = "trusting",
                    AssumeRolePolicyDocument =
                        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["{{Alice}}","210987654321"]},"Action":"sts:AssumeRole"}]}""",
                },
                IdentityWorld.Caller
            )
        ).Role!;
        await world.AssumeAsync(role.Arn!, caller: world.CallerWith(key));
        (await NamesAsync()).ShouldBe($"""["{Alice}","210987654321"]""");

        await RenameAsync("alice", "alicia");
        await world.AssumeAsync(role.Arn!, caller: world.CallerWith(key));
        (await NamesAsync()).ShouldBe("""["arn:aws:iam::123456789012:user/alicia","210987654321"]""");

        var other = (await world.UserWithKeyAsync()).AccessKeyId!;
        (await CodeAsync(other)).ShouldBe("AccessDenied");

        await world.Iam.DeleteAccessKeyAsync(
            new DeleteAccessKeyRequest { UserName = "alicia", AccessKeyId = key },
            IdentityWorld.Caller
        );
        await world.Iam.DeleteUserAsync(new DeleteUserRequest { UserName = "alicia" }, IdentityWorld.Caller);
        (await NamesAsync()).ShouldBe($"""["{id}","210987654321"]""");
        (await CodeAsync(other)).ShouldBe("AccessDenied");

        await world.Iam.UpdateAssumeRolePolicyAsync(
            new UpdateAssumeRolePolicyRequest
            {
                RoleName = "trusting",
                PolicyDocument = IdentityWorld.TrustOf("AWS", Alice),
            },
            IdentityWorld.Caller
        );
        await world.AssumeAsync(role.Arn!, caller: world.CallerWith(other));

        Task RenameAsync(string name, string newName) =>
            world.Iam.UpdateUserAsync(
                new UpdateUserRequest { UserName = name, NewUserName = newName },
                IdentityWorld.Caller
            );
        async Task<string> CodeAsync(string of) =>
            (
                await Should.ThrowAsync<AwsException>(() => world.AssumeAsync(role.Arn!, caller: world.CallerWith(of)))
            ).Code;
        async Task<string> NamesAsync()
        {
            var shown = (
                await world.Iam.GetRoleAsync(new GetRoleRequest { RoleName = "trusting" }, IdentityWorld.Caller)
            ).Role!;
            using var policy = System.Text.Json.JsonDocument.Parse(
                Uri.UnescapeDataString(shown.AssumeRolePolicyDocument!)
            );
            return policy
                .RootElement.GetProperty("Statement")[0]
                .GetProperty("Principal")
                .GetProperty("AWS")
                .GetRawText();
        }
    }

    [Fact]
    public async Task A_trusted_role_that_is_made_again_is_another()
    {
        await using var world = await IdentityWorld.StartAsync();
        var worker = await world.RoleAsync("worker");
        var trusting = (
            await world.Iam.CreateRoleAsync(
                new CreateRoleRequest
                {
                    RoleName = "trusting",
                    AssumeRolePolicyDocument = IdentityWorld.TrustOf("AWS", worker.Arn!),
                },
                IdentityWorld.Caller
            )
        ).Role!;
        await world.AssumeAsync(trusting.Arn!, caller: await WorkerAsync());

        await world.Iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = "worker" }, IdentityWorld.Caller);
        await world.RoleAsync("worker");

        var again = await WorkerAsync();
        (await Should.ThrowAsync<AwsException>(() => world.AssumeAsync(trusting.Arn!, caller: again))).Code.ShouldBe(
            "AccessDenied"
        );

        async Task<CallContext> WorkerAsync() =>
            world.CallerWith((await world.AssumeAsync(worker.Arn!)).Credentials!.AccessKeyId!);
    }

    /// <summary>
    /// Who is trusted; what the caller, a session of the role "caller", may do by its own policies; whether it may
    /// assume the role.
    /// </summary>
    [Theory]
    [InlineData(true, """{"AWS":"arn:aws:iam::123456789012:root"}""", MayAssume)]
    [InlineData(true, """{"AWS":"123456789012"}""", MayAssume)]
    [InlineData(false, """{"AWS":"arn:aws:iam::123456789012:root"}""", MayList)]
    [InlineData(false, """{"AWS":"arn:aws:iam::210987654321:root"}""", MayAssume)]
    [InlineData(true, """{"AWS":"arn:aws:iam::123456789012:role/caller"}""", MayList)]
    [InlineData(false, """{"AWS":"arn:aws:iam::123456789012:role/caller"}""", DeniesAll)]
    [InlineData(
        true,
        """{"AWS":["arn:aws:iam::123456789012:role/other","arn:aws:sts::123456789012:assumed-role/caller/session"]}""",
        MayList
    )]
    [InlineData(false, """{"AWS":"arn:aws:sts::123456789012:assumed-role/caller/other"}""", MayAssume)]
    [InlineData(false, """{"AWS":"arn:aws:iam::123456789012:role/call*"}""", MayAssume)]
    [InlineData(false, """{"AWS":"arn:aws:iam::123456789012:user/caller"}""", MayAssume)]
    [InlineData(true, """{"AWS":"*"}""", MayList)]
    [InlineData(true, "\"*\"", MayList)]
    [InlineData(false, "\"*\"", DeniesAll)]
    [InlineData(false, """{"Service":"ecs-tasks.amazonaws.com"}""", MayAssume)]
    [InlineData(false, """{"Federated":"cognito-identity.amazonaws.com"}""", MayAssume)]
    [InlineData(false, """{"Federated":"*"}""", MayAssume)]
    public async Task A_role_assumes_another(bool allowed, string principal, string policy)
    {
        await using var world = await IdentityWorld.StartAsync();
        var caller = await world.SessionAsync(policy, name: "caller");

        await AssumeAsync(
            world,
            caller,
            $$"""{"Effect":"Allow","Principal":{{principal}},"Action":"sts:AssumeRole"}""",
            allowed
        );
    }

    [Theory]
    [InlineData(true, """{"StringEquals":{"sts:ExternalId":"secret"}}""")]
    [InlineData(false, """{"StringEquals":{"sts:ExternalId":"other"}}""")]
    [InlineData(true, """{"StringLike":{"sts:RoleSessionName":"s*"}}""")]
    [InlineData(false, """{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}""")]
    [InlineData(true, """{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/call*"}}""")]
    [InlineData(true, """{"StringEquals":{"aws:PrincipalTag/team":"blue"}}""")]
    [InlineData(false, """{"Bool":{"aws:MultiFactorAuthPresent":"true"}}""")]
    [InlineData(false, """{"StringEquals":{"aws:SourceAccount":"123456789012"}}""")]
    [InlineData(true, """{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}""")]
    public async Task Its_conditions_are_asked_of_the_caller(bool allowed, string condition)
    {
        await using var world = await IdentityWorld.StartAsync();
        var caller = await world.SessionAsync(MayAssume, name: "caller");

        await AssumeAsync(
            world,
            caller,
            $$"""{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{{condition}}}""",
            allowed
        );
    }

    [Theory]
    [InlineData(false, """{"Effect":"Deny","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}""")]
    [InlineData(
        false,
        """{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:role/caller"},"Action":"sts:*"}"""
    )]
    [InlineData(
        true,
        """{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/caller"},"Action":"sts:AssumeRole"}"""
    )]
    [InlineData(
        false,
        """{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/other"},"Action":"sts:AssumeRole"}"""
    )]
    [InlineData(true, """{"Effect":"Deny","Principal":"*","Action":"sts:TagSession"}""")]
    public async Task What_it_denies_is_denied(bool allowed, string denial)
    {
        await using var world = await IdentityWorld.StartAsync();
        var caller = await world.SessionAsync(MayAssume, name: "caller");

        await AssumeAsync(
            world,
            caller,
            """{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},""" + denial,
            allowed
        );
    }

    [Fact]
    public async Task A_boundary_and_a_session_limit_a_role_that_is_named()
    {
        await using var world = await IdentityWorld.StartAsync();
        const string Statement =
            """{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:role/bound","arn:aws:iam::123456789012:role/narrow"]},"Action":"sts:AssumeRole"}""";
        var bound = await world.SessionAsync(MayAssume, boundary: MayList, name: "bound");
        var narrow = await world.SessionAsync(MayAssume, sessionPolicy: MayList, name: "narrow");

        await AssumeAsync(world, bound, Statement, allowed: false);
        await AssumeAsync(world, narrow, Statement, allowed: false, "again");
    }

    [Fact]
    public async Task A_user_that_is_named_needs_no_policy()
    {
        await using var world = await IdentityWorld.StartAsync();
        var alice = world.CallerWith((await world.UserWithKeyAsync()).AccessKeyId!);

        await AssumeAsync(
            world,
            alice,
            """{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"},"Action":"sts:AssumeRole"}""",
            allowed: true
        );
        await AssumeAsync(
            world,
            alice,
            """{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}""",
            allowed: false,
            "other"
        );
    }

    [Fact]
    public async Task Of_another_account_both_sides_must_allow()
    {
        await using var world = await IdentityWorld.StartAsync();
        var (allowed, refused) = (
            await world.SessionAsync(MayAssume, name: "allowed"),
            await world.SessionAsync(MayList, name: "refused")
        );
        const string Trust =
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:role/allowed","arn:aws:iam::123456789012:role/refused"]},"Action":"sts:AssumeRole"}]}""";
        var role = (
            await world.Iam.CreateRoleAsync(
                new CreateRoleRequest { RoleName = "away", AssumeRolePolicyDocument = Trust },
                IdentityWorld.CallerOf(IdentityWorld.OtherAccount)
            )
        ).Role!;

        (await world.AssumeAsync(role.Arn!, caller: allowed)).Credentials.ShouldNotBeNull();
        await world
            .AssumeAsync(role.Arn!, caller: refused)
            .ShouldBeRefusedAsync(
                "AccessDenied",
                "User: arn:aws:sts::123456789012:assumed-role/refused/session is not authorized to perform: "
                    + $"sts:AssumeRole on resource: {role.Arn} because no identity-based policy allows the "
                    + "sts:AssumeRole action"
            );
    }

    [Theory]
    [InlineData(true, """{"AWS":"arn:aws:iam::123456789012:root"}""")]
    [InlineData(true, """{"AWS":"*"}""")]
    [InlineData(false, """{"AWS":"arn:aws:iam::123456789012:role/caller"}""")]
    [InlineData(false, """{"Service":"ec2.amazonaws.com"}""")]
    public async Task The_root_may_assume_what_trusts_its_account(bool allowed, string principal)
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await RoleAsync(
            world,
            $$"""{"Effect":"Allow","Principal":{{principal}},"Action":"sts:AssumeRole"}"""
        );

        if (allowed)
            (await world.AssumeAsync(role)).Credentials.ShouldNotBeNull();
        else
            await world
                .AssumeAsync(role)
                .ShouldBeRefusedAsync("AccessDenied", "Roles may not be assumed by root accounts.");
    }

    [Theory]
    [InlineData("sts:TagSession")]
    [InlineData("sts:SetSourceIdentity")]
    public async Task Tags_and_a_source_identity_must_be_trusted_too(string action)
    {
        await using var world = await IdentityWorld.StartAsync();
        var caller = await world.SessionAsync(MayAssume, name: "caller");
        var plain = await RoleAsync(
            world,
            """{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}"""
        );
        var more = await RoleAsync(
            world,
            $$"""{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["sts:AssumeRole","{{action}}"]}""",
            "more"
        );
        var request =
            action == "sts:TagSession"
                ? new AssumeRoleRequest
                {
                    RoleSessionName = "session",
                    Tags = [new Contracts.Sts.Tag { Key = "a", Value = "b" }],
                }
                : new AssumeRoleRequest { RoleSessionName = "session", SourceIdentity = "alice" };

        (await world.Sts.AssumeRoleAsync(request with { RoleArn = more }, caller)).Credentials.ShouldNotBeNull();
        await world
            .Sts.AssumeRoleAsync(request with { RoleArn = plain }, caller)
            .ShouldBeRefusedAsync(
                "AccessDenied",
                $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {plain}"
            );
    }

    [Fact]
    public async Task Transitive_tags_go_on_to_the_next_session()
    {
        await using var world = await IdentityWorld.StartAsync();
        const string Trust =
            """{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["sts:AssumeRole","sts:TagSession"]}""";
        var first = await RoleAsync(world, Trust, "first");
        await world.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = "first",
                PolicyName = "p",
                PolicyDocument = MayAssume,
            },
            IdentityWorld.Caller
        );
        var second = await RoleAsync(
            world,
            """{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:PrincipalTag/stays":"1"},"Null":{"aws:PrincipalTag/goes":"false"}}}""",
            "second"
        );
        var third = await RoleAsync(
            world,
            """{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:PrincipalTag/stays":"1"},"Null":{"aws:PrincipalTag/goes":"true"}}}""",
            "third"
        );
        await world.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = "second",
                PolicyName = "p",
                PolicyDocument = MayAssume,
            },
            IdentityWorld.Caller
        );

        var begun = await world.Sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = first,
                RoleSessionName = "session",
                Tags =
                [
                    new Contracts.Sts.Tag { Key = "stays", Value = "1" },
                    new Contracts.Sts.Tag { Key = "goes", Value = "1" },
                ],
                TransitiveTagKeys = ["stays"],
            },
            IdentityWorld.Caller
        );
        var next = await world.AssumeAsync(second, caller: world.CallerWith(begun.Credentials!.AccessKeyId!));

        (
            await world.AssumeAsync(third, caller: world.CallerWith(next.Credentials!.AccessKeyId!))
        ).Credentials.ShouldNotBeNull();
    }

    /// <summary>A role whose trust policy IAM was not asked to take: it may name what is not there.</summary>
    private static async Task<string> RoleAsync(IdentityWorld world, string statements, string name = "target")
    {
        var role = await world.RoleAsync(name);
        var trust = $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";
        await world.Store.CommitAsync(
            transaction =>
            {
                var record = transaction.Find(IdentityTables.Roles, RoleRecord.KeyOf(IdentityWorld.Account, name))!;
                transaction.Put(
                    IdentityTables.Roles,
                    record with
                    {
                        Role = record.Role with { AssumeRolePolicyDocument = trust },
                    }
                );
            },
            TestContext.Current.CancellationToken
        );
        return role.Arn!;
    }

    private static async Task AssumeAsync(
        IdentityWorld world,
        CallContext caller,
        string statements,
        bool allowed,
        string name = "target"
    )
    {
        var assuming = world.Sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = await RoleAsync(world, statements, name),
                RoleSessionName = "session",
                ExternalId = "secret",
            },
            caller
        );

        if (allowed)
            (await assuming).Credentials.ShouldNotBeNull();
        else
            (await Should.ThrowAsync<AwsException>(assuming)).Code.ShouldBe("AccessDenied");
    }
}
