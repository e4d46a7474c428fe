using System.Diagnostics;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Signing;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.State;
using Estiba.State.Journals;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Calls;

/// <summary>
/// What it costs that services call each other by the contract: the agents of virtual instances report and ship logs
/// through a transport within the process.
/// </summary>
internal static class CallBenchmark
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private static readonly CallContext Agent = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "",
        AccessKeyId = "ASIAHOST",
        RequestId = "r",
    };

    private static readonly SubmitTaskStateChangeRequest Report = new()
    {
        Cluster = "default",
        Task = "arn:aws:ecs:eu-west-1:123456789012:task/default/0123456789abcdef0123456789abcdef",
        Status = "RUNNING",
        Containers =
        [
            new ContainerStateChange
            {
                ContainerName = "nginx",
                RuntimeId = new string('a', 64),
                Status = "RUNNING",
                NetworkBindings = [new NetworkBinding { ContainerPort = 80, HostPort = 32768 }],
            },
        ],
    };

    private static readonly PutLogEventsRequest Lines = new()
    {
        LogGroupName = "/ecs/web",
        LogStreamName = "web/nginx/0123456789abcdef0123456789abcdef",
        LogEvents =
        [
            .. Enumerable
                .Range(0, 1000)
                .Select(i => new InputLogEvent { Timestamp = 1_700_000_000_000 + i, Message = new string('x', 120) }),
        ],
    };

    internal static async Task RunAsync()
    {
        await using var store = await Store.OpenAsync(new NoJournal(), []);
        var host = new ModuleHost { Store = store };
        host.Share<ICredentialSource>(new HostKey());
        host.Share<IAuthorizer>(new Actions());
        var (ecs, logs) = (new Ecs(), new Logs());
        await using var runner = await ModuleRunner.OpenAsync(
            [new ApiModule<IEcsApi>("Amazon ECS", ecs), new ApiModule<ILogsApi>("Amazon CloudWatch Logs", logs)],
            host
        );
        var (ecsNear, logsNear) = (
            runner.Neighbour<IEcsApi>(CallPrincipal.KeyHolder),
            runner.Neighbour<ILogsApi>(CallPrincipal.KeyHolder)
        );
        await MeasureAsync("report, direct", () => ecs.SubmitTaskStateChangeAsync(Report, Agent));
        await MeasureAsync("report, by the transport", () => ecsNear.SubmitTaskStateChangeAsync(Report, Agent));
        await MeasureAsync("1,000 log lines, direct", () => logs.PutLogEventsAsync(Lines, Agent));
        await MeasureAsync("1,000 log lines, by the transport", () => logsNear.PutLogEventsAsync(Lines, Agent));
    }

    private static async Task MeasureAsync(string what, Func<Task> call)
    {
        for (var i = 0; i < 1000; i++)
            await call();
        var watch = Stopwatch.StartNew();
        var calls = 0;
        for (; watch.Elapsed < Length; calls++)
            await call();
        Figure.Print("calls", what, watch.Elapsed.TotalMicroseconds / calls, "us");
    }

    private sealed class Ecs : IEcsApi
    {
        public Task<SubmitTaskStateChangeResponse> SubmitTaskStateChangeAsync(
            SubmitTaskStateChangeRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) => Task.FromResult(new SubmitTaskStateChangeResponse());
    }

    private sealed class Logs : ILogsApi
    {
        public Task<PutLogEventsResponse> PutLogEventsAsync(
            PutLogEventsRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) => Task.FromResult(new PutLogEventsResponse());
    }

    private sealed class HostKey : ICredentialSource
    {
        public Credential? Find(string accessKeyId) =>
            new()
            {
                AccessKeyId = accessKeyId,
                SecretAccessKey = "secret",
                AccountId = "123456789012",
                PrincipalArn = "arn:aws:sts::123456789012:assumed-role/ecsInstanceRole/i-0",
                Actions = new HashSet<string> { "ecs:SubmitTaskStateChange", "logs:PutLogEvents" },
            };
    }

    private sealed class Actions : IAuthorizer
    {
        public ValueTask<AccessDecision> DecideAsync(
            ServiceModel service,
            OperationModel operation,
            IShape request,
            CallContext caller,
            CancellationToken cancellation
        ) => DecideAsync($"{service.SigningName}:{operation.Name}", "*", caller, cancellation);

        public ValueTask<AccessDecision> DecideAsync(
            string action,
            string resource,
            CallContext caller,
            CancellationToken cancellation
        ) =>
            new(
                caller.May(action)
                    ? AccessDecision.Allowed
                    : AccessDecision.NotGranted(caller.PrincipalArn, action, resource)
            );
    }
}
