using System.Globalization;

namespace Estiba.Ecs.Tests.Agents.Amazon;

/// <summary>
/// What Amazon's container agent 1.105.1 sends, recorded from it as a member of a test server over plain HTTP
/// (ECS_EXTERNAL, Docker 20.10): names, order and capitals are its own; times are the test's.
/// </summary>
internal static class RecordedAgent
{
    internal const string Hash = "43d4ee4a";
    internal const string Version = "1.105.1";
    internal const string DockerVersion = "DockerVersion: 20.10.24+dfsg1";
    internal const string RegistrationToken = "0d6f0f29-3f2e-4a39-9d2f-1a2b3c4d5e6f";

    private static readonly string[] Capabilities =
    [
        "ecs.capability.private-registry-authentication.secretsmanager",
        "ecs.capability.secrets.ssm.environment-variables",
        "ecs.capability.secrets.ssm.bootstrap.log-driver",
        "ecs.capability.ecr-endpoint",
        "ecs.capability.secrets.asm.environment-variables",
        "ecs.capability.secrets.asm.bootstrap.log-driver",
        "ecs.capability.container-ordering",
        "ecs.capability.full-sync",
        "ecs.capability.env-files.s3",
        "ecs.capability.network.container-port-range",
        "ecs.capability.container-restart-policy",
        "com.amazonaws.ecs.capability.privileged-container",
        .. Enumerable.Range(17, 28).Select(minor => $"com.amazonaws.ecs.capability.docker-remote-api.1.{minor}"),
        "com.amazonaws.ecs.capability.logging-driver.json-file",
        "com.amazonaws.ecs.capability.logging-driver.syslog",
        "com.amazonaws.ecs.capability.logging-driver.awslogs",
        "com.amazonaws.ecs.capability.logging-driver.none",
        "com.amazonaws.ecs.capability.task-iam-role",
        "com.amazonaws.ecs.capability.task-iam-role-network-host",
        "com.amazonaws.ecs.capability.ecr-auth",
        "ecs.capability.execution-role-ecr-pull",
        "ecs.capability.execution-role-awslogs",
        "ecs.capability.container-health-check",
        "ecs.capability.task-cpu-mem-limit",
        "ecs.capability.increased-task-cpu-limit",
        "ecs.capability.docker-plugin.local",
        "ecs.capability.pid-ipc-namespace-sharing",
        "ecs.capability.firelens.fluentd",
        "ecs.capability.firelens.fluentbit",
        "com.amazonaws.ecs.capability.logging-driver.awsfirelens",
        "ecs.capability.logging-driver.awsfirelens.log-driver-buffer-limit",
        "ecs.capability.efs",
        "ecs.capability.firelens.options.config.file",
        "ecs.capability.firelens.options.config.s3",
        "ecs.capability.efsAuth",
        "ecs.capability.external",
        "ecs.capability.ipv6-only",
    ];

    /// <summary>Every attribute that it registers, with its value where it has one.</summary>
    internal static IReadOnlyDictionary<string, string?> Attributes { get; } =
        new Dictionary<string, string?>(Capabilities.ToDictionary(name => name, _ => (string?)null))
        {
            ["rack"] = "7",
            ["ecs.os-type"] = "linux",
            ["ecs.os-family"] = "LINUX",
            ["ecs.cpu-architecture"] = "x86_64",
        };

