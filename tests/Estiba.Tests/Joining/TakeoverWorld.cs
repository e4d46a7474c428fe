using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Signing;
using Estiba.Joining;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.Tests.Platforms;
using Resource = Estiba.Contracts.Ecs.Resource;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Joining;

/// <summary>A running server with its owner, and a host that somebody else would like to be.</summary>
public abstract class TakeoverWorld : IAsyncLifetime
{
    private protected const string Region = "eu-west-1";
    private protected const string VictimName = "mi-00000000000000001";
    private static readonly string[] Capabilities =
    [
        "logging-driver.awslogs",
        "docker-remote-api.1.18",
        "docker-remote-api.1.19",
        "docker-remote-api.1.21",
        "ecr-auth",
        "task-iam-role",
    ];
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-takeover-").FullName;
    private readonly PlatformLog _log = new();
    private PlatformConfiguration _configuration = null!;
    private Platform _platform = null!;

    private protected HttpClient Http { get; } = new();

    private protected Party Owner { get; private set; } = null!;

    private protected Party Victim { get; private set; } = null!;

    private protected string VictimArn { get; private set; } = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected static CallContext Context { get; } =
        new()
        {
            AccountId = "",
            Region = Region,
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = "",
        };

    /// <summary>What the server has logged.</summary>
    private protected string Log => _log.ToString();

    private protected Uri Server => _configuration.Endpoint;

    public async ValueTask InitializeAsync()
    {
        _configuration = new PlatformConfiguration
        {
            Data = DataLayout.At(Path.Combine(_root, "data")),
            Engine = EngineKind.None,
            Port = FreePort.Take(),
        };
        await StartAsync();
        Owner = new Party((await RunningPlatform.FindAsync(_configuration.Data, Cancellation)).Credentials, this);
        await Owner.Ecs.CreateClusterAsync(new CreateClusterRequest { ClusterName = "default" }, Context, Cancellation);
        await Owner.Ecs.CreateClusterAsync(
            new CreateClusterRequest { ClusterName = "attackers" },
            Context,
            Cancellation
        );
        Victim = await JoinAsync(VictimName, await TokenAsync("default"));
        VictimArn = await RegisterAsync(Victim);
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _log.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task RestartAsync()
    {
        await _platform.DisposeAsync();
        await StartAsync();
    }

    private async Task StartAsync() =>
        _platform = await Platform.StartAsync(_configuration, _log, TimeProvider.System, Cancellation);

    private protected Task<string> TokenAsync(string? cluster) =>
        RunAsync(["token", "create", .. cluster is null ? (string[])[] : ["--cluster", cluster]]);

    private protected async Task<string> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        (
            await EstibaCommandLine.RunAsync(
                [.. arguments, "--data", _configuration.Data.Root],
                new Terminal(output, error)
            )
        ).ShouldBe(0, error.ToString());
        return output.ToString().Trim();
    }

    private protected async Task<HttpResponseMessage> PostJoinAsync(string host, string token)
    {
        using var content = new ByteArrayContent(
            JsonSerializer.SerializeToUtf8Bytes(new JoinRequest(token, host), JoinJson.Default.JoinRequest)
        );
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await Http.PostAsync(new Uri(Server, JoinDoors.JoinPath), content, Cancellation);
    }

    private protected async Task<Party> JoinAsync(string host, string token)
    {
        var (membership, _) = await new JoinClient(Http).JoinAsync(Server, token, host, Cancellation);
        return new Party(membership.Credentials, this);
    }

    private protected static async Task<string> RegisterAsync(
        Party party,
        string cluster = "default",
        string? arn = null,
        string? instanceId = null,
        string? token = null
    )
    {
        var answer = await party.Ecs.RegisterContainerInstanceAsync(
            new RegisterContainerInstanceRequest
            {
                Cluster = cluster,
                ContainerInstanceArn = arn,
                ClientToken = token,
                InstanceIdentityDocument = instanceId is null ? null : $$"""{"instanceId":"{{instanceId}}"}""",
                TotalResources =
                [
                    new Resource
                    {
                        Name = "CPU",
                        Type = "INTEGER",
                        IntegerValue = 4096,
                    },
                    new Resource
                    {
                        Name = "MEMORY",
                        Type = "INTEGER",
                        IntegerValue = 4096,
                    },
                ],
                Attributes =
                [
                    .. Capabilities.Select(name => new EcsAttribute { Name = "com.amazonaws.ecs.capability." + name }),
                ],
            },
            Context,
            Cancellation
        );
        return answer.ContainerInstance!.ContainerInstanceArn!;
    }

