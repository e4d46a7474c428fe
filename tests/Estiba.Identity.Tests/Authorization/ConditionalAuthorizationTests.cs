using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Sqs;
using Estiba.Contracts.Sts;
using Estiba.Hosting;
using Estiba.Identity.Authorization;
using static Estiba.Identity.Tests.Authorization.AuthorizerRequests;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>What the conditions of policies are asked of.</summary>
public sealed class ConditionalAuthorizationTests
{
    [Theory]
    [InlineData(true, "ecs:cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/blue")]
    [InlineData(false, "ecs:cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/red")]
    [InlineData(true, "ECS:Cluster", "arn:aws:ecs:*:*:cluster/bl*")]
    [InlineData(true, "aws:PrincipalArn", "arn:aws:iam::123456789012:role/app")]
    [InlineData(true, "aws:RequestTag/cost", "center")]
    [InlineData(false, "aws:RequestTag/cost", "other")]
    [InlineData(true, "aws:TagKeys", "cost")]
    [InlineData(true, "aws:PrincipalTag/team", "blue")]
    [InlineData(true, "aws:PrincipalType", "AssumedRole")]
    [InlineData(true, "aws:PrincipalAccount", "123456789012")]
    [InlineData(true, "aws:RequestedRegion", "us-east-1")]
    [InlineData(true, "aws:SourceIp", "203.0.113.7")]
    [InlineData(true, "aws:UserAgent", "aws-cli/2")]
    [InlineData(true, "aws:SecureTransport", "true")]
    [InlineData(true, "aws:MultiFactorAuthPresent", "false")]
    [InlineData(true, "aws:ViaAWSService", "false")]
    [InlineData(false, "aws:username", "*")]
    [InlineData(true, "aws:userid", "AROA*:session")]
    [InlineData(true, "aws:TokenIssueTime", "2026-*")]
    public async Task Conditions_are_asked_of_the_request(bool holds, string key, string value)
    {
        await using var world = await IdentityWorld.StartAsync();
        var condition = $$$"""{"StringLike":{"{{{key}}}":"{{{value}}}"}}""";
        var session = await world.SessionAsync(
            Policy($$"""{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{condition}}}""")
        ) with
        {
            Origin = new CallOrigin(IPAddress.Parse("::ffff:203.0.113.7"), IsSecure: true, "aws-cli/2"),
        };
        var request = new RunTaskRequest
        {
            Cluster = "blue",
            TaskDefinition = "app:3",
            Tags = [new Contracts.Ecs.Tag { Key = "cost", Value = "center" }],
        };

        (await DecideAsync(world, EcsModel.Service, EcsModel.RunTask, request, session)).IsAllowed.ShouldBe(holds);
    }

    [Theory]
    [InlineData(null, """{"Effect":"Allow","Action":["ecs:RunTask","ecs:TagResource"],"Resource":"*"}""")]
    [InlineData(
        null,
        """{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"},{"Effect":"Allow","Action":"ecs:TagResource","Resource":"*","Condition":{"StringEquals":{"ecs:CreateAction":"RunTask"}}}"""
    )]
    [InlineData(
        "ecs:TagResource on resource: arn:aws:ecs:us-east-1:123456789012:task/blue/* because no identity-based "
            + "policy allows the ecs:TagResource action",
        """{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"}"""
    )]
    public async Task To_make_something_with_tags_is_to_tag_it(string? refusal, string statements)
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(Policy(statements));
        var request = new RunTaskRequest
        {
            Cluster = "blue",
            TaskDefinition = "app:3",
            Tags = [new Contracts.Ecs.Tag { Key = "a", Value = "b" }],
        };

        var decision = await DecideAsync(world, EcsModel.Service, EcsModel.RunTask, request, session);