    /// <summary>
    /// RegisterContainerInstance, for the first time, or again with the ARN that it was given: then it leaves out the
    /// operator's own attributes. Of versions it says nothing here.
    /// </summary>
    internal static string Register(string? containerInstanceArn = null, string? token = RegistrationToken)
    {
        var attributes = Attributes
            .Where(attribute => containerInstanceArn is null || attribute.Key != "rack")
            .Select(attribute =>
                attribute.Value is null
                    ? $$"""{"name":"{{attribute.Key}}"}"""
                    : $$"""{"name":"{{attribute.Key}}","value":"{{attribute.Value}}"}"""
            );
        var arn = containerInstanceArn is null ? "" : $"\"containerInstanceArn\":\"{containerInstanceArn}\",";
        return $$"""
            {"attributes":[{{string.Join(
                ',',
                attributes
            )}}],"clientToken":"{{token}}","cluster":"hosts",{{arn}}"instanceIdentityDocument":"","instanceIdentityDocumentSignature":"",
            "platformDevices":[],"totalResources":[{"doubleValue":0,"integerValue":2048,"longValue":0,"name":"CPU","type":"INTEGER"},{"doubleValue":0,"integerValue":3906,"longValue":0,"name":"MEMORY","type":"INTEGER"},
            {"doubleValue":0,"integerValue":0,"longValue":0,"name":"PORTS","stringSetValue":["22","2375","2376","51678","51679"],"type":"STRINGSET"},
            {"doubleValue":0,"integerValue":0,"longValue":0,"name":"PORTS_UDP","stringSetValue":[],"type":"STRINGSET"}]}
            """;
    }

    /// <summary>DiscoverPollEndpoint, with a member that the public description does not have.</summary>
    internal static string Discover(string arn) =>
        $$"""{"cluster":"hosts","containerInstance":"{{arn}}","zoneId":""}""";

    /// <summary>The query of the control socket.</summary>
    internal static string ControlQuery(string arn) =>
        $"agentHash={Hash}&agentVersion={Version}&clusterArn=hosts&containerInstanceArn="
        + $"{Uri.EscapeDataString(arn)}&dockerVersion=DockerVersion%3A+20.10.24%2Bdfsg1&"
        + "protocolVersion=2&seqNum=1&sendCredentials=true";

    /// <summary>The query of the telemetry socket.</summary>
    internal static string TelemetryQuery(string arn) =>
        $"agentHash={Hash}&agentVersion={Version}&cluster=hosts&containerInstance="
        + $"{Uri.EscapeDataString(arn)}&dockerVersion=20.10.24%2Bdfsg1";

    internal static string Ack(string arn, string messageId) =>
        $$$"""{"type":"AckRequest","message":{"cluster":"hosts","containerInstance":"{{{arn}}}","messageId":"{{{messageId}}}"}}""";

    /// <summary>SubmitTaskStateChange of a task that runs: a port is bound once for each family of addresses.</summary>
    internal static string Running(string task, DateTimeOffset pulled) =>
        $$"""
            {"cluster":"hosts","containers":[{{RunningContainer}}],"managedAgents":[],
            "pullStartedAt":{{Time(pulled)}},"pullStoppedAt":{{Time(
                pulled
            )}},"reason":"","status":"RUNNING","task":"{{task}}"}
            """;

    /// <summary>
    /// SubmitTaskStateChange of a task that ended soon: what its container did since the last report, that it runs and
    /// that it has ended, comes together.
    /// </summary>
    internal static string RanAndStopped(string task, DateTimeOffset pulled, DateTimeOffset ended, int exitCode) =>
        $$"""
            {"cluster":"hosts","containers":[{{RunningContainer}},{"containerName":"nginx","exitCode":{{exitCode}},"imageDigest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "networkBindings":[],"runtimeId":"7d8c0b1b7e0a4bb58ad0f4b53a7a6b0e","status":"STOPPED"}],"executionStoppedAt":{{Time(
                ended
            )}},"managedAgents":[],
            "pullStartedAt":{{Time(pulled)}},"pullStoppedAt":{{Time(
                pulled
            )}},"reason":"","status":"STOPPED","task":"{{task}}"}
            """;

    private const string RunningContainer = """
        {"containerName":"nginx","imageDigest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","networkBindings":[{"bindIP":"0.0.0.0","containerPort":80,"hostPort":32768,"protocol":"tcp"},
        {"bindIP":"::","containerPort":80,"hostPort":32768,"protocol":"tcp"}],"runtimeId":"7d8c0b1b7e0a4bb58ad0f4b53a7a6b0e","status":"RUNNING"}
        """;

