using System.Text.Json.Nodes;
using Estiba.Contracts;

namespace Estiba.Ecs.Tests.TaskDefinitions;

public sealed class TaskDefinitionValidationTests
{
    [Theory]
    [InlineData("\"name\":null", "Container.name should not be null or empty.")]
    [InlineData("\"name\":\"a b\"", "Container.name contains invalid characters.")]
    [InlineData("\"image\":\"\"", "Container.image should not be null or empty.")]
    [InlineData("\"image\":\"$IMAGE\"", "Container.image contains invalid characters.")]
    [InlineData("\"essential\":false", "Task definition doesn't have any essential container.")]
    [InlineData(
        "\"memory\":null",
        "Invalid setting for container 'a'. At least one of 'memory' or 'memoryReservation' must be specified."
    )]
    [InlineData("\"memory\":3", "Invalid 'memory' setting for container 'a'. The minimum is 4 MiB.")]
    [InlineData(
        "\"memoryReservation\":128",
        "Invalid setting for container 'a'. 'memory' must be greater than or equal to 'memoryReservation'."
    )]
    [InlineData("\"cpu\":-1", "Invalid 'cpu' setting for container 'a'.")]
    [InlineData("\"portMappings\":[{\"hostPort\":80}]", "Invalid 'containerPort' setting for container 'a'.")]
    [InlineData("\"portMappings\":[{\"containerPort\":70000}]", "Invalid 'containerPort' setting for container 'a'.")]
    [InlineData(
        "\"portMappings\":[{\"containerPort\":80,\"hostPort\":-1}]",
        "Invalid 'hostPort' setting for container 'a'."
    )]
    [InlineData(
        "\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080},{\"containerPort\":81,\"hostPort\":8080}]",
        "TCP host port '8080' is mapped multiple times in task."
    )]
    [InlineData(
        "\"portMappings\":[{\"containerPort\":53,\"hostPort\":53,"
            + "\"protocol\":\"udp\"},{\"containerPort\":54,\"hostPort\":53,\"protocol\":\"udp\"}]",
        "UDP host port '53' is mapped multiple times in task."
    )]
    [InlineData(
        "\"portMappings\":[{\"containerPortRange\":\"90-80\"}]",
        "Invalid 'containerPortRange' setting for container 'a'."
    )]
    [InlineData(
        "\"portMappings\":[{\"containerPortRange\":\"80-90\",\"containerPort\":80}]",
        "Invalid port mapping for container 'a', cannot specify both single port and port range."
    )]
    [InlineData(
        "\"portMappings\":[{\"containerPortRange\":\"80-90\"},{\"containerPortRange\":\"85-95\"}]",
        "TCP container port '85' is used multiple times in task when networkMode=bridge."
    )]
    [InlineData(
        "\"portMappings\":[{\"containerPortRange\":\"80-90\"},{\"containerPort\":90}]",
        "TCP container port '90' is used multiple times in task when networkMode=bridge."
    )]
    [InlineData(
        "\"portMappings\":[{\"name\":\"web\",\"containerPort\":80},{\"name\":\"web\",\"containerPort\":81}]",
        "When networkMode=bridge, port mapping name is already used"
    )]
    [InlineData("\"name\":\"a\\n\"", "Container.name contains invalid characters.")]
    [InlineData("\"mountPoints\":[{\"sourceVolume\":\"data\",\"containerPath\":\"/d\"}]", "Unknown volume 'data'.")]
    [InlineData(
        "\"volumesFrom\":[{\"sourceContainer\":\"b\"}]",
        "Invalid 'volumesFrom' setting. Unknown container: 'b'."
    )]
    [InlineData("\"links\":[\"b:db\"]", "Invalid 'links' setting. Unknown container: 'b'.")]
    [InlineData(
        "\"dependsOn\":[{\"containerName\":\"b\",\"condition\":\"START\"}]",
        "Cannot depend on container + 'b' because it does not exist"
    )]
    [InlineData(
        "\"healthCheck\":{\"command\":[\"CMD\",\"true\"],\"interval\":1}",
        "Health check interval must be greater than or equal to the minimum allowed value 5 for container 'a'"
    )]
    [InlineData(
        "\"healthCheck\":{\"command\":[\"CMD\",\"true\"],\"timeout\":61}",
        "Health check timeout must be less than or equal to the maximum allowed value 60 for container 'a'"
    )]
    [InlineData(
        "\"healthCheck\":{\"command\":[\"CMD\",\"true\"],\"retries\":11}",
        "Health check retries must be less than or equal to the maximum allowed value 10 for container 'a'"
    )]
    [InlineData(
        "\"healthCheck\":{\"command\":[\"true\"]}",
        "Invalid 'healthCheck' setting for container 'a'. The command must begin with CMD or CMD-SHELL."
    )]
    [InlineData(
        "\"logConfiguration\":{\"logDriver\":\"awslogs\"}",
        "Log driver awslogs requires options: awslogs-region, awslogs-group"
    )]
    [InlineData(
        "\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-region\":\"eu-west-1\"}}",
        "Log driver awslogs requires options: awslogs-group"
    )]
    [InlineData(
        "\"logConfiguration\":{\"logDriver\":\"awslogs\","
            + "\"options\":{\"awslogs-region\":\"eu-west-1\",\"awslogs-group\":\"\"}}",
        "Log driver awslogs option 'awslogs-group' should not be null or empty."
    )]
    [InlineData(
        "\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-region\":\"r\","
            + "\"awslogs-group\":\"g\",\"log_key\":\"k\"}}",
        "Log driver awslogs disallows options: log_key"
    )]
    [InlineData(
        "\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-region\":\"r\","
            + "\"awslogs-group\":\"g\",\"awslogs-create-group\":\"false\"}}",
        "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option."
    )]
    [InlineData(
        "\"secrets\":[{\"name\":\"P\",\"valueFrom\":\"p\"}]",
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
    )]
    [InlineData("\"environmentFiles\":[{\"value\":\"file.env\",\"type\":\"s3\"}]", "Invalid arn syntax.")]
    [InlineData(
        "\"ulimits\":[{\"name\":\"nofile\",\"softLimit\":20,\"hardLimit\":10}]",
        "Soft limit exceeds hard limit for ulimit nofile"
    )]
    [InlineData("\"linuxParameters\":{\"swappiness\":101}", "Invalid 'swappiness' setting for container 'a'.")]
    [InlineData("\"linuxParameters\":{\"capabilities\":{\"add\":[\"FLY\"]}}", "Unrecognized capability FLY")]
    [InlineData(
        "\"restartPolicy\":{\"enabled\":true,\"restartAttemptPeriod\":59}",
        "the 'restartAttemptPeriod' setting for container 'a' must be between 60 and 1800"
    )]
    [InlineData("\"startTimeout\":1", "Granular start timeout on container 'a' must be at least 2 seconds.")]
    [InlineData(
        "\"repositoryCredentials\":{\"credentialsParameter\":\"registry\"}",
        "Private repository authentication requires that the task definition specify a value for executionRoleArn."
    )]
    [InlineData("\"stopTimeout\":1", "Granular stop timeout on container 'a' must be at least 2 seconds.")]
    [InlineData(
        "\"resourceRequirements\":[{\"type\":\"GPU\",\"value\":\"some\"}]",
        "Invalid 'resourceRequirements' setting for container 'a'. The value of GPU must be a positive integer."
    )]
    public Task A_container_is_refused(string member, string message) =>
        RefusedAsync($$"""{"family":"f","containerDefinitions":[{{With(member)}}]}""", message);

