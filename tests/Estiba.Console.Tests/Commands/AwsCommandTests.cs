using Estiba.Console.Commands;

namespace Estiba.Console.Tests.Commands;

public sealed class AwsCommandTests
{
    [Theory]
    [InlineData("CreateService", "create-service")]
    [InlineData("maxResults", "max-results")]
    [InlineData("DNSName", "dns-name")]
    [InlineData("enableECSManagedTags", "enable-ecs-managed-tags")]
    public void Names_are_written_as_the_command_line_writes_them(string name, string dashed) =>
        AwsCommand.Dashed(name).ShouldBe(dashed);

    [Fact]
    public void A_request_is_a_command_with_an_argument_for_each_member() =>
        AwsCommand
            .Of(
                "ecs",
                "UpdateService",
                new Ecs.UpdateServiceRequest
                {
                    Cluster = "default",
                    Service = "web",
                    DesiredCount = 3,
                    ForceNewDeployment = true,
                }
            )
            .ShouldBe(
                "aws ecs update-service \\\n    --cluster default \\\n    --service web \\\n    --desired-count 3 \\\n"
                    + "    --force-new-deployment"
            );

    [Fact]
    public void What_a_shell_would_read_is_quoted() =>
        AwsCommand
            .Of("ecs", "StopTask", new Ecs.StopTaskRequest { Task = "a", Reason = "it's $HOME; `rm`" })
            .ShouldContain("--reason 'it'\\''s $HOME; `rm`'");

    [Fact]
    public void Structures_are_json_and_lists_of_texts_are_words() =>
        AwsCommand
            .Of(
                "ecs",
                "CreateService",
                new Ecs.CreateServiceRequest
                {
                    PlacementStrategy = [new() { Type = "spread", Field = "instanceId" }],
                    NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = ["subnet-1"] } },
                }
            )
            .ShouldContain("""--placement-strategy '[{"type":"spread","field":"instanceId"}]'""");

    [Fact]
    public void The_user_data_of_instances_is_shown_as_the_command_line_takes_it()
    {
        var command = AwsCommand.Of(
            "ec2",
            "RunInstances",
            new Ec2.RunInstancesRequest
            {
                MinCount = 2,
                MaxCount = 2,
                UserData = Convert.ToBase64String("#!/bin/sh\n"u8),
            }
        );

        command.ShouldContain("--count 2");
        command.ShouldNotContain("min-count");
        command.ShouldContain("--user-data '#!/bin/sh\n'");
    }
}
