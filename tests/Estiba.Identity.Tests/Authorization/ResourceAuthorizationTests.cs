using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Hosting;
using static Estiba.Identity.Tests.Authorization.AuthorizerRequests;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Which resources an operation concerns, by what policies may name them.</summary>
public sealed class ResourceAuthorizationTests
{
    /// <summary>What is asked for, and each way in which a policy may name what it concerns.</summary>
    public static TheoryData<string, string[]> Resources =>
        new()
        {
            { "CreateCluster default", [EcsArns + "cluster/default"] },
            { "DeleteCluster name", [EcsArns + "cluster/blue"] },
            { "DeleteCluster ARN", [EcsArns + "cluster/blue"] },
            { "DescribeClusters", [EcsArns + "cluster/default"] },
            { "CreateService", [EcsArns + "service/blue/web"] },
            { "UpdateService names", [EcsArns + "service/blue/web"] },
            { "UpdateService ARNs", [EcsArns + "service/blue/web"] },
            { "UpdateService default", [EcsArns + "service/default/web"] },
            { "DescribeTasks", [EcsArns + "task/blue/1"] },
            { "StopTask", [EcsArns + "task/blue/1"] },
            { "RunTask revision", [EcsArns + "task-definition/app:3"] },
            { "RunTask ARN", [EcsArns + "task-definition/app:3"] },
            {
                "RunTask family",
                [EcsArns + "task-definition/app", EcsArns + "task-definition/app:5", EcsArns + "task-definition/app:*"]
            },
            { "RegisterTaskDefinition", [EcsArns + "task-definition/app:*"] },
            { "ListTasks", [EcsArns + "container-instance/blue/*"] },
            { "ListTagsForResource", [EcsArns + "service/blue/web"] },
            { "PutImage", ["arn:aws:ecr:us-east-1:123456789012:repository/team/app"] },
            { "DescribeRepositories", ["arn:aws:ecr:us-east-1:123456789012:repository/*"] },
            {
                "CreateLogGroup",
                [LogsArns + "log-group:/ecs/a", LogsArns + "log-group:/ecs/a:*", LogsArns + "log-group:/ecs/*"]
            },
            { "DescribeLogStreams ARN", [LogsArns + "log-group:/ecs/a", LogsArns + "log-group:/ecs/a:*"] },
            { "PutLogEvents", [LogsArns + "log-group:/ecs/a:*", LogsArns + "log-group:/ecs/a:log-stream:b/c"] },
            { "DescribeLogGroups", [LogsArns + "*", LogsArns + "log-group:*"] },
            { "StopInstances", ["arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0"] },
            { "DeleteSecurityGroup name", ["arn:aws:ec2:us-east-1:123456789012:security-group/sg-0c0579f4988ca792f"] },
            {
                "AuthorizeSecurityGroupIngress name",
                ["arn:aws:ec2:us-east-1:123456789012:security-group/sg-0c0579f4988ca792f"]
            },
            { "DeleteKeyPair", ["arn:aws:ec2:us-east-1:123456789012:key-pair/prod"] },
            { "CreateTags key", ["arn:aws:ec2:us-east-1:123456789012:key-pair/prod"] },
            { "CreateTags", ["arn:aws:ec2:us-east-1:123456789012:security-group/sg-0123456789abcdef0"] },
            { "GetRole", ["arn:aws:iam::123456789012:role/team/App"] },
            { "CreateRole", ["arn:aws:iam::123456789012:role/x/y"] },
            { "CreateAccessKey", ["arn:aws:iam::123456789012:user/alice"] },
        };

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task An_operation_concerns_what_it_names(string what, string[] named)
    {
        await using var world = await IdentityWorld.StartAsync(
            new ApiModule<IEcsApi>("Amazon ECS", new StandInEcs()),
            new ApiModule<IEc2Api>("Amazon EC2", new StandInEc2())
        );
        await world.Iam.CreateRoleAsync(
            new CreateRoleRequest
            {
                RoleName = "App",
                Path = "/team/",
                AssumeRolePolicyDocument = IdentityWorld.Trust,
            },
            IdentityWorld.Caller
        );
        var (service, operation, request) = Request(what);
        foreach (var (resource, i) in named.Select((resource, i) => (resource, i)))
        {
            var one = await world.SessionAsync(
                Policy(
                    $$"""{"Effect":"Allow","Action":"{{service.Name}}:{{operation.Name}}","Resource":"{{resource}}"}"""
                ),
                name: $"one{i}"
            );
            var all = await world.SessionAsync(
                Policy(
                    $$"""{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"{{resource}}"}"""
                ),
                name: $"all{i}"
            );
            var rest = await world.SessionAsync(
                Policy(
                    $$"""{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","NotResource":"{{resource}}"}"""
                ),
                name: $"rest{i}"
            );
            var another = await world.SessionAsync(
                Policy($$"""{"Effect":"Allow","Action":"*","Resource":"{{resource.TrimEnd('*')}}x"}"""),
                name: $"another{i}"
            );

            (await DecideAsync(world, service, operation, request, one)).IsAllowed.ShouldBeTrue(resource);
            (await DecideAsync(world, service, operation, request, all)).IsAllowed.ShouldBeFalse(resource);
            (await DecideAsync(world, service, operation, request, rest)).IsAllowed.ShouldBeTrue(resource);
            (await DecideAsync(world, service, operation, request, another)).IsAllowed.ShouldBeFalse(resource);
        }
    }

