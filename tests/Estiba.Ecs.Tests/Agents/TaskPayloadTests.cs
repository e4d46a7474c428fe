using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using AcsContainer = Estiba.Contracts.Acs.Container;

namespace Estiba.Ecs.Tests.Agents;

public sealed class TaskPayloadTests
{
    private const string TaskId = "0123456789abcdef0123456789abcdef";

    private static readonly Scope Scope = new("123456789012", "eu-west-1");
    private static readonly EcsOptions Options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };

    [Fact]
    public void A_task_says_what_it_is()
    {
        var task = Payload("\"cpu\":10");

        task.Arn.ShouldBe($"arn:aws:ecs:eu-west-1:123456789012:task/c/{TaskId}");
        task.TaskClusterArn.ShouldBe("arn:aws:ecs:eu-west-1:123456789012:cluster/c");
        task.DesiredStatus.ShouldBe("RUNNING");
        task.Family.ShouldBe("f");
        task.Version.ShouldBe("3");
        task.NetworkMode.ShouldBe("bridge");
        task.LaunchType.ShouldBe("EC2");
    }

    [Fact]
    public void What_the_agent_completes_is_in_the_protocols_words()
    {
        var container = Container(
            """
            "cpu":10,"memory":64,"command":["serve"],"entryPoint":["sh","-c"],"links":["b:db"],"environment":[{"name":"A","value":"1"}],
            "portMappings":[{"containerPort":80,"hostPort":8080},{"containerPortRange":"90-95","protocol":"udp"}],
            "mountPoints":[{"sourceVolume":"v","containerPath":"/v","readOnly":true}],"volumesFrom":[{"sourceContainer":"b"}],
            "dependsOn":[{"containerName":"b","condition":"START"}],"startTimeout":20,"stopTimeout":30,
            "environmentFiles":[{"value":"arn:aws:s3:::bucket/a.env","type":"s3"}],"restartPolicy":{"enabled":true,"ignoredExitCodes":[0]}
            """
        );

        container.ShouldSatisfyAllConditions(
            c => c.Cpu.ShouldBe(10),
            c => c.Memory.ShouldBe(64),
            c => c.Command.ShouldBe(["serve"]),
            c => c.EntryPoint.ShouldBe(["sh", "-c"]),
            c => c.Links.ShouldBe(["b:db"]),
            c => c.Environment!["A"].ShouldBe("1"),
            c =>
                c.PortMappings!.Select(mapping =>
                        (mapping.ContainerPort, mapping.ContainerPortRange, mapping.HostPort, mapping.Protocol)
                    )
                    .ShouldBe([(80, null, 8080, "tcp"), (null, "90-95", null, "udp")]),
            c =>
                c.MountPoints!.Single()
                    .ShouldBe(
                        new Contracts.Acs.MountPoint
                        {
                            SourceVolume = "v",
                            ContainerPath = "/v",
                            ReadOnly = true,
                        }
                    ),
            c =>
                c.VolumesFrom!.Single()
                    .ShouldBe(new Contracts.Acs.VolumeFrom { SourceContainer = "b", ReadOnly = false }),
            c =>
                c.DependsOn!.Single()
                    .ShouldBe(new Contracts.Acs.ContainerDependency { ContainerName = "b", Condition = "START" }),
            c => (c.StartTimeout, c.StopTimeout).ShouldBe((20, 30)),
            c => c.EnvironmentFiles!.Single().Value.ShouldBe("arn:aws:s3:::bucket/a.env"),
            c => c.RestartPolicy!.RestartAttemptPeriod.ShouldBe(300),
            c => c.Essential.ShouldBe(true)
        );
    }

    [Theory]
    [InlineData("\"user\":\"1000\"", """{"User":"1000"}""")]
    [InlineData("\"hostname\":\"h\"", """{"Hostname":"h"}""")]
    [InlineData("\"workingDirectory\":\"/w\"", """{"WorkingDir":"/w"}""")]
    [InlineData("\"interactive\":true,\"pseudoTerminal\":true", """{"OpenStdin":true,"Tty":true}""")]
    [InlineData("\"disableNetworking\":true", """{"NetworkDisabled":true}""")]
    [InlineData("\"dockerLabels\":{\"a\":\"é\"}", """{"Labels":{"a":"é"}}""")]
    [InlineData(
        "\"healthCheck\":{\"command\":[\"CMD-SHELL\",\"true\"],\"interval\":5,\"startPeriod\":7}",
        """{"Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":5000000000,"Timeout":5000000000,"StartPeriod":7000000000,"Retries":3}}"""
    )]
    public void A_containers_own_settings_are_in_Dockers_config(string member, string expected) =>
        Container(member).DockerConfig!.Config.ShouldBe(expected);

    [Theory]
    [InlineData(
        "\"dnsServers\":[\"1.1.1.1\"],\"dnsSearchDomains\":[\"d\"]",
        """{"Dns":["1.1.1.1"],"DnsSearch":["d"]}"""
    )]
    [InlineData(
        "\"extraHosts\":[{\"hostname\":\"h\",\"ipAddress\":\"10.0.0.1\"}]",
        """{"ExtraHosts":["h:10.0.0.1"]}"""
    )]
    [InlineData("\"privileged\":true,\"readonlyRootFilesystem\":true", """{"Privileged":true,"ReadonlyRootfs":true}""")]
    [InlineData(
        "\"dockerSecurityOptions\":[\"no-new-privileges\",\"apparmor:x\",\"label:type:t\"]",
        """{"SecurityOpt":["no-new-privileges","apparmor=x","label=type:t"]}"""
    )]
    [InlineData(
        "\"systemControls\":[{\"namespace\":\"net.core.somaxconn\",\"value\":\"1024\"}]",
        """{"Sysctls":{"net.core.somaxconn":"1024"}}"""
    )]
    [InlineData(
        "\"ulimits\":[{\"name\":\"nofile\",\"softLimit\":1,\"hardLimit\":2}]",
        """{"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}]}"""
    )]
    [InlineData("\"memoryReservation\":32", """{"MemoryReservation":33554432}""")]
    [InlineData(
        "\"logConfiguration\":{\"logDriver\":\"json-file\",\"options\":{\"max-size\":\"1m\"}}",
        """{"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}}"""
    )]
    [InlineData(
        "\"linuxParameters\":{\"capabilities\":{\"add\":[\"NET_ADMIN\"],\"drop\":[\"ALL\"]},"
            + "\"initProcessEnabled\":true}",
        """{"CapAdd":["NET_ADMIN"],"CapDrop":["ALL"],"Init":true}"""
    )]
    [InlineData("\"linuxParameters\":{\"sharedMemorySize\":64}", """{"ShmSize":67108864}""")]
    [InlineData(
        "\"linuxParameters\":{\"tmpfs\":[{\"containerPath\":\"/t\",\"size\":2,\"mountOptions\":[\"ro\"]}]}",
        """{"Tmpfs":{"/t":"size=2097152,ro"}}"""
    )]
    [InlineData(
        "\"linuxParameters\":{\"devices\":[{\"hostPath\":\"/dev/a\","
            + "\"permissions\":[\"read\",\"mknod\"]},"
            + "{\"hostPath\":\"/dev/b\",\"containerPath\":\"/dev/c\"}]}",
        """{"Devices":[{"PathOnHost":"/dev/a","PathInContainer":"/dev/a","CgroupPermissions":"rm"},{"PathOnHost":"/dev/b","PathInContainer":"/dev/c","CgroupPermissions":"rwm"}]}"""
    )]
    [InlineData(
        "\"memory\":64,\"linuxParameters\":{\"maxSwap\":64,\"swappiness\":10}",
        """{"MemorySwap":134217728,"MemorySwappiness":10}"""
    )]
    [InlineData("\"memory\":64,\"linuxParameters\":{\"swappiness\":10}", "{}")]
    public void What_concerns_the_host_is_in_Dockers_host_config(string member, string expected)
    {
        var host = JsonNode.Parse(Container(member).DockerConfig!.HostConfig!)!.AsObject();
        host.Remove("NetworkMode");

        host.ToJsonString().ShouldBe(JsonNode.Parse(expected)!.ToJsonString());
    }

    [Fact]
    public void An_awslogs_stream_is_named_after_prefix_container_and_task()
    {
        var log = HostConfig(
            "\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"g\","
                + "\"awslogs-region\":\"r\",\"awslogs-stream-prefix\":\"p\"}}"
        )["LogConfig"];

        log!
            .ToJsonString()
            .ShouldBe(
                $$$"""{"Type":"awslogs","Config":{"awslogs-group":"g","awslogs-region":"r","awslogs-stream":"p/a/{{{TaskId}}}","awslogs-endpoint":"http://127.0.0.1:4566"}}"""
            );
    }

    [Theory]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:c", "123456789012", "eu-west-1")]
    [InlineData("210987654321.dkr.ecr.us-east-1.amazonaws.com/a", "210987654321", "us-east-1")]
    [InlineData("127.0.0.1:4566/a", "123456789012", "eu-west-1")]
    [InlineData("localhost:4566/a", "123456789012", "eu-west-1")]
    public void Images_of_ECR_are_pulled_with_a_token(string image, string registry, string region) =>
        Container($"\"image\":\"{image}\"")
            .RegistryAuthentication.ShouldSatisfyAllConditions(
                authentication => authentication!.Type.ShouldBe("ecr"),
                authentication => authentication!.EcrAuthData!.RegistryId.ShouldBe(registry),
                authentication => authentication!.EcrAuthData!.Region.ShouldBe(region),
                authentication => authentication!.EcrAuthData!.EndpointOverride.ShouldBe("http://127.0.0.1:4566")
            );

    [Theory]
    [InlineData("nginx")]
    [InlineData("public.ecr.aws/nginx/nginx:latest")]
    [InlineData("localhost:5000/a")]
    public void Other_images_are_pulled_without(string image) =>
        Container($"\"image\":\"{image}\"").RegistryAuthentication.ShouldBeNull();

    [Fact]
    public void Overrides_are_applied()
    {
        var overrides = ShapeJson.Parse<TaskOverride>(
            """
            {"containerOverrides":[{"name":"a","command":["other"],"cpu":20,"memory":128,"memoryReservation":100,"environment":[{"name":"A","value":"2"},{"name":"B","value":"3"}]}]}
            """
        );
        var container = Payload(
            "\"cpu\":10,\"memory\":64,\"command\":[\"serve\"],\"environment\":[{\"name\":\"A\",\"value\":\"1\"}]",
            overrides: overrides
        ).Containers![0];

        container.ShouldSatisfyAllConditions(
            c => c.Command.ShouldBe(["other"]),
            c => c.Cpu.ShouldBe(20),
            c => c.Memory.ShouldBe(128),
            c => c.Environment!["A"].ShouldBe("2"),
            c => c.Environment!["B"].ShouldBe("3"),
            c =>
                JsonNode.Parse(c.DockerConfig!.HostConfig!)!["MemoryReservation"]!
                    .GetValue<long>()
                    .ShouldBe(100L * 1024 * 1024)
        );
    }

    [Fact]
    public void A_container_without_a_limit_is_limited_by_its_task() =>
        Payload("\"memory\":null", task: "\"memory\":\"1GB\",\"cpu\":\"512\"")
            .ShouldSatisfyAllConditions(
                task => task.Memory.ShouldBe(1024),
                task => task.Cpu.ShouldBe(0.5),
                task => task.Containers![0].Memory.ShouldBe(1024)
            );

    [Fact]
    public void The_tasks_of_a_definition_share_what_they_have_in_common()
    {
        const string OtherId = "fedcba9876543210fedcba9876543210";
        var definition = Definition("\"user\":\"1000\"", "\"cpu\":null");
        var templates = new PayloadTemplates(Options);

        var first = Payload(templates, definition, Task(TaskId));
        var second = Payload(templates, definition, Task(OtherId));

        second.Containers![0].DockerConfig.ShouldBeSameAs(first.Containers![0].DockerConfig);
        second.Containers[0].Environment.ShouldBeSameAs(first.Containers[0].Environment);
        first.Arn.ShouldEndWith(TaskId);
        second.Arn.ShouldEndWith(OtherId);
        second.Containers[0].ContainerArn.ShouldBe("arn of " + OtherId);
    }

    [Fact]
    public void The_tasks_of_a_definition_have_log_streams_of_their_own()
    {
        const string OtherId = "fedcba9876543210fedcba9876543210";
        var definition = Definition(
            "\"logConfiguration\":{\"logDriver\":\"awslogs\","
                + "\"options\":{\"awslogs-group\":\"g\",\"awslogs-stream-prefix\":\"p\"}}",
            "\"cpu\":null"
        );
        var templates = new PayloadTemplates(Options);

        var streams = new[] { TaskId, OtherId }
            .Select(id => Payload(templates, definition, Task(id)).Containers![0].DockerConfig!.HostConfig!)
            .Select(host => JsonNode.Parse(host)!["LogConfig"]!["Config"]!["awslogs-stream"]!.GetValue<string>());

        streams.ShouldBe(["p/a/" + TaskId, "p/a/" + OtherId]);
    }

    [Fact]
    public void A_task_that_stops_is_sent_its_own_desired_status()
    {
        var definition = Definition("\"cpu\":10", "\"cpu\":null");
        var templates = new PayloadTemplates(Options);
        Payload(templates, definition, Task(TaskId)).DesiredStatus.ShouldBe("RUNNING");

        var stopping = Payload(templates, definition, Task(TaskId) with { DesiredStatus = DesiredStatus.Stopped });

        stopping.DesiredStatus.ShouldBe("STOPPED");
    }

    [Fact]
    public void Volumes_are_host_paths_or_Dockers()
    {
        var task = Payload(
            "\"cpu\":0",
            task: "\"volumes\":[{\"name\":\"h\",\"host\":{\"sourcePath\":\"/h\"}}"
                + ",{\"name\":\"e\"},{\"name\":\"d\","
                + "\"dockerVolumeConfiguration\":{\"scope\":\"shared\","
                + "\"autoprovision\":true,\"labels\":{\"a\":\"b\"}}}]"
        );

        task.Volumes!.Select(volume => (volume.Name, volume.Type, volume.Host?.SourcePath))
            .ShouldBe([("h", "host", "/h"), ("e", "host", ""), ("d", "docker", null)]);
        task.Volumes![2]
            .DockerVolumeConfiguration.ShouldSatisfyAllConditions(
                docker => docker!.Scope.ShouldBe("shared"),
                docker => docker!.Autoprovision.ShouldBe(true),
                docker => docker!.Driver.ShouldBe("local"),
                docker => docker!.Labels!["a"].ShouldBe("b")
            );
    }

    [Fact]
    public void The_newest_version_of_Dockers_interface_that_the_agent_has_is_used() =>
        Container("\"cpu\":0").DockerConfig!.Version.ShouldBe("1.41");

    [Theory]
    [InlineData(
        "\"secrets\":[{\"name\":\"P\",\"valueFrom\":\"param\"}]",
        "secret 'P' of container 'a' cannot be retrieved from param"
    )]
    [InlineData(
        "\"repositoryCredentials\":{\"credentialsParameter\":\"arn:x\"}",
        "credentials of container 'a' cannot be retrieved from arn:x"
    )]
    public void What_needs_a_secret_cannot_be_initialized(string member, string expected)
    {
        var reason = UnavailableResources.ReasonFor(Definition(member, "\"executionRoleArn\":\"role\""));

        reason
            .ShouldNotBeNull()
            .ShouldStartWith("ResourceInitializationError: unable to pull secrets or registry auth: ");
        reason.ShouldContain(expected);
    }

    [Fact]
    public void What_needs_none_can() =>
        UnavailableResources.ReasonFor(Definition("\"cpu\":0", "\"cpu\":null")).ShouldBeNull();

    private static AcsContainer Container(string members) => Payload(members).Containers![0];

    private static JsonObject HostConfig(string members) =>
        JsonNode.Parse(Container(members).DockerConfig!.HostConfig!)!.AsObject();

    private static AcsTask Payload(string members, string task = "\"cpu\":null", TaskOverride? overrides = null) =>
        Payload(new PayloadTemplates(Options), Definition(members, task), Task(TaskId) with { Overrides = overrides });

    private static AcsTask Payload(PayloadTemplates templates, TaskDefinition definition, TaskRecord task) =>
        templates.Payload(task, definition, TaskRole.Of(task, definition), AgentTraits.Of(Instance));

    private static TaskRecord Task(string id) =>
        new()
        {
            Scope = Scope,
            Cluster = "c",
            Id = id,
            Family = "f",
            Revision = 3,
            LastStatus = TaskStatus.Pending,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = "family:f",
            CreatedAt = EcsWorld.Start,
            Version = 1,
            Containers = [new Contracts.Ecs.Container { Name = "a", ContainerArn = "arn of " + id }],
            Resources = new TaskResources(0, 0),
        };

    private static TaskDefinition Definition(string members, string task) =>
        TaskDefinitionDefaults.Fill(
            ShapeJson.Parse<RegisterTaskDefinitionRequest>(
                $$"""{"family":"f",{{task}},"containerDefinitions":[{"name":"a",{{(members.Contains("\"image\"", StringComparison.Ordinal) ? "" : "\"image\":\"i\",")}}{{members}}}]}"""
            )
        );

    private static ContainerInstanceRecord Instance { get; } =
        new()
        {
            Scope = Scope,
            Cluster = "c",
            Id = "i",
            Status = "ACTIVE",
            RegisteredAt = EcsWorld.Start,
            Version = 1,
            Cpu = 1024,
            Memory = 1024,
            Attributes =
            [
                .. Enumerable
                    .Range(17, 25)
                    .Select(minor => new EcsAttribute
                    {
                        Name = $"com.amazonaws.ecs.capability.docker-remote-api.1.{minor}",
                    }),
            ],
        };
}
