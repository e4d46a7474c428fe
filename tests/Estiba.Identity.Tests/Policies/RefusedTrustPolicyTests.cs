using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity.Tests.Policies;

/// <summary>
/// Which documents IAM does not call trust policies, and in which words it refuses them. Most were tried on AWS by
/// others, who published what it said.
/// </summary>
public sealed class RefusedTrustPolicyTests
{
    private const string Malformed = "MalformedPolicyDocument";

    [Theory]
    [InlineData("{", "This policy contains invalid Json")]
    [InlineData("this is no json", "This policy contains invalid Json")]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"\ud800"},"Action":"sts:AssumeRole"}]}""",
        "This policy contains invalid Json"
    )]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}""",
        "This policy contains invalid Json"
    )]
    [InlineData("[]", "Syntax error in policy.")]
    [InlineData(
        """{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""",
        "The policy must contain a valid version string"
    )]
    [InlineData(
        """{"Version":2012,"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""",
        "The policy must contain a valid version string"
    )]
    [InlineData("""{"Version":"2012-10-17"}""", "Could not parse the policy: Statement is empty!")]
    [InlineData("""{"Version":"2012-10-17","Statement":[]}""", "Could not parse the policy: Statement is empty!")]
    [InlineData(
        """{"version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""",
        "Unknown field version"
    )]
    [InlineData(
        """{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}],"_comment":"x"}""",
        "Unknown field _comment"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Comment":"x"}}""",
        "Unknown field Comment"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}""",
        "Missing required field Effect"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Maybe","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}""",
        "Invalid effect: Maybe"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}""",
        "Invalid effect: allow"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}""",
        "Missing required field Principal"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}}""",
        "Missing required field Principal cannot be empty!"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}""",
        "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"123456789012","Action":"sts:AssumeRole"}}""",
        "Principal must be a JSON object."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"gitlab"},"Action":"sts:AssumeRoleWithWebIdentity"}}""",
        "Federated principals must be valid domain names or SAML metadata ARNs"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:role/x"},"Action":"sts:AssumeRoleWithSAML"}}""",
        "Federated principals must be valid domain names or SAML metadata ARNs"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"https://gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity"}}""",
        "Federated principals must be valid domain names or SAML metadata ARNs"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":""},"Action":"sts:AssumeRoleWithWebIdentity"}}""",
        "Federated principals must be valid domain names or SAML metadata ARNs"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":5,"Action":"sts:AssumeRole"}}""",
        "Principal must be a JSON object."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":["a"],"Action":"sts:AssumeRole"}}""",
        "Syntax error in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Planet":"mars"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"Planet\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"CanonicalUser":"abc"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"CanonicalUser\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"ec2\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"foo.amazonaws.com"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"foo.amazonaws.com\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com","ecs-task.amazonaws.com"]},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"ecs-task.amazonaws.com\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"foo.eu-west-1.amazonaws.com"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"foo.eu-west-1.amazonaws.com\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"foo.amazonaws.com.cn"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"foo.amazonaws.com.cn\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"*"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"*\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":""},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"SERVICE\":\"\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/*"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:role/*\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"alice"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"AWS\":\"alice\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:s3:::bucket"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"AWS\":\"arn:aws:s3:::bucket\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:group/staff"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:group/staff\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"12345"},"Action":"sts:AssumeRole"}}""",
        "Invalid principal in policy: \"AWS\":\"12345\""
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":5},"Action":"sts:AssumeRole"}}""",
        "Syntax error in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":[]},"Action":"sts:AssumeRole"}}""",
        "Syntax error in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"}}}""",
        "Allow with NotPrincipal is not allowed."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"}}}""",
        "AssumeRole policy must not contain NotPrincipal field."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"}}}""",
        "Missing required field Action"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":[]}}""",
        "Missing required field Action"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","NotAction":"sts:TagSession"}}""",
        "Syntax error in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}}""",
        "AssumeRole policy may only specify STS AssumeRole actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject"}}""",
        "AssumeRole policy may only specify STS AssumeRole actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","iam:PassRole"]}}""",
        "AssumeRole policy may only specify STS AssumeRole actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}}""",
        "AssumeRole policy may only specify STS AssumeRole actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"AssumeRole"}}""",
        "AssumeRole policy may only specify STS AssumeRole actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"NotAction":"s3:GetObject"}}""",
        "AssumeRole policy may only specify STS AssumeRole actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*"}}""",
        "Has prohibited field Resource"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","NotResource":"*"}}""",
        "AssumeRole policy must not contain resources."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Sid":"Dup"},{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Sid":"Dup"}]}""",
        "The Statement Ids in the policy are not unique"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}}""",
        "A condition block must be present for the Cognito provider"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"NoSuchTest":{"a":"b"}}}}""",
        "Syntax error in policy."
    )]
    public void What_is_no_trust_policy_is_refused(string document, string message)
    {
        var error = Should.Throw<AwsException>(() => PolicyDocument.CheckTrust(document));

        (error.Code, error.StatusCode, error.Message).ShouldBe((Malformed, 400, message));
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:user/nobody")]
    [InlineData("arn:aws:iam::123456789012:role/other/app")]
    public async Task A_principal_of_the_account_that_a_trust_policy_names_must_exist(string arn)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.RoleAsync();
        var document = IdentityWorld.TrustOf("AWS", arn);

        await world
            .Iam.CreateRoleAsync(
                new CreateRoleRequest { RoleName = "new", AssumeRolePolicyDocument = document },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync(Malformed, $"Invalid principal in policy: \"AWS\":\"{arn}\"");
        await world
            .Iam.UpdateAssumeRolePolicyAsync(
                new UpdateAssumeRolePolicyRequest { RoleName = "app", PolicyDocument = document },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync(Malformed, $"Invalid principal in policy: \"AWS\":\"{arn}\"");
    }
}