    private protected async Task<ContainerInstance> InstanceAsync(string arn) =>
        (
            await Owner.Ecs.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest { Cluster = arn.Split('/')[1], ContainerInstances = [arn] },
                Context,
                Cancellation
            )
        ).ContainerInstances!.Single();

    private protected async Task<EcsTask> TaskAsync(string arn) =>
        (
            await Owner.Ecs.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [arn] }, Context, Cancellation)
        ).Tasks!.Single();

    /// <summary>A task on the victim, the only host of the cluster whose agent is connected.</summary>
    private protected async Task<string> RunTaskAsync(bool withRole = false, string image = "app")
    {
        const string Trust =
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
        var role = withRole
            ? (
                await Owner.Iam.CreateRoleAsync(
                    new CreateRoleRequest { RoleName = "app", AssumeRolePolicyDocument = Trust },
                    Context,
                    Cancellation
                )
            )
                .Role!
                .Arn
            : null;
        await Owner.Ecs.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "app",
                TaskRoleArn = role,
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "app",
                        Image = image,
                        Memory = 64,
                        LogConfiguration = new LogConfiguration
                        {
                            LogDriver = "awslogs",
                            Options = new Dictionary<string, string>
                            {
                                ["awslogs-group"] = "/app",
                                ["awslogs-region"] = Region,
                                ["awslogs-stream-prefix"] = "p",
                            },
                        },
                    },
                ],
            },
            Context,
            Cancellation
        );
        var request = new RunTaskRequest
        {
            TaskDefinition = "app",
            Tags = [new Contracts.Ecs.Tag { Key = "whose", Value = "mine" }],
        };
        var answer = await Owner.Ecs.RunTaskAsync(request, Context, Cancellation);
        answer.Failures.ShouldBeEmpty();
        return answer.Tasks!.Single().TaskArn!;
    }

    private protected static Task SubmitAsync(Party party, string task, string status) =>
        party.Ecs.SubmitTaskStateChangeAsync(
            new SubmitTaskStateChangeRequest
            {
                Cluster = "default",
                Task = task,
                Status = status,
                Containers = [new ContainerStateChange { ContainerName = "app", Status = status }],
            },
            Context,
            Cancellation
        );

    private protected static async Task DeniedAsync(Func<Task> attempt)
    {
        var denied = await Should.ThrowAsync<AwsException>(attempt);
        denied.Code.ShouldBe("AccessDeniedException");
        denied.Message.ShouldStartWith("User: arn:aws:sts::");
        denied.Message.ShouldContain(" is not authorized to perform: ");
    }

    private protected async Task<ClientWebSocket> OpenAsync(Party party, string door, string instance)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        var cluster = instance.Split('/')[1];
        var address = new Uri(
            $"ws://{Server.Authority}/{door}/ws?{(door == "acs" ? "clusterArn" : "cluster")}={cluster}"
                + $"&{(door == "acs" ? "containerInstanceArn" : "containerInstance")}="
                + $"{Uri.EscapeDataString(instance)}"
        );
        foreach (
            var (name, value) in new RequestSigner(TimeProvider.System).Sign(
                "GET",
                address,
                new Dictionary<string, string>(StringComparer.Ordinal),
                [],
                party.Credentials,
                Region,
                "ecs"
            )
        )
            socket.Options.SetRequestHeader(name, value);
        try
        {
            await socket.ConnectAsync(address, Cancellation);
        }
        catch (WebSocketException refused)
        {
            refused.Data["code"] = socket.HttpResponseHeaders?["x-amzn-ErrorType"].Single();
            socket.Dispose();
            throw;
        }

        // The server counts the agent as connected when it has sent it what it should run.
        if (door == "acs")
            await ReceiveAsync(socket, "TaskManifestMessage");
        return socket;
    }

    private protected async Task<string?> RefusedAsync(Party party, string door, string instance) =>
        (await Should.ThrowAsync<WebSocketException>(() => OpenAsync(party, door, instance))).Data["code"] as string;

    private protected static Task SendAsync(ClientWebSocket socket, string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, Cancellation);

    private protected static async Task<string> ReceiveAsync(ClientWebSocket socket, string type = "")
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), Cancellation);
                part.MessageType.ShouldBe(WebSocketMessageType.Text, "the server has closed the connection");
                length += part.Count;
            } while (!part.EndOfMessage);
            var text = Encoding.UTF8.GetString(buffer, 0, length);
            if (text.Contains(type, StringComparison.Ordinal))
                return text;
        }
    }

    /// <summary>Waits until the server closes a socket, with a word or without one.</summary>
    private protected static Task ClosedAsync(ClientWebSocket socket) => HeardAsync(socket);

    /// <summary>What a socket hears until the server closes it, with a word or without one.</summary>
    private protected static async Task<string> HeardAsync(ClientWebSocket socket)
    {
        var (buffer, heard) = (new byte[64 * 1024], new StringBuilder());
        try
        {
            while (await socket.ReceiveAsync(buffer, Cancellation) is { MessageType: WebSocketMessageType.Text } part)
                heard.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
        }
        catch (WebSocketException)
        {
            // The connection is gone.
        }

        return heard.ToString();
    }

    /// <summary>Somebody with a key.</summary>
    private protected sealed record Party(AwsCredentials Credentials, TakeoverWorld Test)
    {
        internal EcsClient Ecs => new(Options);

        internal LogsClient Logs => new(Options);

        internal IamClient Iam => new(Options);

        internal EcrClient Ecr => new(Options);

        private AwsClientOptions Options =>
            new()
            {
                Endpoint = Test.Server,
                Region = Region,
                Credentials = () => Credentials,
                Http = Test.Http,
            };
    }
}
