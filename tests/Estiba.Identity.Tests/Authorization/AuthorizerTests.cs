using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;
using Estiba.Identity.Authorization;
using static Estiba.Identity.Tests.Authorization.AuthorizerRequests;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Which requests the policies of a principal let pass, and in which words the others are refused.</summary>
public sealed class AuthorizerTests
{
    [Theory]
    [InlineData("/ecs/a", true)]
    [InlineData("/ecs/b", false)]
    public async Task A_key_for_some_actions_is_good_for_the_resources_that_it_may_have(string group, bool isAllowed)
    {
        await using var world = await IdentityWorld.StartAsync();
        world.Share(new OneResource(LogsArns + "log-group:/ecs/a:log-stream:s"));
        var host = IdentityWorld.Caller with
        {
            PrincipalArn = "arn:aws:sts::123456789012:assumed-role/ecsInstanceRole/mi-1",
            Actions = new HashSet<string> { "logs:PutLogEvents" },
        };
        var request = new PutLogEventsRequest
        {
            LogGroupName = group,
            LogStreamName = "s",
            LogEvents = [],
        };

        var decision = await world.Authorizer.DecideAsync(
            LogsModel.Service,
            LogsModel.PutLogEvents,
            request,
            host,
            CancellationToken.None
        );

        decision.Refusal.ShouldBe(
            isAllowed
                ? null
                : $"User: {host.PrincipalArn} is not authorized to perform: logs:PutLogEvents on resource: "
                    + $"{LogsArns}log-group:{group}:log-stream:s because no identity-based policy allows the "
                    + "logs:PutLogEvents action"
        );
    }

    [Theory]
    [InlineData(
        "RunTask revision",
        "ecs:RunTask on resource: arn:aws:ecs:us-east-1:123456789012:task-definition/app:3 because no "
            + "identity-based policy allows the ecs:RunTask action"
    )]
    [InlineData(
        "ListClusters",
        "ecs:ListClusters on resource: * because no identity-based policy allows the ecs:ListClusters action"
    )]
    [InlineData(
        "CreateLogGroup",
        "logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:123456789012:log-group:/ecs/a:log-stream: "
            + "because no identity-based policy allows the logs:CreateLogGroup action"
    )]
    [InlineData(
        "DescribeLogGroups",
        "logs:DescribeLogGroups on resource: arn:aws:logs:us-east-1:123456789012:log-group::log-stream: because "
            + "no identity-based policy allows the logs:DescribeLogGroups action"
    )]
    [InlineData(
        "GetRole",
        "iam:GetRole on resource: role app because no identity-based policy allows the iam:GetRole action"
    )]
    [InlineData(
        "ListRoles",
        "iam:ListRoles on resource: arn:aws:iam::123456789012:role/ because no identity-based policy allows the "
            + "iam:ListRoles action"
    )]
    public async Task A_role_without_policies_may_do_nothing(string what, string refusal)
    {
        await using var world = await IdentityWorld.StartAsync();
        var nobody = await world.SessionAsync(policy: null);
        var (service, operation, request) = Request(what);

        (await DecideAsync(world, service, operation, request, nobody)).Refusal.ShouldBe(
            "User: arn:aws:sts::123456789012:assumed-role/app/session is not authorized to perform: " + refusal
        );
    }

    [Fact]
    public async Task Who_calls_is_always_told()
    {
        await using var world = await IdentityWorld.StartAsync();
        var nobody = await world.SessionAsync(policy: null);
        var (service, operation, request) = (
            StsModel.Service,
            StsModel.GetCallerIdentity,
            new GetCallerIdentityRequest()
        );

        (await DecideAsync(world, service, operation, request, nobody)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task An_attached_policy_counts_as_long_as_it_is_attached()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(policy: null);
        var arn = (
            await world.Iam.CreatePolicyAsync(
                new CreatePolicyRequest { PolicyName = "all", PolicyDocument = Policy(Everything) },
                IdentityWorld.Caller
            )
        )
            .Policy!
            .Arn;
        var (service, operation, request) = Request("ListClusters");

        await world.Iam.AttachRolePolicyAsync(
            new AttachRolePolicyRequest { RoleName = "app", PolicyArn = arn },
            IdentityWorld.Caller
        );
        var attached = await DecideAsync(world, service, operation, request, session);
        await world.Iam.DetachRolePolicyAsync(
            new DetachRolePolicyRequest { RoleName = "app", PolicyArn = arn },
            IdentityWorld.Caller
        );

        (attached.IsAllowed, (await DecideAsync(world, service, operation, request, session)).IsAllowed).ShouldBe(
            (true, false)
        );
    }

    [Fact]
    public async Task A_session_may_do_less_than_its_role()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(
            Policy(Everything),
            sessionPolicy: Policy("""{"Effect":"Allow","Action":"ecs:ListClusters","Resource":"*"}""")
        );

        var (service, operation, request) = Request("ListClusters");
        (await DecideAsync(world, service, operation, request, session)).IsAllowed.ShouldBeTrue();
        (service, operation, request) = Request("StopTask");
        (await DecideAsync(world, service, operation, request, session)).Refusal!.ShouldEndWith(
            "because no session policy allows the ecs:StopTask action"
        );
    }

