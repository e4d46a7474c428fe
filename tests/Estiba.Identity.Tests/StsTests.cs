using Estiba.Contracts.Iam;
using Estiba.Contracts.Sts;

namespace Estiba.Identity.Tests;

public sealed class StsTests
{
    [Fact]
    public async Task No_message_is_one_to_decode()
    {
        await using var world = await IdentityWorld.StartAsync();

        await Refusal
            .Of(() => world.Sts.DecodeAuthorizationMessageAsync(new() { EncodedMessage = "abc" }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("InvalidAuthorizationMessageException", "Message is not valid");
    }

    [Fact]
    public async Task The_owner_is_the_root_of_the_account()
    {
        await using var world = await IdentityWorld.StartAsync();

        var identity = await world.Sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), IdentityWorld.Caller);

        (identity.Account, identity.UserId, identity.Arn).ShouldBe(
            ("123456789012", "123456789012", "arn:aws:iam::123456789012:root")
        );
    }

    [Fact]
    public async Task A_user_has_an_id_of_its_own()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();
        var user = (
            await world.Iam.GetUserAsync(new GetUserRequest { UserName = "alice" }, IdentityWorld.Caller)
        ).User!;

        (
            await world.Sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), world.CallerWith(key.AccessKeyId!))
        ).UserId.ShouldBe(user.UserId);
    }

    [Fact]
    public async Task A_session_is_its_roles_id_and_its_own_name()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();
        var session = await world.AssumeAsync(role.Arn!);

        var identity = await world.Sts.GetCallerIdentityAsync(
            new GetCallerIdentityRequest(),
            world.CallerWith(session.Credentials!.AccessKeyId!)
        );

        (identity.UserId, identity.Arn).ShouldBe(
            ($"{role.RoleId}:session", "arn:aws:sts::123456789012:assumed-role/app/session")
        );
    }

    [Fact]
    public async Task An_assumed_role_says_who_it_is()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync(path: "/service/");

        var session = await world.AssumeAsync(role.Arn!);

        (session.AssumedRoleUser!.AssumedRoleId, session.AssumedRoleUser.Arn).ShouldBe(
            ($"{role.RoleId}:session", "arn:aws:sts::123456789012:assumed-role/app/session")
        );
    }

    [Theory]
    [InlineData("5", "Syntax errors in policy.")]
    [InlineData(
        """{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""",
        "Policy document must be version 2012-10-17 or greater."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*"}]}""",
        "Policy statement must contain resources."
    )]
    public async Task The_policy_of_a_session_must_be_one(string policy, string message)
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        await world
            .Sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = role.Arn,
                    RoleSessionName = "session",
                    Policy = policy,
                },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("MalformedPolicyDocument", message);
    }

    [Fact]
    public async Task A_session_ends_when_it_was_asked_to()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        (await world.AssumeAsync(role.Arn!, seconds: 900)).Credentials!.Expiration.ShouldBe(
            world.Time.GetUtcNow().AddMinutes(15)
        );
    }

    [Fact]
    public async Task A_session_may_not_be_longer_than_its_role_allows()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        await world
            .AssumeAsync(role.Arn!, seconds: 3601)
            .ShouldBeRefusedAsync(
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            );
    }

    [Fact]
    public async Task A_role_assumed_by_a_role_lasts_an_hour_at_most()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = (
            await world.Iam.CreateRoleAsync(
                new CreateRoleRequest
                {
                    RoleName = "long",
                    AssumeRolePolicyDocument = IdentityWorld.Trust,
                    MaxSessionDuration = 43200,
                },
                IdentityWorld.Caller
            )
        ).Role!;
        const string MayAssume =
            """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}""";
        await world.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = "long",
                PolicyName = "assume",
                PolicyDocument = MayAssume,
            },
            IdentityWorld.Caller
        );
        var first = await world.AssumeAsync(role.Arn!, seconds: 43200);

        await world
            .AssumeAsync(role.Arn!, seconds: 3601, world.CallerWith(first.Credentials!.AccessKeyId!))
            .ShouldBeRefusedAsync(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            );
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/nobody")]
    [InlineData("arn:aws:iam::123456789012:role/other/path/app")]
    [InlineData("arn:aws:iam::210987654321:role/app")]
    public async Task A_role_that_does_not_exist_may_not_be_assumed(string arn)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();

        await world
            .AssumeAsync(arn)
            .ShouldBeRefusedAsync(
                "AccessDenied",
                $"User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on resource: {arn}"
            );
    }

    [Fact]
    public async Task What_is_no_role_is_invalid()
    {
        await using var world = await IdentityWorld.StartAsync();

        await world
            .AssumeAsync("arn:aws:iam::123456789012:user/alice")
            .ShouldBeRefusedAsync("ValidationError", "arn:aws:iam::123456789012:user/alice is invalid");
    }

    [Fact]
    public async Task A_role_of_another_account_gives_credentials_of_that_account()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = (
            await world.Iam.CreateRoleAsync(
                new CreateRoleRequest { RoleName = "app", AssumeRolePolicyDocument = IdentityWorld.Trust },
                IdentityWorld.CallerOf(IdentityWorld.OtherAccount)
            )
        ).Role!;

        var session = await world.AssumeAsync(role.Arn!);

        world.Credentials.Find(session.Credentials!.AccessKeyId!)!.AccountId.ShouldBe(IdentityWorld.OtherAccount);
    }

    [Fact]
    public async Task A_session_token_speaks_for_its_caller()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();

        var session = (
            await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), world.CallerWith(key.AccessKeyId!))
        ).Credentials!;

        (world.Credentials.Find(session.AccessKeyId!)!.PrincipalArn, session.Expiration).ShouldBe(
            ("arn:aws:iam::123456789012:user/alice", world.Time.GetUtcNow().AddHours(12))
        );
    }

    [Theory]
    [InlineData(null, 256, 6)]
    [InlineData(0, 256, 6)]
    [InlineData(256, 256, 6)]
    [InlineData(257, 260, 6)]
    [InlineData(4096, 4096, 100)]
    public async Task A_token_is_as_large_as_it_was_asked_to_be_at_least(int? least, int size, int utilization)
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        var ofUser = await world.Sts.GetSessionTokenAsync(
            new GetSessionTokenRequest { MinimumSessionTokenSize = least },
            IdentityWorld.Caller
        );
        var ofRole = await world.Sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = role.Arn,
                RoleSessionName = "session",
                MinimumSessionTokenSize = least,
            },
            IdentityWorld.Caller
        );

        foreach (
            var (credentials, told, share) in new[]
            {
                (ofUser.Credentials!, ofUser.SessionTokenSize, ofUser.SessionTokenUtilization),
                (ofRole.Credentials!, ofRole.SessionTokenSize, ofRole.SessionTokenUtilization),
            }
        )
        {
            (credentials.SessionToken!.Length, told, share).ShouldBe((size, size, utilization));
            world.Credentials.Find(credentials.AccessKeyId!)!.SessionToken.ShouldBe(credentials.SessionToken);
        }
    }

    [Fact]
    public async Task A_session_cannot_ask_for_a_session_token()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = (
            await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), IdentityWorld.Caller)
        ).Credentials!;

        await world
            .Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), world.CallerWith(session.AccessKeyId!))
            .ShouldBeRefusedAsync("AccessDenied", "Cannot call GetSessionToken with session credentials");
    }

    // What STS says of a device that is not the caller's; and here nobody has one.
    [Theory]
    [InlineData(
        "arn:aws:iam::123456789012:mfa/alice",
        "123456",
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
            + "and associated with this user."
    )]
    [InlineData(
        "arn:aws:iam::123456789012:mfa/alice",
        null,
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
    )]
    [InlineData(
        null,
        "123456",
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
    )]
    public async Task A_code_of_no_device_gives_no_session(string? device, string? code, string message)
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        await world
            .Sts.GetSessionTokenAsync(
                new GetSessionTokenRequest { SerialNumber = device, TokenCode = code },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("AccessDenied", message);
        await world
            .Sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = role.Arn,
                    RoleSessionName = "session",
                    SerialNumber = device,
                    TokenCode = code,
                },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("AccessDenied", message);
        world.Store.Current.Count(IdentityTables.Sessions).ShouldBe(0);
    }

    [Fact]
    public async Task Contexts_that_nobody_asserts_are_refused()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        await world
            .Sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = role.Arn,
                    RoleSessionName = "session",
                    ProvidedContexts = [new ProvidedContext { ContextAssertion = "signed" }],
                },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("ValidationError", "ProvidedContexts are not supported: nobody asserts them here.");
    }

    [Fact]
    public async Task Sessions_that_are_long_over_make_room_for_new_ones()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();
        for (var i = 0; i < 5; i++)
            await world.AssumeAsync(role.Arn!);
        world.Time.Advance(TimeSpan.FromDays(2));

        await world.AssumeAsync(role.Arn!);

        world.Store.Current.Count(IdentityTables.Sessions).ShouldBe(1);
    }

    [Fact]
    public async Task A_key_tells_its_account()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();

        (
            await world.Sts.GetAccessKeyInfoAsync(
                new GetAccessKeyInfoRequest { AccessKeyId = key.AccessKeyId },
                IdentityWorld.Caller
            )
        ).Account.ShouldBe(IdentityWorld.Account);
    }

    [Fact]
    public async Task A_key_that_nobody_has_tells_nothing()
    {
        await using var world = await IdentityWorld.StartAsync();

        await Refusal
            .Of(() =>
                world.Sts.GetAccessKeyInfoAsync(
                    new GetAccessKeyInfoRequest { AccessKeyId = "AKIAUNKNOWNUNKNOWNUN" },
                    IdentityWorld.Caller
                )
            )
            .ShouldBeRefusedAsync("ValidationError", "The access key ID AKIAUNKNOWNUNKNOWNUN does not exist.");
    }
}
