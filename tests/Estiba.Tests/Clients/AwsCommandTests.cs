using Estiba.Clients;

namespace Estiba.Tests.Clients;

public sealed class AwsCommandTests
{
    [Theory]
    [InlineData("aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 source/x86_64.debian.12 prompt/off")]
    [InlineData("aws-cli/2.12.7 Python/3.11.4 Linux/6.1.0 exe/x86_64.debian.12")]
    [InlineData("aws-cli/1.28.1 Python/3.9.2 Linux/5.10.0 botocore/1.30.1")]
    public void An_aws_command_before_AWS_ENDPOINT_URL_is_old(string version) =>
        AwsCommand.IsOld(version).ShouldBeTrue();

    [Theory]
    [InlineData("aws-cli/2.13.0 Python/3.11.4 Linux/6.1.0 exe/x86_64.debian.12")]
    [InlineData("aws-cli/2.27.4 Python/3.13.2 Linux/6.1.0 exe/x86_64.debian.12")]
    [InlineData("aws-cli/1.29.0 Python/3.9.2 Linux/5.10.0 botocore/1.31.0")]
    [InlineData("aws-cli/3.0.0 Python/3.15.0 Linux/7.0.0")]
    [InlineData("something else entirely")]
    public void A_current_or_unknown_aws_command_is_left_alone(string version) =>
        AwsCommand.IsOld(version).ShouldBeFalse();
}