    [Theory]
    [InlineData("\"family\":\"a b\"", "Family contains invalid characters.")]
    [InlineData("\"family\":\"\"", "Family should not be null or empty.")]
    [InlineData("\"containerDefinitions\":[]", "Container list cannot be empty.")]
    [InlineData("\"cpu\":\"lots\"", "Invalid 'cpu' setting for task.")]
    [InlineData("\"cpu\":\"64\"", "Invalid 'cpu' setting for task.")]
    [InlineData("\"memory\":\"1.3.1\"", "Invalid 'memory' setting for task.")]
    [InlineData("\"memory\":\"32\"", "The 'memory' setting for container 'a' is greater than for the task.")]
    [InlineData("\"taskRoleArn\":\"\"", "Role is not valid")]
    [InlineData(
        "\"volumes\":[{\"name\":\"a\"},{\"name\":\"a\"}]",
        "Volume names must be unique within a task definition. Volume name: 'a'."
    )]
    [InlineData(
        "\"volumes\":[{\"name\":\"a\",\"host\":{\"sourcePath\":\"\"}}]",
        "host.sourcePath should not be blank."
    )]
    [InlineData(
        "\"volumes\":[{\"name\":\"a\",\"configuredAtLaunch\":true}]",
        "Volumes [a] are not referenced by any of the containers"
    )]
    [InlineData(
        "\"volumes\":[{\"name\":\"a\",\"host\":{},\"dockerVolumeConfiguration\":{}}]",
        "Only one volume configuration can be specified for volume 'a'."
    )]
    [InlineData("\"ephemeralStorage\":{\"sizeInGiB\":20}", "EphemeralStorage size should be at least 21")]
    [InlineData(
        "\"ephemeralStorage\":{\"sizeInGiB\":30},\"requiresCompatibilities\":[\"EC2\"]",
        "Tasks using the EC2 launch type do not support EphemeralStorage."
    )]
    [InlineData(
        "\"proxyConfiguration\":{\"containerName\":\"a\"}",
        "APPMESH proxy configuration is only supported in networkMode=awsvpc"
    )]
    [InlineData(
        "\"networkMode\":\"awsvpc\",\"proxyConfiguration\":{\"containerName\":\"envoy\"}",
        "Proxy container [envoy] does not exist."
    )]
    [InlineData(
        "\"inferenceAccelerators\":[{\"deviceName\":\"d\",\"deviceType\":\"t\"}]",
        "Unsupported field 'inferenceAccelerators'."
    )]
    [InlineData("\"tags\":[]", "Tags can not be empty.")]
    [InlineData(
        "\"placementConstraints\":[{\"type\":\"memberOf\"}]",
        "Invalid expression for the placement constraint of type memberOf."
    )]
    [InlineData("\"requiresCompatibilities\":[\"FARGATE\"]", "Fargate only supports network mode ‘awsvpc’.")]
    public Task A_definition_is_refused(string member, string message) =>
        RefusedAsync(Merge($$"""{"family":"f","containerDefinitions":[{{With("\"cpu\":0")}}]}""", member), message);