    [Theory]
    [InlineData("sg-22222222222222222", false)]
    [InlineData("sg-0c0579f4988ca792f", true)]
    public async Task An_instance_without_security_groups_is_in_the_default_one(string denied, bool isAllowed)
    {
        await using var world = await IdentityWorld.StartAsync(new ApiModule<IEc2Api>("Amazon EC2", new StandInEc2()));
        var caller = await world.SessionAsync(
            Policy(
                """{"Effect":"Allow","Action":"*","Resource":"*"},"""
                    + $$"""{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:us-east-1:123456789012:security-group/{{denied}}"}"""
            )
        );

        var decision = await DecideAsync(
            world,
            Ec2Model.Service,
            Ec2Model.RunInstances,
            new RunInstancesRequest
            {
                ImageId = "ami-0123456789abcdef0",
                MinCount = 1,
                MaxCount = 1,
            },
            caller
        );

        decision.IsAllowed.ShouldBe(isAllowed);
    }

    [Fact]
    public async Task Everything_that_a_launch_uses_must_be_allowed()
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(
            Policy(
                """
                {"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"},{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:subnet/subnet-secret"}
                """
            )
        );
        var request = new RunInstancesRequest
        {
            ImageId = "ami-1",
            MinCount = 1,
            MaxCount = 1,
            SubnetId = "subnet-open",
        };

        (await DecideAsync(world, Ec2Model.Service, Ec2Model.RunInstances, request, session)).IsAllowed.ShouldBeTrue();
        (
            await DecideAsync(
                world,
                Ec2Model.Service,
                Ec2Model.RunInstances,
                request with
                {
                    SubnetId = "subnet-secret",
                },
                session
            )
        ).Refusal!.ShouldEndWith(
            "ec2:RunInstances on resource: arn:aws:ec2:us-east-1:123456789012:subnet/subnet-secret with an "
                + "explicit deny in an identity-based policy"
        );
    }

    [Fact]
    public async Task What_is_denied_by_a_key_pairs_name_is_denied_by_its_id()
    {
        await using var world = await IdentityWorld.StartAsync(new ApiModule<IEc2Api>("Amazon EC2", new StandInEc2()));
        var session = await world.SessionAsync(
            Policy(
                """{"Effect":"Allow","Action":"ec2:*","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"arn:aws:ec2:*:*:key-pair/prod"}"""
            )
        );

        (
            await DecideAsync(
                world,
                Ec2Model.Service,
                Ec2Model.DeleteKeyPair,
                new DeleteKeyPairRequest { KeyPairId = "key-048fb3715c5e3cf62" },
                session
            )
        ).IsAllowed.ShouldBeFalse();
        (
            await DecideAsync(
                world,
                Ec2Model.Service,
                Ec2Model.DeleteKeyPair,
                new DeleteKeyPairRequest { KeyName = "dev" },
                session
            )
        ).IsAllowed.ShouldBeTrue();
    }
}
