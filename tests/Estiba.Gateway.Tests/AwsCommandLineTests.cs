using System.Diagnostics;
using System.Text.Json;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Tests;

/// <summary>The stock command line, as a customer has it. Where it is missing these tests fail.</summary>
public sealed class AwsCommandLineTests
{
    [Fact]
    public async Task The_command_line_is_told_who_it_is()
    {
        await using var world = await GatewayWorld.StartAsync(time: new SteppedTime { Now = DateTimeOffset.UtcNow });

        var (code, output, errors) = await RunAsync(world, GatewayWorld.Root, "sts get-caller-identity");

        (code, errors).ShouldBe((0, ""));
        JsonDocument
            .Parse(output)
            .RootElement.GetProperty("Arn")
            .GetString()
            .ShouldBe("arn:aws:iam::123456789012:root");
    }

    [Fact]
    public async Task The_command_line_gets_every_protocols_answer()
    {
        await using var world = await GatewayWorld.StartAsync(time: new SteppedTime { Now = DateTimeOffset.UtcNow });

        var json = await RunAsync(world, GatewayWorld.Session, "ecs list-clusters");
        var ec2 = await RunAsync(world, GatewayWorld.Session, "ec2 describe-regions");

        (json.Code, ec2.Code).ShouldBe((0, 0), json.Errors + ec2.Errors);
    }

    [Theory]
    [InlineData("ecs list-clusters", "(InvalidSignatureException) when calling the ListClusters operation")]
    [InlineData("sts get-caller-identity", "(SignatureDoesNotMatch) when calling the GetCallerIdentity operation")]
    [InlineData("ec2 describe-regions", "(AuthFailure) when calling the DescribeRegions operation")]
    public async Task The_command_line_understands_a_refusal(string arguments, string message)
    {
        await using var world = await GatewayWorld.StartAsync(time: new SteppedTime { Now = DateTimeOffset.UtcNow });

        var (_, _, errors) = await RunAsync(world, GatewayWorld.Root with { SecretAccessKey = "wrong" }, arguments);

        errors.ShouldContain(message);
    }

    [Theory]
    [InlineData("cloudfront list-distributions", "ListDistributions", "cloudfront")]
    [InlineData("lambda list-functions", "ListFunctions", "lambda")]
    public async Task The_command_line_of_a_service_that_is_not_there_says_so(
        string arguments,
        string operation,
        string service
    )
    {
        await using var world = await GatewayWorld.StartAsync(time: new SteppedTime { Now = DateTimeOffset.UtcNow });

        var (_, _, errors) = await RunAsync(world, GatewayWorld.Root, arguments);

        errors.ShouldContain(
            $"(UnknownService) when calling the {operation} operation: This platform knows no such request of the "
                + $"service '{service}'."
        );
    }

    [Theory]
    [InlineData("s3 ls", "ListBuckets", "s3")]
    [InlineData("s3 ls s3://bucket", "ListObjectsV2", "s3")]
    [InlineData("eks list-clusters", "ListClusters", "eks")]
    [InlineData("cloudwatch describe-alarms", "DescribeAlarms", "cloudwatch")]
    [InlineData("ec2 describe-hosts", "DescribeHosts", "ec2")]
    [InlineData("route53 list-health-checks", "ListHealthChecks", "route53")]
    public async Task The_command_line_of_an_operation_that_nobody_has_written_says_so(
        string arguments,
        string operation,
        string service
    )
    {
        await using var world = await GatewayWorld.StartAsync(time: new SteppedTime { Now = DateTimeOffset.UtcNow });

        var (_, _, errors) = await RunAsync(world, GatewayWorld.Root, arguments);

        var code = service == "s3" ? "NotImplemented" : "UnsupportedOperation";
        errors.ShouldContain(
            $"({code}) when calling the {operation} operation: Estiba does not implement {service}:{operation} yet."
        );
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(
        GatewayWorld world,
        AwsCredentials credentials,
        string arguments
    )
    {
        var start = new ProcessStartInfo("aws", arguments + " --output json")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_ENDPOINT_URL"] = world.Address.ToString();
        start.Environment["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey;
        start.Environment["AWS_REGION"] = start.Environment["AWS_DEFAULT_REGION"] = "eu-west-1";
        start.Environment["AWS_CONFIG_FILE"] = start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
        start.Environment["AWS_MAX_ATTEMPTS"] = "1";
        if (credentials.SessionToken is { } token)
            start.Environment["AWS_SESSION_TOKEN"] = token;
        else
            start.Environment.Remove("AWS_SESSION_TOKEN");

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