    [Theory]
    [InlineData("awsvpc", "\"links\":[\"b\"]", "Links are not supported when networkMode=awsvpc.")]
    [InlineData("awsvpc", "\"hostname\":\"h\"", "hostname is not supported on container when networkMode=awsvpc.")]
    [InlineData(
        "awsvpc",
        "\"dnsServers\":[\"1.1.1.1\"]",
        "DNS servers are not supported on container when networkMode=awsvpc."
    )]
    [InlineData(
        "awsvpc",
        "\"disableNetworking\":true",
        "Disable Networking is not supported on container when networkMode=awsvpc."
    )]
    [InlineData(
        "awsvpc",
        "\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080}]",
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
    )]
    [InlineData(
        "host",
        "\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080}]",
        "When networkMode=host, the host ports and container ports in port mappings must match."
    )]
    [InlineData(
        "none",
        "\"portMappings\":[{\"containerPort\":80}]",
        "Port mappings are not supported when networkMode=none."
    )]
    public Task A_network_mode_refuses(string mode, string member, string message) =>
        RefusedAsync(
            $$"""{"family":"f","networkMode":"{{mode}}","containerDefinitions":[{{With(member)}}]}""",
            message
        );

    [Theory]
    [InlineData("\"memory\":null", "\"cpu\":0", "Fargate requires that 'memory' be defined at the task level.")]
    [InlineData("\"cpu\":null", "\"cpu\":0", "Fargate requires that 'cpu' be defined at the task level.")]
    [InlineData(
        "\"memory\":\"4GB\"",
        "\"cpu\":0",
        "No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation "
            + "for the valid values."
    )]
    [InlineData("\"ipcMode\":\"task\"", "\"cpu\":0", "Tasks using the Fargate launch type do not support ipcMode.")]
    [InlineData(
        "\"placementConstraints\":[{\"type\":\"memberOf\",\"expression\":\"attribute:x exists\"}]",
        "\"cpu\":0",
        "Fargate does not support task placement constraints."
    )]
    [InlineData(
        "\"volumes\":[{\"name\":\"v\",\"host\":{\"sourcePath\":\"/v\"}}]",
        "\"cpu\":0",
        "Fargate compatible task definitions do not support sourcePath"
    )]
    [InlineData(
        "\"volumes\":[{\"name\":\"v\",\"dockerVolumeConfiguration\":{}}]",
        "\"cpu\":0",
        "Fargate compatible task definitions do not support dockerVolumeConfiguration"
    )]
    [InlineData(
        "\"pidMode\":\"task\"",
        "\"privileged\":true",
        "Fargate requires that the 'privileged' setting be 'false'."
    )]
    [InlineData(
        "\"pidMode\":\"task\"",
        "\"stopTimeout\":121",
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."
    )]
    [InlineData(
        "\"pidMode\":\"task\"",
        "\"linuxParameters\":{\"sharedMemorySize\":64}",
        "Fargate compatible task definitions do not support sharedMemorySize"
    )]
    [InlineData(
        "\"pidMode\":\"task\"",
        "\"linuxParameters\":{\"capabilities\":{\"add\":[\"NET_ADMIN\"]}}",
        "NET_ADMIN is not allowed on Fargate."
    )]
    [InlineData(
        "\"pidMode\":\"task\"",
        "\"logConfiguration\":{\"logDriver\":\"syslog\"}",
        "syslog is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]"
    )]
    [InlineData(
        "\"pidMode\":\"task\"",
        "\"image\":\"123456789012.dkr.ecr.eu-west-1.amazonaws.com/a\"",
        "Fargate requires task definition to have execution role ARN to support ECR images."
    )]
    public Task Fargate_refuses(string member, string containerMember, string message) =>
        RefusedAsync(
            Merge(
                $$"""{"family":"f","networkMode":"awsvpc","cpu":"256","memory":"512","requiresCompatibilities":["FARGATE"],"containerDefinitions":[{{With(containerMember)}}]}""",
                member
            ),
            message
        );

