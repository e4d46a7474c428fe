using Estiba.Contracts;
using Estiba.Identity.Roles;

namespace Estiba.Identity.Tests;

/// <summary>Which roles a service of the platform may assume.</summary>
public sealed class ServiceTrustTests
{
    private const string TaskArn = "arn:aws:ecs:us-east-1:123456789012:task/c/0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task A_service_gets_the_credentials_of_a_role_that_trusts_it()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        var session = await world.AssumeAsync(role.Arn!, caller: Service("ecs-tasks.amazonaws.com"));

        world
            .Credentials.Find(session.Credentials!.AccessKeyId!)!
            .PrincipalArn.ShouldBe("arn:aws:sts::123456789012:assumed-role/app/session");
    }

    [Fact]
    public async Task A_service_that_a_role_does_not_trust_is_refused()
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();

        await world
            .AssumeAsync(role.Arn!, caller: Service("ec2.amazonaws.com"))
            .ShouldBeRefusedAsync(
                "AccessDenied",
                "User: ec2.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: "
                    + "arn:aws:iam::123456789012:role/app"
            );
    }

    [Theory]
    [InlineData(
        true,
        """{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}"""
    )]
    [InlineData(
        true,
        """{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]},"Action":["sts:TagSession","STS:Assume*"]}"""
    )]
    [InlineData(true, """{"Effect":"Allow","Principal":"*","Action":"*"}""")]
    [InlineData(true, """{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}""")]
    [InlineData(true, """{"Effect":"Allow","NotPrincipal":{"Service":"ec2.amazonaws.com"},"NotAction":"s3:*"}""")]
    [InlineData(
        false,
        """{"Effect":"Allow","NotPrincipal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}"""
    )]
    [InlineData(false, """{"Effect":"Allow","Principal":{"Service":"ecs.amazonaws.com"},"Action":"sts:AssumeRole"}""")]
    [InlineData(
        false,
        """{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}"""
    )]
    [InlineData(
        false,
        """{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:TagSession"}"""
    )]
    [InlineData(false, """{"Effect":"Allow","Principal":"*","NotAction":"sts:AssumeRole"}""")]
    [InlineData(
        false,
        """{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}"""
    )]
    [InlineData(
        true,
        """{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"""
    )]
    public async Task Its_statements_decide(bool admitted, string statements) =>
        await AssumeAsync(statements, admitted);

    [Theory]
    [InlineData(
        true,
        """{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:ecs:us-east-1:123456789012:*"}}"""
    )]
    [InlineData(
        false,
        """{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:123456789012:*"}}"""
    )]
    [InlineData(false, """{"StringEquals":{"aws:SourceAccount":["210987654321","000000000000"]}}""")]
    [InlineData(true, """{"StringEquals":{"AWS:sourceaccount":["210987654321","123456789012"]}}""")]
    [InlineData(true, """{"StringNotEquals":{"aws:SourceAccount":"210987654321"}}""")]
    [InlineData(false, """{"StringNotEquals":{"aws:SourceAccount":["210987654321","123456789012"]}}""")]
    [InlineData(true, """{"StringLike":{"aws:SourceArn":"*:task/c/*"}}""")]
    [InlineData(false, """{"ArnEquals":{"aws:SourceArn":"arn:*:task/c/*"}}""")]
    [InlineData(true, """{"ArnEquals":{"aws:SourceArn":"arn:*:ecs:*:*:task/c/*"}}""")]
    [InlineData(false, """{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}""")]
    [InlineData(true, """{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}""")]
    [InlineData(true, """{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}""")]
    [InlineData(true, """{"Null":{"aws:SourceArn":"false","aws:PrincipalOrgID":true}}""")]
    [InlineData(false, """{"Bool":{"aws:MultiFactorAuthPresent":"true"}}""")]
    [InlineData(false, """{"DateGreaterThan":{"aws:SourceArn":"1"}}""")]
    public async Task Its_conditions_are_asked_of_the_task(bool admitted, string condition) =>
        await AssumeAsync(
            $$"""{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{{condition}}}""",
            admitted
        );

    private static async Task AssumeAsync(string statements, bool admitted)
    {
        await using var world = await IdentityWorld.StartAsync();
        var role = await world.RoleAsync();
        // Straight into the state: IAM takes not all of these any more, and roles that were made before have them.
        await world.Store.CommitAsync(transaction =>
        {
            var record = transaction.Find(IdentityTables.Roles, RoleRecord.KeyOf(IdentityWorld.Account, "app"))!;
            var document = $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";
            transaction.Put(
                IdentityTables.Roles,
                record with
                {
                    Role = record.Role with { AssumeRolePolicyDocument = document },
                }
            );
        });

        var assuming = world.AssumeAsync(role.Arn!, caller: Service("ecs-tasks.amazonaws.com"));

        if (admitted)
            (await assuming).Credentials.ShouldNotBeNull();
        else
            (await Should.ThrowAsync<AwsException>(assuming)).Code.ShouldBe("AccessDenied");
    }

    private static CallContext Service(string name) =>
        IdentityWorld.Caller with
        {
            PrincipalArn = name,
            AccessKeyId = "",
            Service = name,
            SourceArn = TaskArn,
        };
}