    /// <summary>SubmitContainerStateChange.</summary>
    internal static string ContainerStopped(string task) =>
        $$"""{"cluster":"hosts","containerName":"nginx","exitCode":137,"networkBindings":[],"reason":"OutOfMemoryError: Container killed due to memory usage","runtimeId":"7d8c0b1b7e0a4bb58ad0f4b53a7a6b0e","status":"STOPPED","task":"{{task}}"}""";

    /// <summary>SubmitAttachmentStateChanges.</summary>
    internal const string Attachment =
        """{"attachments":[{"attachmentArn":"arn:aws:ecs:eu-west-1:123456789012:attachment/hosts/0123","status":"ATTACHED"}],"cluster":"hosts"}""";

    /// <summary>
    /// A telemetry frame: headers as of a signed GET of the socket's address, and the message behind them.
    /// </summary>
    internal static string Telemetry(string json) =>
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/ecs/aws4_request, "
        + "SignedHeaders=host;x-amz-date, "
        + "Signature=5f1d3a57f6e8e3b8b6d6d1d7d0f4f1c5c0a7a5a3e6d2b1c4f3e2d1c0b9a89786\r\n"
        + "Host: 127.0.0.1:4566\r\nX-Amz-Date: 20260101T000000Z\r\n\r\n"
        + json;

    internal static string Metrics(string arn, string task) =>
        Telemetry(
            $$$"""
            {"type":"PublishMetricsRequest","message":{"instanceMetrics":{"storage":{"DataFilesystem":11.5,"OSFilesystem":11.5}},"metadata":{"cluster":"hosts","containerInstance":"{{{arn}}}","fin":true,"idle":false,"messageId":"6b0c"},
            "taskMetrics":[{"clusterArn":"hosts","containerMetrics":[{"containerName":"nginx","cpuStatsSet":{"max":0.25,"min":0,"sampleCount":2,"sum":0.25},"memoryStatsSet":{"max":3,"min":3,"sampleCount":2,"sum":6},
            "networkStatsSet":{"rxBytes":{"max":90,"min":0,"overflowMax":0,"overflowMin":0,"overflowSum":0,"sampleCount":1,"sum":90} },"restartStatsSet":{"restartCount":0},"storageStatsSet":{"readSizeBytes":{"max":0,"min":0,"sampleCount":1,"sum":0} } }],
            "taskArn":"{{{task}}}","taskDefinitionFamily":"web","taskDefinitionVersion":"1","volumeMetrics":[]}],"timestamp":1.735689620E9}}
            """
        );

    internal static string Health(string arn, string task) =>
        Telemetry(
            $$$"""
            {"type":"PublishHealthRequest","message":{"metadata":{"cluster":"hosts","containerInstance":"{{{arn}}}","fin":true,"messageId":"6b0d"},"tasks":[{"clusterArn":"hosts","containers":[{"containerName":"nginx","healthStatus":"HEALTHY","statusSince":1.735689610E9}],
            "taskArn":"{{{task}}}","taskDefinitionFamily":"web","taskDefinitionVersion":"1"}],"timestamp":1.735689620E9}}
            """
        );

    internal static string Status(string arn, string status = "OK", int seconds = 620) =>
        Telemetry(
            $$$"""
            {"type":"PublishInstanceStatusRequest","message":{"metadata":{"cluster":"hosts","containerInstance":"{{{arn}}}","requestId":"6b0e"},"statuses":[{"lastStatusChange":1.735689600E9,"lastUpdated":1.735689{{{seconds}}}E9,"status":"{{{status}}}","type":"CONTAINER_RUNTIME"}],"timestamp":1.735689{{{seconds}}}E9}}
            """
        );

    private static string Time(DateTimeOffset time) =>
        (time.ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture);
}