        if (refusal is null)
            decision.IsAllowed.ShouldBeTrue();
        else
            decision.Refusal!.ShouldEndWith(refusal);
    }

    [Fact]
    public async Task Tags_of_resources_are_looked_up()
    {
        await using var world = await IdentityWorld.StartAsync(new ApiModule<IEcsApi>("Amazon ECS", new StandInEcs()));
        var session = await world.SessionAsync(
            Policy(
                """
                {"Effect":"Allow","Action":"ecs:DeleteCluster","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/Team":"${aws:PrincipalTag/team}"}}}
                """
            )
        );

        (
            await DecideAsync(
                world,
                EcsModel.Service,
                EcsModel.DeleteCluster,
                new DeleteClusterRequest { Cluster = "blue" },
                session
            )
        ).IsAllowed.ShouldBeTrue();
        (
            await DecideAsync(
                world,
                EcsModel.Service,
                EcsModel.DeleteCluster,
                new DeleteClusterRequest { Cluster = "red" },
                session
            )
        ).IsAllowed.ShouldBeFalse();
        (
            await DecideAsync(
                world,
                EcsModel.Service,
                EcsModel.DeleteCluster,
                new DeleteClusterRequest { Cluster = "none" },
                session
            )
        ).IsAllowed.ShouldBeFalse();
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("shop", false)]
    public async Task Tags_of_certificates_are_looked_up(string team, bool allowed)
    {
        await using var world = await IdentityWorld.StartAsync(
            new ApiModule<IAcmApi>("AWS Certificate Manager", new StandInAcm(team))
        );
        const string Arn = "arn:aws:acm:us-east-1:123456789012:certificate/one";
        var session = await world.SessionAsync(
            Policy(
                """
                {"Effect":"Allow","Action":"acm:DeleteCertificate","Resource":"arn:aws:acm:us-east-1:123456789012:certificate/one","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}
                """
            )
        );

        (
            await DecideAsync(
                world,
                AcmModel.Service,
                AcmModel.DeleteCertificate,
                new DeleteCertificateRequest { CertificateArn = Arn },
                session
            )
        ).IsAllowed.ShouldBe(allowed);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("shop", false)]
    public async Task Tags_of_queues_are_looked_up_and_a_batch_is_the_action_that_it_is_of(string team, bool allowed)
    {
        await using var world = await IdentityWorld.StartAsync(
            new ApiModule<ISqsApi>("Amazon SQS", new StandInSqs(team))
        );
        var session = await world.SessionAsync(
            Policy(
                """
                {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:123456789012:orders","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}
                """
            )
        );

        (
            await DecideAsync(
                world,
                SqsModel.Service,
                SqsModel.SendMessageBatch,
                new SendMessageBatchRequest { QueueUrl = "http://localhost:4566/123456789012/orders" },
                session
            )
        ).IsAllowed.ShouldBe(allowed);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("shop", false)]
    public async Task Tags_of_load_balancers_and_of_alarms_are_looked_up(string team, bool allowed)
    {
        await using var world = await IdentityWorld.StartAsync(
            new ApiModule<IElbV2Api>("Elastic Load Balancing", new StandInElb(team)),
            new ApiModule<ICloudWatchApi>("Amazon CloudWatch", new StandInCloudWatch(team))
        );
        var session = await world.SessionAsync(
            Policy(
                """
                {"Effect":"Allow","Action":["elasticloadbalancing:DeleteLoadBalancer","cloudwatch:DeleteAlarms"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}
                """
            )
        );

        (
            await DecideAsync(
                world,
                ElbV2Model.Service,
                ElbV2Model.DeleteLoadBalancer,
                new DeleteLoadBalancerInput { LoadBalancerArn = StandInElb.Arn },
                session
            )
        ).IsAllowed.ShouldBe(allowed);
        (
            await DecideAsync(
                world,
                CloudWatchModel.Service,
                CloudWatchModel.DeleteAlarms,
                new DeleteAlarmsInput { AlarmNames = ["busy"] },
                session
            )
        ).IsAllowed.ShouldBe(allowed);
    }

    [Theory]
    [InlineData(true, """{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:us-east-1:123456789012:cluster/blue"}}""")]
    [InlineData(false, """{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:us-east-1:123456789012:cluster/red"}}""")]
    public async Task What_is_no_operation_is_decided_too(bool allowed, string condition)
    {
        await using var world = await IdentityWorld.StartAsync();
        var session = await world.SessionAsync(
            Policy($$"""{"Effect":"Allow","Action":"ecs:Poll","Resource":"*","Condition":{{condition}}}""")
        );

        (
            await world.Authorizer.DecideAsync(
                "ecs:Poll",
                EcsArns + "container-instance/blue/1",
                session,
                CancellationToken.None
            )
        ).IsAllowed.ShouldBe(allowed);
    }

    private sealed class StandInElb(string team) : IElbV2Api
    {
        public const string Arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";

        public Task<DescribeTagsOutput> DescribeTagsAsync(
            DescribeTagsInput request,
            CallContext context,
            CancellationToken cancellation
        )
        {
            request.ResourceArns.ShouldBe([Arn]);
            return Task.FromResult(
                new DescribeTagsOutput
                {
                    TagDescriptions =
                    [
                        new() { ResourceArn = Arn, Tags = [new Contracts.ElbV2.Tag { Key = "team", Value = team }] },
                    ],
                }
            );
        }
    }

    private sealed class StandInCloudWatch(string team) : ICloudWatchApi
    {
        public Task<Contracts.CloudWatch.ListTagsForResourceOutput> ListTagsForResourceAsync(
            Contracts.CloudWatch.ListTagsForResourceInput request,
            CallContext context,
            CancellationToken cancellation
        )
        {
            request.ResourceARN.ShouldBe("arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy");
            return Task.FromResult(
                new Contracts.CloudWatch.ListTagsForResourceOutput
                {
                    Tags = [new Contracts.CloudWatch.Tag { Key = "team", Value = team }],
                }
            );
        }
    }

    private sealed class StandInSqs(string team) : ISqsApi
    {
        public Task<ListQueueTagsResult> ListQueueTagsAsync(
            ListQueueTagsRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) => Task.FromResult(new ListQueueTagsResult { Tags = new Dictionary<string, string> { ["team"] = team } });
    }

    private sealed class StandInAcm(string team) : IAcmApi
    {
        public Task<ListTagsForCertificateResponse> ListTagsForCertificateAsync(
            ListTagsForCertificateRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) =>
            Task.FromResult(
                new ListTagsForCertificateResponse { Tags = [new Contracts.Acm.Tag { Key = "team", Value = team }] }
            );
    }
}
