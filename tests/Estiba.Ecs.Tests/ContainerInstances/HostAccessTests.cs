using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.ContainerInstances;

/// <summary>What containers may do to a host decides where they are placed.</summary>
public sealed class HostAccessTests : IAsyncLifetime
{
    private EcsWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await EcsWorld.CreateAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("network")]
    [InlineData("pid")]
    [InlineData("ipc")]
    [InlineData("devices")]
    [InlineData("capabilities")]
    [InlineData("privileged")]
    [InlineData("unconfined")]
    [InlineData("volume")]
    [InlineData("driver")]
    public async Task A_task_goes_only_where_what_it_does_to_its_host_is_allowed(string what)
    {
        await RegisterAsync(what);
        await AddAsync(HostAccess.Nothing);

        var refused = await _world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = what }, _world.Caller);

        refused.Tasks.ShouldBeEmpty();
        refused.Failures!.Single().Reason.ShouldBe("ATTRIBUTE");
        var open = await AddAsync(HostAccess.Everything);
        (await _world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = what }, _world.Caller))
            .Tasks!.Single()
            .ContainerInstanceArn.ShouldBe(open);
    }

    [Fact]
    public async Task The_events_of_a_service_say_which_attribute_is_missing()
    {
        await RegisterAsync("volume");
        await AddAsync(HostAccess.Everything with { Volumes = ["/other"] });

        var service = await _world.CreateServiceAsync(1, "volume");

        service
            .Events![0]
            .Message!.ShouldContain("is missing an attribute required by your task: estiba.capability.host-volumes.");
    }

    [Theory]
    [InlineData("/srv", true)]
    [InlineData("/srv/data", true)]
    [InlineData("/", true)]
    [InlineData("/srv/data/deeper", false)]
    [InlineData("/srv/dat", false)]
    public async Task A_path_is_looked_for_in_the_directories_that_a_host_allows(string allowed, bool isPlaced)
    {
        await RegisterAsync("volume");
        await AddAsync(new HostAccess { Volumes = ["/elsewhere", allowed] });

        (
            await _world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "volume" }, _world.Caller)
        ).Tasks!.Count.ShouldBe(isPlaced ? 1 : 0);
    }

    [Fact]
    public async Task Of_an_agent_that_does_not_say_it_the_servers_options_decide()
    {
        await AddAsync(access: null);

        Access().ShouldBe("nothing");
        _world
            .View.Range(EcsTables.ContainerInstances)
            .Single()
            .Attributes.ShouldContain(attribute =>
                attribute.Name == "com.amazonaws.ecs.capability.privileged-container"
            ); // its agent looks whether all it said is there
        await _world.Store.CommitAsync(transaction =>
            InstanceAccess.DecideAll(
                transaction,
                new HostAccess { Kinds = [HostAccess.Privileged, HostAccess.Network], Volumes = ["/srv"] }
            )
        );
        Access().ShouldBe("privileged network /srv");
        await _world.Store.CommitAsync(transaction => InstanceAccess.DecideAll(transaction, HostAccess.Nothing));
        Access().ShouldBe("nothing");
    }

    [Fact]
    public async Task What_an_agent_says_itself_the_servers_options_do_not_change()
    {
        await AddAsync(new HostAccess { Kinds = [HostAccess.Ipc] });

        await _world.Store.CommitAsync(transaction => InstanceAccess.DecideAll(transaction, HostAccess.Everything));

        Access().ShouldBe("ipc");
    }

    [Fact]
    public async Task What_an_agent_says_no_more_when_it_registers_again_it_cannot_any_more()
    {
        var arn = await AddAsync(HostAccess.Everything);
        await _world.Api.PutAttributesAsync(
            new PutAttributesRequest
            {
                Attributes =
                [
                    new EcsAttribute
                    {
                        Name = "rack",
                        Value = "7",
                        TargetId = arn,
                    },
                ],
            },
            _world.Caller
        );

        await AddAsync(HostAccess.Nothing, arn: arn);

        Access().ShouldBe("nothing");
        _world.View.Range(EcsTables.ContainerInstances).Single().Attribute("rack").ShouldBe("7");
    }

    [Theory]
    [InlineData("estiba.capability.host-volumes")]
    [InlineData("estiba.capability.network")]
    [InlineData("com.amazonaws.ecs.capability.privileged-container")]
    public async Task Nobody_allows_it_by_putting_an_attribute(string name)
    {
        var arn = await AddAsync(HostAccess.Nothing);

        var refused = await Should.ThrowAsync<AwsException>(() =>
            _world.Api.PutAttributesAsync(
                new PutAttributesRequest
                {
                    Attributes =
                    [
                        new EcsAttribute
                        {
                            Name = name,
                            Value = "/",
                            TargetId = arn,
                        },
                    ],
                },
                _world.Caller
            )
        );

        refused.Code.ShouldBe("InvalidParameterException");
        (
            await Should.ThrowAsync<AwsException>(() =>
                _world.Api.DeleteAttributesAsync(
                    new DeleteAttributesRequest { Attributes = [new EcsAttribute { Name = name, TargetId = arn }] },
                    _world.Caller
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    private string Access() => InstanceAccess.Of(_world.View.Range(EcsTables.ContainerInstances).Single()).ToString();

    private async Task<string> AddAsync(HostAccess? access, string? arn = null)
    {
        await _world.Api.CreateClusterAsync(new CreateClusterRequest(), _world.Caller);
        var said = access?.ToAttributes() ?? [];
        var answer = await _world.Api.RegisterContainerInstanceAsync(
            new RegisterContainerInstanceRequest
            {
                ContainerInstanceArn = arn,
                TotalResources =
                [
                    new Resource
                    {
                        Name = "CPU",
                        Type = "INTEGER",
                        IntegerValue = 2048,
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
                    .. (
                        (string[])
                            [
                                "com.amazonaws.ecs.capability.privileged-container",
                                "com.amazonaws.ecs.capability.docker-remote-api.1.17",
                                "com.amazonaws.ecs.capability.docker-remote-api.1.18",
                                "ecs.capability.pid-ipc-namespace-sharing",
                                "ecs.capability.docker-plugin.local",
                                "com.amazonaws.ecs.capability.selinux",
                            ]
                    ).Select(name => new EcsAttribute { Name = name }),
                    .. said.Select(attribute => new EcsAttribute { Name = attribute.Name, Value = attribute.Value }),
                ],
            },
            _world.Caller
        );
        await _world.ConnectAsync(answer.ContainerInstance!.ContainerInstanceArn!, connected: true);
        return answer.ContainerInstance.ContainerInstanceArn!;
    }

    private Task RegisterAsync(string what)
    {
        var container = new ContainerDefinition
        {
            Name = "app",
            Image = "app",
            Memory = 64,
        };
        var plain = new RegisterTaskDefinitionRequest { Family = what, ContainerDefinitions = [container] };
        return _world.Api.RegisterTaskDefinitionAsync(
            what switch
            {
                "network" => plain with { NetworkMode = "host" },
                "pid" => plain with { PidMode = "host" },
                "ipc" => plain with { IpcMode = "host" },
                "devices" => plain with
                {
                    ContainerDefinitions =
                    [
                        container with
                        {
                            LinuxParameters = new LinuxParameters { Devices = [new Device { HostPath = "/dev/fuse" }] },
                        },
                    ],
                },
                "capabilities" => plain with
                {
                    ContainerDefinitions =
                    [
                        container with
                        {
                            LinuxParameters = new LinuxParameters
                            {
                                Capabilities = new KernelCapabilities { Add = ["SYS_ADMIN"] },
                            },
                        },
                    ],
                },
                "privileged" => plain with { ContainerDefinitions = [container with { Privileged = true }] },
                "unconfined" => plain with
                {
                    ContainerDefinitions = [container with { DockerSecurityOptions = ["label:disable"] }],
                },
                "volume" => plain with
                {
                    Volumes =
                    [
                        new Volume
                        {
                            Name = "v",
                            Host = new HostVolumeProperties { SourcePath = "/srv/data" },
                        },
                    ],
                },
                _ => plain with
                {
                    Volumes =
                    [
                        new Volume
                        {
                            Name = "v",
                            DockerVolumeConfiguration = new DockerVolumeConfiguration
                            {
                                Scope = "task",
                                Driver = "local",
                                DriverOpts = new Dictionary<string, string>
                                {
                                    ["type"] = "none",
                                    ["o"] = "bind",
                                    ["device"] = "/",
                                },
                            },
                        },
                    ],
                },
            },
            _world.Caller
        );
    }
}
