using System.Net;
using Estiba.Agent;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Engines.Simulated;
using Estiba.Instances;
using Microsoft.Extensions.Logging.Abstractions;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Instances;

public sealed class VirtualInstancesTests
{
    [Fact]
    public async Task ECS_hears_from_EC2_that_a_host_was_terminated_without_waiting_until_its_agent_is_seen_to_go()
    {
        var ecs = new EcsOfOneHost();
        await using var engine = new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1);
        await using var events = new EngineEvents(
            engine,
            ContainerInstanceAgent.InstanceLabel,
            TimeProvider.System,
            new Random(1),
            NullLogger.Instance
        );
        var options = new VirtualInstancesOptions
        {
            Directory = "/nowhere/agents",
            EnvironmentFiles = "/nowhere/environment-files",
            Registry = "localhost:4566",
            Platform = new Uri("http://localhost:4566"),
        };
        var services = new AgentServices
        {
            Ecs = ecs,
            Logs = new NoLogs(),
            Ecr = new NoEcr(),
        };
        await using var instances = new VirtualInstances(
            options,
            services,
            ecs,
            new InstanceCredentials(new NoCustomers()),
            engine,
            events,
            TimeProvider.System,
            NullLoggerFactory.Instance
        );

        await instances.TerminateAsync(Launch, default);

        var (request, caller) = ecs.Deregistered.ShouldNotBeNull();
        (request.Cluster, request.ContainerInstance, request.Force).ShouldBe(("web", EcsOfOneHost.Arn, true));
        (caller.AccountId, caller.Region).ShouldBe((Launch.AccountId, Launch.Region));
        caller.SourceArn.ShouldBe($"arn:aws:ec2:eu-west-1:{Launch.AccountId}:instance/{Launch.InstanceId}");
    }

    private static InstanceLaunch Launch { get; } =
        new()
        {
            InstanceId = "i-0123456789abcdef0",
            AccountId = "123456789012",
            Region = "eu-west-1",
            AvailabilityZone = "eu-west-1a",
            AvailabilityZoneId = "euw1-az1",
            Address = IPAddress.Loopback,
            PrivateDnsName = "ip-127-0-0-1.eu-west-1.compute.internal",
            InstanceType = "t3.micro",
            Architecture = "x86_64",
            ImageId = "ami-0123456789abcdef0",
            VpcId = "vpc-0",
            SubnetId = "subnet-0",
            Cpu = 2048,
            MemoryMiB = 904,
            Cluster = "web",
            Settings = new Dictionary<string, string>(),
            IdentityDocument = "{}",
            LaunchTime = DateTimeOffset.UnixEpoch,
        };

    /// <summary>
    /// Answers no more than which container instance a host is: whether its agent is still there is not asked.
    /// </summary>
    private sealed class EcsOfOneHost : IEcsApi
    {
        internal const string Arn =
            "arn:aws:ecs:eu-west-1:123456789012:container-instance/web/0123456789abcdef0123456789abcdef";

        internal (DeregisterContainerInstanceRequest Request, CallContext Caller)? Deregistered { get; private set; }

        public Task<ListContainerInstancesResponse> ListContainerInstancesAsync(
            ListContainerInstancesRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) => Task.FromResult(new ListContainerInstancesResponse { ContainerInstanceArns = [Arn] });

        public Task<DeregisterContainerInstanceResponse> DeregisterContainerInstanceAsync(
            DeregisterContainerInstanceRequest request,
            CallContext context,
            CancellationToken cancellation = default
        )
        {
            Deregistered = (request, context);
            return Task.FromResult(new DeregisterContainerInstanceResponse());
        }
    }

    private sealed class NoLogs : ILogsApi;

    private sealed class NoEcr : IEcrApi;

    private sealed class NoCustomers : ICredentialSource
    {
        public Credential? Find(string accessKeyId) => null;
    }
}
