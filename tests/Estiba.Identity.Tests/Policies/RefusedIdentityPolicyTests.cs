using System.Text;
using Estiba.Contracts;
using Estiba.Identity.Policies;

namespace Estiba.Identity.Tests.Policies;

/// <summary>
/// Which documents IAM does not call policies of identities, and in which words it refuses them. Most were tried on AWS
/// by others, who published what it said.
/// </summary>
public sealed class RefusedIdentityPolicyTests
{
    private const string Malformed = "MalformedPolicyDocument";

    [Theory]
    [InlineData("This is not a json document", "Syntax errors in policy.")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Policy document must be version 2012-10-17 or greater."
    )]
    [InlineData(
        """{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Policy document must be version 2012-10-17 or greater."
    )]
    [InlineData(
        """{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData("""{"Version":"2012-10-17"}""", "Syntax errors in policy.")]
    [InlineData("""{"Version":"2012-10-17","Statement":["afd"]}""", "Syntax errors in policy.")]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"},"Extra field":"value"}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Extra field":"value"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"},"Id":["a"]}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"},"Id":{}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"invalid","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"invalid","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"arn:aws:s3:::example_bucket","NotAction":""}}""",
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a a:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Vendor a a is not valid"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:List:Bucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Actions/Condition can contain only one colon."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3s:ListBucket","Resource":"arn:aws:s3:::example_bucket"},{"Effect":"Allow","Action":"s:3s:ListBucket","Resource":"arn:aws:s3:::example_bucket"}]}""",
        "Actions/Condition can contain only one colon."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"invalid resource"}}""",
        "Resource invalid resource must be in ARN format or \"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["account:EnableRegion","account:DisableRegion"],"Resource":"","Condition":{"StringEquals":{"account:TargetRegion":"ap-east-1"}},"Sid":"EnableDisableHongKong"},{"Effect":"Allow","Action":["aws-portal:ViewAccount"],"Resource":"","Sid":"ViewConsole"}]}""",
        "Resource  must be in ARN format or \"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s:3:ListBucket","Resource":"sdfsadf"}}""",
        "Resource sdfsadf must be in ARN format or \"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":["adf"]}}""",
        "Resource adf must be in ARN format or \"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":""}}""",
        "Resource  must be in ARN format or \"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"a:bsdfdsafsad","NotAction":"s3s:ListBucket"}}""",
        "Partition \"bsdfdsafsad\" is not valid for resource \"arn:bsdfdsafsad:*:*:*:*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"a:b:cadfsdf","NotAction":"s3s:ListBucket"}}""",
        "Partition \"b\" is not valid for resource \"arn:b:cadfsdf:*:*:*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"a:b:c:d:e:f:g:h","NotAction":"s3s:ListBucket"}}""",
        "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"aws:s3:::example_bucket"}}""",
        "Partition \"s3\" is not valid for resource \"arn:s3:::example_bucket:*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":["arn:error:s3:::example_bucket","arn:error:s3::example_bucket"]}}""",
        "Partition \"error\" is not valid for resource \"arn:error:s3:::example_bucket\"."
    )]
    [InlineData("""{"Version":"2012-10-17","Statement":[]}""", "Syntax errors in policy.")]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket"}}""",
        "Policy statement must contain resources."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":[]}}""",
        "Policy statement must contain resources."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"invalid"}}""",
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Policy statement must contain actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}""",
        "Policy statement must contain actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[],"Resource":"arn:aws:s3:::example_bucket"}}""",
        "Policy statement must contain actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Deny"},{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}]}""",
        "Policy statement must contain actions."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:iam:::example_bucket"}}""",
        "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, "
            + "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, "
            + "report/, access-report/."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3::example_bucket"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"arn:aws:s3::example_bucket"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws"}}""",
        "Resource vendor must be fully qualified and cannot contain regexes."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":{"a":"arn:aws:s3:::example_bucket"}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:ListBucket","Resource":["adfdf",{}]}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"arn:aws:s3:::example_bucket","NotAction":"s3:ListBucket","NotResource":[]}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":[[]],"Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[],"Resource":"arn:aws:s3:::example_bucket","NotAction":"s3s:ListBucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":{},"Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":[]}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":"a"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"a":"b"}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateGreaterThan":"b"}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateGreaterThan":[]}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateGreaterThan":{"a":{}}}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateGreaterThan":{"a":{}}}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"x":{"a":"1"}}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"ForAnyValue::StringEqualsIfExists":{"a":"asf"}}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":[{"ForAllValues:StringEquals":{"aws:TagKeys":"Department"}}]}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:iam:us-east-1::example_bucket"}}""",
        "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:us-east-1::example_bucket"}}""",
        "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":{}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":[]}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":"sdf"},{"Sid":"sdf","Effect":"Allow"}]}""",
        "Statement IDs (SID) in a single policy must be unique."
    )]
    [InlineData(
        """{"Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":"sdf"},{"Sid":"sdf","Effect":"Allow"}]}""",
        "Policy document must be version 2012-10-17 or greater."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:dsf","Resource":"arn:aws:s3:::example_bucket","NotAction":"s3:ListBucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","NotResource":"*"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"denY","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateGreaterThan":{"a":"sdfdsf"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateGreaterThan":{"a":"sdfdsf"}}}}""",
        "Policy document must be version 2012-10-17 or greater."
    )]
    [InlineData(
        """{"Statement":{"Effect":"denY","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Policy document must be version 2012-10-17 or greater."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Condition":{"DateGreaterThan":{"a":"sdfdsf"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"arn:aws::::example_bucket","NotAction":"s3:ListBucket"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"allow","Resource":"arn:aws:s3:us-east-1::example_bucket"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"aLLow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":"sdf"},{"Sid":"sdf","Effect":"Allow"}]}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","NotResource":"arn:aws:s3::example_bucket"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateLessThanEquals":{"a":"234-13"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+1"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.1999999999+10:59"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"DateLessThan":{"a":"9223372036854775808"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:error:s3:::example_bucket","Condition":{"DateGreaterThan":{"a":"sdfdsf"}}}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws::fdsasf"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData("{}", "Syntax errors in policy.")]
    [InlineData("[]", "Syntax errors in policy.")]
    [InlineData("null", "Syntax errors in policy.")]
    [InlineData("5", "Syntax errors in policy.")]
    [InlineData("""{"Version":"2012-10-17","Statement":null}""", "Syntax errors in policy.")]
    [InlineData("""{"Version":"2012-10-17","Statement":"hello"}""", "Syntax errors in policy.")]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":123,"Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":":GetObject","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Vendor  is not valid"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam :Get","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Vendor iam  is not valid"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","NotResource":"invalid"}}""",
        "Resource invalid must be in ARN format or \"*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"s3::example-bucket/*"}}""",
        "Partition \"\" is not valid for resource \"arn::example-bucket/*:*:*:*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:awss3::example-bucket/*"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws2:s3:::example-bucket/*"}}""",
        "Partition \"aws2\" is not valid for resource \"arn:aws2:s3:::example-bucket/*\"."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":"Dup"},{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":"Dup"}]}""",
        "Statement IDs (SID) in a single policy must be unique."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Sid":"not-alpha"}}""",
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Principal":"*"}}""",
        "Policy document should not specify a principal."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","NotPrincipal":{"AWS":"*"}}}""",
        "Policy document should not specify a principal."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:*:us-east-1:123456789012:thing/a"}}""",
        "Resource vendor must be fully qualified and cannot contain regexes."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:sqs:us-east-1:<ACCOUNT_ID>:queue"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:ecs:us-east-1:${aws:PrincipalAccount}:cluster/c"}}""",
        "The policy failed legacy parsing"
    )]
    [InlineData(
        """{"Version":5,"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"Bool":{"aws:SecureTransport":null}}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket","Condition":{"Bool":{"aws:SecureTransport":[["true"]]}}}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"},"Id":null}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"\ud800:*","Resource":"*"}}""",
        "Syntax errors in policy."
    )]
    [InlineData(
        """{"version":"2012-10-17","statement":{"effect":"Allow","action":"s3:*","resource":"*"}}""",
        "Syntax errors in policy."
    )]
    public void What_is_no_identity_policy_is_refused(string document, string message)
    {
        var error = Should.Throw<AwsException>(() => PolicyDocument.CheckPermissions(document));

        (error.Code, error.StatusCode, error.Message).ShouldBe((Malformed, 400, message));
    }

    public static TheoryData<string, string> DeepDocuments { get; } =
        new()
        {
            { "arrays", Nested("[", "]") },
            { "objects", Nested("{\"a\":", "}") },
            { "arrays in a statement", """{"Version":"2012-10-17","Statement":""" + Nested("[", "]") + "}" },
            {
                "arrays in a condition",
                """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":"""
                    + Nested("{\"a\":", "}")
                    + "}}"
            },
            { "what never ends", new string('[', 131_072) },
        };

    [Theory]
    [MemberData(nameof(DeepDocuments))]
    public void A_document_that_is_nested_too_deeply_is_none(string what, string document)
    {
        what.ShouldNotBeEmpty();
        Should
            .Throw<AwsException>(() => PolicyDocument.CheckPermissions(document))
            .Message.ShouldBe("Syntax errors in policy.");
        Should
            .Throw<AwsException>(() => PolicyDocument.CheckTrust(document))
            .Message.ShouldBe("This policy contains invalid Json");
    }

    private static string Nested(string open, string close)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 100_000 / (open.Length + close.Length); i++)
            text.Append(open);
        return text.Append("\"a\"")
            .Append(string.Concat(Enumerable.Repeat(close, 100_000 / (open.Length + close.Length))))
            .ToString();
    }
}
