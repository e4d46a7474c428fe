namespace Estiba.Contracts.Tests;

public sealed class ArnTests
{
    [Theory]
    [InlineData("", "aws", "amazonaws.com")]
    [InlineData("eu-west-1", "aws", "amazonaws.com")]
    [InlineData("us-isolde-1", "aws", "amazonaws.com")]
    [InlineData("cn-north-1", "aws-cn", "amazonaws.com.cn")]
    [InlineData("us-gov-west-1", "aws-us-gov", "amazonaws.com")]
    [InlineData("us-iso-east-1", "aws-iso", "c2s.ic.gov")]
    [InlineData("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov")]
    [InlineData("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk")]
    [InlineData("us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov")]
    [InlineData("eusc-de-east-1", "aws-eusc", "amazonaws.eu")]
    public void A_region_belongs_to_a_partition_with_a_domain_of_its_own(string region, string partition, string domain)
    {
        Arn.PartitionOf(region).ShouldBe(partition);
        Arn.DnsSuffixOf(region).ShouldBe(domain);
        new Arn("ecs", region, "123456789012", "cluster/c")
            .ToString()
            .ShouldBe($"arn:{partition}:ecs:{region}:123456789012:cluster/c");
    }

    [Fact]
    public void An_ARN_that_is_read_keeps_the_partition_that_it_has()
    {
        Arn.TryParse("arn:aws-cn:iam::123456789012:role/r", out var arn).ShouldBeTrue();

        arn.ToString().ShouldBe("arn:aws-cn:iam::123456789012:role/r");
    }
}
