using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

/// <summary>Which policies grant access to a service, and which condition keys policies ask for.</summary>
public sealed class PolicyReviewTests
{
    private const string Alice = "arn:aws:iam::123456789012:user/alice";
    private const string ReadOnly = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

    [Fact]
    public async Task The_policies_of_a_user_and_of_its_groups_that_allow_something_of_a_service_are_listed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        var (iam, caller) = (world.Iam, IdentityWorld.Caller);
        await iam.CreateGroupAsync(new() { GroupName = "staff" }, caller);
        await iam.AddUserToGroupAsync(new() { GroupName = "staff", UserName = "alice" }, caller);
        await PutAsync("reads", """{"Effect":"Allow","Action":["s3:Get*","sqs:*"],"Resource":"*"}""");
        await PutAsync("denies", """{"Effect":"Deny","Action":"s3:*","Resource":"*"}""");
        await PutAsync("all-but-queues", """{"Effect":"Allow","NotAction":"sqs:*","Resource":"*"}""");
        await iam.AttachUserPolicyAsync(new() { UserName = "alice", PolicyArn = ReadOnly }, caller);
        await iam.PutGroupPolicyAsync(
            new()
            {
                GroupName = "staff",
                PolicyName = "everything",
                PolicyDocument = Document("""{"Effect":"Allow","Action":"*","Resource":"*"}"""),
            },
            caller
        );

        var granting = (
            await iam.ListPoliciesGrantingServiceAccessAsync(
                new() { Arn = Alice, ServiceNamespaces = ["s3", "sqs"] },
                caller
            )
        );

        granting.IsTruncated.ShouldBe(false);
        var (s3, sqs) = (granting.PoliciesGrantingServiceAccess![0], granting.PoliciesGrantingServiceAccess[1]);
        s3.ServiceNamespace.ShouldBe("s3");
        s3.Policies.ShouldBe(
            [
                Inline("reads", "USER", "alice"),
                Inline("all-but-queues", "USER", "alice"),
                new PolicyGrantingServiceAccess
                {
                    PolicyName = "AmazonS3ReadOnlyAccess",
                    PolicyType = "MANAGED",
                    PolicyArn = ReadOnly,
                },
                Inline("everything", "GROUP", "staff"),
            ],
            ignoreOrder: true
        );
        sqs.Policies.ShouldBe([Inline("reads", "USER", "alice"), Inline("everything", "GROUP", "staff")]);

        Task PutAsync(string name, string statement) =>
            iam.PutUserPolicyAsync(
                new()
                {
                    UserName = "alice",
                    PolicyName = name,
                    PolicyDocument = Document(statement),
                },
                caller
            );
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:user/nobody", "NoSuchEntity")]
    [InlineData("arn:aws:iam::123456789012:role/nobody", "NoSuchEntity")]
    [InlineData("arn:aws:iam::123456789012:group/nobody", "NoSuchEntity")]
    [InlineData("arn:aws:iam::123456789012:root", "InvalidInput")]
    [InlineData("arn:aws:s3:::a-bucket-of-mine", "InvalidInput")]
    public async Task Whoever_has_no_policies_is_no_entity(string arn, string code)
    {
        await using var world = await IdentityWorld.StartAsync();

        var refused = await Should.ThrowAsync<AwsException>(async () =>
            await world.Iam.ListPoliciesGrantingServiceAccessAsync(
                new() { Arn = arn, ServiceNamespaces = ["s3"] },
                IdentityWorld.Caller
            )
        );

        refused.Code.ShouldBe(code);
    }

    [Fact]
    public async Task The_keys_of_a_policy_are_those_of_its_variables_and_of_its_conditions()
    {
        await using var world = await IdentityWorld.StartAsync();

        var keys = await KeysAsync(
            """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"},"StringLike":{"s3:prefix":["${aws:PrincipalTag/team, 'none'}/*","${*}"]}}}}"""
        );

        keys.ShouldBe(["aws:username", "aws:CurrentTime", "s3:prefix", "aws:PrincipalTag/team"]);
        // What IAM would not keep as a policy has no keys either: what is none, and one of the former version.
        foreach (
            var document in new[]
            {
                "{}",
                """{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}""",
            }
        )
            (await Should.ThrowAsync<AwsException>(() => KeysAsync(document))).Code.ShouldBe("InvalidInput");

        async Task<IReadOnlyList<string>> KeysAsync(string document) =>
            (
                await world.Iam.GetContextKeysForCustomPolicyAsync(
                    new() { PolicyInputList = [document] },
                    IdentityWorld.Caller
                )
            ).ContextKeyNames!;
    }

    [Fact]
    public async Task The_keys_of_a_principal_are_those_of_all_its_policies_and_of_further_ones()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        await world.Iam.PutUserPolicyAsync(
            new()
            {
                UserName = "alice",
                PolicyName = "p",
                PolicyDocument = Document(
                    """{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"""
                ),
            },
            IdentityWorld.Caller
        );

        var keys = await world.Iam.GetContextKeysForPrincipalPolicyAsync(
            new()
            {
                PolicySourceArn = Alice,
                PolicyInputList =
                [
                    Document(
                        """{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:SourceIp":"true"}}}"""
                    ),
                ],
            },
            IdentityWorld.Caller
        );

        keys.ContextKeyNames.ShouldBe(["aws:SecureTransport", "aws:SourceIp"]);
    }

    private static string Document(string statement) => $$"""{"Version":"2012-10-17","Statement":{{statement}}}""";

    private static PolicyGrantingServiceAccess Inline(string name, string kind, string entity) =>
        new()
        {
            PolicyName = name,
            PolicyType = "INLINE",
            EntityType = kind,
            EntityName = entity,
        };
}
