using System.Reflection;
using System.Text.Json;
using Estiba.Agent.Hosts;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Sessions;

/// <summary>Makes the host a container instance of its cluster, the same one after every restart.</summary>
internal sealed partial class Registration(
    AgentOptions options,
    bool offersCredentials,
    IContainerEngine engine,
    IEcsApi ecs,
    Func<CallContext> context,
    IdentityFile file,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    /// <summary>What the agent calls itself.</summary>
    public static readonly string AgentVersion = typeof(Registration)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0]
        ?? "0.0.0";

    /// <summary>
    /// One for this life of the agent, so that a request that arrives twice is not taken for a host that has lost its
    /// memory.
    /// </summary>
    private readonly string _token = random.NextInt64().ToString("x16");

    /// <summary>Registers, however long the server needs to answer.</summary>
    public async Task<AgentIdentity> RegisterAsync(CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), random);
        var known = file.Read(options.Cluster);
        while (true)
        {
            try
            {
                var request = await RequestAsync(known?.ContainerInstanceArn, cancellation);
                var answer = await ecs.RegisterContainerInstanceAsync(request, context(), cancellation);
                if (answer.ContainerInstance?.ContainerInstanceArn is { } arn)
                {
                    var identity =
                        known?.ContainerInstanceArn == arn
                            ? known
                            : new AgentIdentity { Cluster = options.Cluster, ContainerInstanceArn = arn };
                    Remember(identity);
                    return identity;
                }

                Log.NoIdentity(logger, options.InstanceId);
            }
            catch (AwsException exception)
                when (known is not null
                    && exception.Code is "InvalidParameterException" or "ClientException" or "AccessDeniedException"
                )
            {
                // The server no longer knows it, has deregistered it, or does not take this host's key for its own: it
                // begins anew.
                Log.BeginsAnew(logger, known!.ContainerInstanceArn, exception.Message);
                known = null;
                continue;
            }
            catch (Exception exception)
                when (exception is AwsException or HttpRequestException or EngineException or OperationCanceledException
                    && !cancellation.IsCancellationRequested
                )
            {
                Log.NotRegistered(logger, options.InstanceId, options.Cluster, exception.Message);
            }

            await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    private void Remember(AgentIdentity identity)
    {
        try
        {
            file.Write(identity);
        }
        catch (IOException exception)
        {
            // A full disk, most likely. The agent works; after a restart it would register as a host that has lost its
            // memory.
            Log.IdentityNotWritten(logger, options.InstanceId, identity.ContainerInstanceArn, exception.Message);
        }
    }

    private async Task<RegisterContainerInstanceRequest> RequestAsync(string? knownArn, CancellationToken cancellation)
    {
        var version = await engine.GetVersionAsync(cancellation);
        var information = await engine.GetInformationAsync(cancellation);
        return new RegisterContainerInstanceRequest
        {
            Cluster = options.Cluster,
            ContainerInstanceArn = knownArn,
            ClientToken = _token,
            InstanceIdentityDocument = options.InstanceIdentityDocument ?? IdentityDocument(),
            TotalResources =
            [
                new Resource
                {
                    Name = "CPU",
                    Type = "INTEGER",
                    IntegerValue = options.Cpu,
                },
                new Resource
                {
                    Name = "MEMORY",
                    Type = "INTEGER",
                    IntegerValue = options.Memory,
                },
                new Resource
                {
                    Name = "PORTS",
                    Type = "STRINGSET",
                    StringSetValue = [.. options.ReservedPorts.Select(port => port.ToString())],
                },
                new Resource
                {
                    Name = "PORTS_UDP",
                    Type = "STRINGSET",
                    StringSetValue = [.. options.ReservedPortsUdp.Select(port => port.ToString())],
                },
            ],
            VersionInfo = new VersionInfo
            {
                AgentVersion = AgentVersion,
                AgentHash = EstibaAgent.Hash,
                DockerVersion = $"DockerVersion: {version.Version}",
            },
            Attributes =
            [
                .. Capabilities
                    .Of(version, information, options, offersCredentials)
                    .Select(attribute => new EcsAttribute { Name = attribute.Name, Value = attribute.Value }),
            ],
            Tags =
                options.Tags.Count == 0
                    ? null
                    : [.. options.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })],
        };
    }

    /// <summary>The members of EC2's instance identity document that ECS reads.</summary>
    private string IdentityDocument()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("instanceId", options.InstanceId);
            json.WriteString("region", options.Region);
            if (options.AccountId.Length > 0)
                json.WriteString("accountId", options.AccountId);
            if (options.PlatformEndpoint is { } server && OwnAddress.Towards(server) is { } address)
                json.WriteString("privateIp", $"{address}");
            if (options.Attributes.GetValueOrDefault("ecs.availability-zone") is { } zone)
                json.WriteString("availabilityZone", zone);
            if (options.Attributes.GetValueOrDefault("ecs.instance-type") is { } type)
                json.WriteString("instanceType", type);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The server registered {Instance} without saying as what")]
        internal static partial void NoIdentity(ILogger logger, string instance);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Arn} cannot be registered again: {Message}. Registering as a new container instance"
        )]
        internal static partial void BeginsAnew(ILogger logger, string arn, string message);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Instance} cannot be registered with cluster {Cluster} yet: {Message}"
        )]
        internal static partial void NotRegistered(ILogger logger, string instance, string cluster, string message);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Instance} cannot write down that it is {Arn}: {Message}")]
        internal static partial void IdentityNotWritten(ILogger logger, string instance, string arn, string message);
    }
}