    [Fact]
    public async Task A_session_may_be_limited_by_managed_policies_too()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.SessionAsync(Policy(Everything));
        var arn = (
            await world.Iam.CreatePolicyAsync(
                new CreatePolicyRequest
                {
                    PolicyName = "list",
                    PolicyDocument = Policy("""{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}"""),
                },
                IdentityWorld.Caller
            )
        )
            .Policy!
            .Arn;
        var limited = await world.Sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = "arn:aws:iam::123456789012:role/app",
                RoleSessionName = "session",
                PolicyArns = [new PolicyDescriptorType { Arn = arn }],
            },
            IdentityWorld.Caller
        );
        var session = world.CallerWith(limited.Credentials!.AccessKeyId!);

        var (service, operation, request) = Request("ListClusters");
        (await DecideAsync(world, service, operation, request, session)).IsAllowed.ShouldBeTrue();
        (service, operation, request) = Request("StopTask");
        (await DecideAsync(world, service, operation, request, session)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_boundary_limits_a_role()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(
            Policy(Everything),
            boundary: Policy("""{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}""")
        );

        var (service, operation, request) = Request("StopTask");
        (await DecideAsync(world, service, operation, request, session)).Refusal!.ShouldEndWith(
            "because no permissions boundary allows the ecs:StopTask action"
        );
    }

    [Fact]
    public async Task The_root_may_do_everything()
    {
        await using var world = await IdentityWorld.StartAsync();
        var (service, operation, request) = Request("StopTask");

        (await DecideAsync(world, service, operation, request, IdentityWorld.Caller)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_user_without_policies_may_do_nothing()
    {
        await using var world = await IdentityWorld.StartAsync();
        var alice = world.CallerWith((await world.UserWithKeyAsync()).AccessKeyId!);
        var (service, operation, request) = Request("ListClusters");

        (await DecideAsync(world, service, operation, request, alice)).Refusal.ShouldBe(
            "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: ecs:ListClusters on "
                + "resource: * because no identity-based policy allows the ecs:ListClusters action"
        );
    }

    [Theory]
    [InlineData("inline")]
    [InlineData("attached")]
    [InlineData("group inline")]
    [InlineData("group attached")]
    public async Task A_user_may_do_what_its_policies_and_those_of_its_groups_allow(string where)
    {
        await using var world = await IdentityWorld.StartAsync();
        var alice = world.CallerWith((await world.UserWithKeyAsync()).AccessKeyId!);
        await world.GroupAsync();
        await world.Iam.AddUserToGroupAsync(
            new AddUserToGroupRequest { GroupName = "staff", UserName = "alice" },
            IdentityWorld.Caller
        );
        var list = Policy("""{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}""");
        var arn = (
            await world.Iam.CreatePolicyAsync(
                new CreatePolicyRequest { PolicyName = "list", PolicyDocument = list },
                IdentityWorld.Caller
            )
        )
            .Policy!
            .Arn;

        await (
            where switch
            {
                "inline" => (Task)
                    world.Iam.PutUserPolicyAsync(
                        new PutUserPolicyRequest
                        {
                            UserName = "alice",
                            PolicyName = "p",
                            PolicyDocument = list,
                        },
                        IdentityWorld.Caller
                    ),
                "attached" => world.Iam.AttachUserPolicyAsync(
                    new AttachUserPolicyRequest { UserName = "alice", PolicyArn = arn },
                    IdentityWorld.Caller
                ),
                "group inline" => world.Iam.PutGroupPolicyAsync(
                    new PutGroupPolicyRequest
                    {
                        GroupName = "staff",
                        PolicyName = "p",
                        PolicyDocument = list,
                    },
                    IdentityWorld.Caller
                ),
                _ => world.Iam.AttachGroupPolicyAsync(
                    new AttachGroupPolicyRequest { GroupName = "staff", PolicyArn = arn },
                    IdentityWorld.Caller
                ),
            }
        );

        var (service, operation, request) = Request("ListClusters");
        (await DecideAsync(world, service, operation, request, alice)).IsAllowed.ShouldBeTrue();
        (service, operation, request) = Request("StopTask");
        (await DecideAsync(world, service, operation, request, alice)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_leaves_a_group_leaves_its_policies()
    {
        await using var world = await IdentityWorld.StartAsync();
        var alice = world.CallerWith((await world.UserWithKeyAsync()).AccessKeyId!);
        await world.GroupAsync();
        await world.Iam.PutGroupPolicyAsync(
            new PutGroupPolicyRequest
            {
                GroupName = "staff",
                PolicyName = "p",
                PolicyDocument = Policy(Everything),
            },
            IdentityWorld.Caller
        );
        var (service, operation, request) = Request("StopTask");

        await world.Iam.AddUserToGroupAsync(
            new AddUserToGroupRequest { GroupName = "staff", UserName = "alice" },
            IdentityWorld.Caller
        );
        var member = await DecideAsync(world, service, operation, request, alice);
        await world.Iam.RemoveUserFromGroupAsync(
            new RemoveUserFromGroupRequest { GroupName = "staff", UserName = "alice" },
            IdentityWorld.Caller
        );

        (member.IsAllowed, (await DecideAsync(world, service, operation, request, alice)).IsAllowed).ShouldBe(
            (true, false)
        );
    }

    [Theory]
    [InlineData("AdministratorAccess", true, true)]
    [InlineData("ReadOnlyAccess", true, false)]
    [InlineData("AmazonECS_FullAccess", true, true)]
    [InlineData("AmazonEC2ContainerRegistryReadOnly", false, false)]
    public async Task Policies_that_AWS_keeps_decide_too(string name, bool lists, bool stops)
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(policy: null);
        await world.Iam.AttachRolePolicyAsync(
            new AttachRolePolicyRequest { RoleName = "app", PolicyArn = $"arn:aws:iam::aws:policy/{name}" },
            IdentityWorld.Caller
        );

        var (service, operation, request) = Request("ListClusters");
        (await DecideAsync(world, service, operation, request, session)).IsAllowed.ShouldBe(lists);
        (service, operation, request) = Request("StopTask");
        (await DecideAsync(world, service, operation, request, session)).IsAllowed.ShouldBe(stops);
    }

    [Fact]
    public async Task A_key_that_is_good_for_some_actions_does_those_and_no_policy_is_asked()
    {
        await using var world = await IdentityWorld.StartAsync();
        var host = IdentityWorld.Caller with
        {
            PrincipalArn = "arn:aws:sts::123456789012:assumed-role/host/mi-1",
            AccessKeyId = "HOST",
            Actions = new HashSet<string> { "ecs:Poll" },
        };

        (await world.Authorizer.DecideAsync("ecs:Poll", "*", host, CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (
            await world.Authorizer.DecideAsync("ecs:RunTask", "*", host, CancellationToken.None)
        ).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task Session_tokens_are_not_for_IAM()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = world.CallerWith(
            (await world.Sts.GetSessionTokenAsync(new GetSessionTokenRequest(), IdentityWorld.Caller))
                .Credentials!
                .AccessKeyId!
        );

        var (service, operation, request) = Request("ListRoles");
        (
            await Should.ThrowAsync<SignatureException>(() => DecideAsync(world, service, operation, request, session))
        ).Fault.ShouldBe(SignatureFault.UnknownCredentials);
        (
            await Should.ThrowAsync<AwsException>(() =>
                DecideAsync(world, StsModel.Service, StsModel.GetAccessKeyInfo, new GetAccessKeyInfoRequest(), session)
            )
        ).Message.ShouldBe("Cannot call GetAccessKeyInfo with session credentials");
        (
            await DecideAsync(
                world,
                StsModel.Service,
                StsModel.GetCallerIdentity,
                new GetCallerIdentityRequest(),
                session
            )
        ).IsAllowed.ShouldBeTrue();
        (service, operation, request) = Request("ListClusters");
        (await DecideAsync(world, service, operation, request, session)).IsAllowed.ShouldBeTrue();
    }

    private sealed class OneResource(string resource) : IKeyResources
    {
        public bool Allow(CallContext caller, string action, string named) => named == resource;
    }
}