    [Theory]
    [InlineData("\"links\":[\"b\"]", "\"links\":[\"a\"]", "Container links should not have a cycle")]
    [InlineData(
        "\"dependsOn\":[{\"containerName\":\"b\",\"condition\":\"START\"}]",
        "\"dependsOn\":[{\"containerName\":\"a\",\"condition\":\"START\"}]",
        "Container dependencies should not have a cycle"
    )]
    [InlineData(
        "\"dependsOn\":[{\"containerName\":\"b\",\"condition\":\"SUCCESS\"}]",
        "\"cpu\":0",
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
    )]
    [InlineData(
        "\"dependsOn\":[{\"containerName\":\"b\",\"condition\":\"HEALTHY\"}]",
        "\"cpu\":0",
        "A dependency container with HEALTHY condition must have health check configured"
    )]
    [InlineData("\"cpu\":0", "\"name\":\"a\"", "Container names must be unique within a task definition.")]
    [InlineData(
        "\"portMappings\":[{\"containerPort\":80,\"hostPort\":80}]",
        "\"portMappings\":[{\"containerPort\":80,\"hostPort\":80}]",
        "TCP host port '80' is mapped multiple times in task."
    )]
    public Task Two_containers_are_refused(string first, string second, string message) =>
        RefusedAsync($$"""{"family":"f","containerDefinitions":[{{With(first)}},{{With(second, "b")}}]}""", message);

    [Fact]
    public Task Eleven_containers_are_too_many() =>
        RefusedAsync(
            $$"""{"family":"f","containerDefinitions":[{{string.Join(',', Enumerable.Range(0, 11).Select(n => With("\"cpu\":0", "c" + n)))}}]}""",
            "Too many containers."
        );

    [Fact]
    public Task The_containers_cannot_reserve_more_than_the_task_has() =>
        RefusedAsync(
            $$"""{"family":"f","memory":"100","containerDefinitions":[{{With("\"memoryReservation\":60")}},{{With("\"memoryReservation\":60", "b")}}]}""",
            "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'."
        );

    [Fact]
    public Task The_containers_cannot_have_more_cpu_than_the_task() =>
        RefusedAsync(
            $$"""{"family":"f","cpu":"256","containerDefinitions":[{{With("\"cpu\":512")}}]}""",
            "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
        );

    private static async Task RefusedAsync(string json, string message)
    {
        await using var world = await EcsWorld.CreateAsync();

        var error = await Should.ThrowAsync<AwsException>(() => TaskDefinitionTests.RegisterAsync(world, json));

        error.Message.ShouldBe(message);
        error.Code.ShouldBe("ClientException");
    }

    private static string With(string member, string name = "a") =>
        Merge($$"""{"name":"{{name}}","image":"i","memory":64}""", member);

    private static string Merge(string json, string member)
    {
        var target = JsonNode.Parse(json)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse("{" + member + "}")!.AsObject())
            target[name] = value?.DeepClone();
        foreach (var name in target.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
            target.Remove(name);
        return target.ToJsonString();
    }
}
