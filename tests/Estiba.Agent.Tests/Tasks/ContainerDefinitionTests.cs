using System.Text.Json.Nodes;
using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Tasks;

public sealed class ContainerDefinitionTests
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["com.amazonaws.ecs.container-name"] = "app",
    };

    [Fact]
    public void The_payloads_own_words_become_Dockers()
    {
        var body = Build(
            new AcsContainer
            {
                Name = "app",
                Image = "nginx",
                Command = ["-g"],
                EntryPoint = ["nginx"],
                Cpu = 0,
                Memory = 448,
                Environment = new Dictionary<string, string> { ["A"] = "1" },
            }
        );

        body["Image"]!.GetValue<string>().ShouldBe("nginx");
        body["Cmd"]!.ToJsonString().ShouldBe("""["-g"]""");
        body["Entrypoint"]!.ToJsonString().ShouldBe("""["nginx"]""");
        body["Env"]!.ToJsonString().ShouldBe("""["A=1"]""");
        body["HostConfig"]!["Memory"]!.GetValue<long>().ShouldBe(448L * 1024 * 1024);
        body["HostConfig"]!["CpuShares"]!.GetValue<int>().ShouldBe(2);
        body["HostConfig"]!["NetworkMode"]!.GetValue<string>().ShouldBe("bridge");
    }

    [Fact]
    public void The_docker_configuration_goes_over_them()
    {
        var body = Build(
            new AcsContainer
            {
                Name = "app",
                Image = "nginx",
                DockerConfig = new DockerConfig
                {
                    Config = """{"User":"www","Labels":{"a":"b"}}""",
                    HostConfig = """{"NetworkMode":"none","CapAdd":["NET_ADMIN"]}""",
                },
            }
        );

        body["User"]!.GetValue<string>().ShouldBe("www");
        body["HostConfig"]!["NetworkMode"]!.GetValue<string>().ShouldBe("none");
        body["HostConfig"]!["CapAdd"]!.ToJsonString().ShouldBe("""["NET_ADMIN"]""");
        body["Labels"]!.ToJsonString().ShouldBe("""{"a":"b","com.amazonaws.ecs.container-name":"app"}""");
    }

    [Fact]
    public void Labels_that_only_the_agent_gives_are_not_taken_from_a_definition() => Build(
            new AcsContainer
            {
                Name = "app",
                Image = "nginx",
                DockerConfig = new DockerConfig
                {
                    Config = """{"Labels":{"estiba.service-connect-namespace":"another's","a":"b"}}""",
                },
            }
        )["Labels"]!.ToJsonString().ShouldBe("""{"a":"b","com.amazonaws.ecs.container-name":"app"}""");

    [Fact]
    public void An_overriding_command_replaces_the_definitions() => Build(
            new AcsContainer
            {
                Name = "app",
                Image = "nginx",
                Command = ["one"],
                Overrides = """{"command":["two"]}""",
            }
        )["Cmd"]!.ToJsonString().ShouldBe("""["two"]""");

    [Fact]
    public void The_definitions_variables_win_over_those_of_files()
    {
        var container = new AcsContainer
        {
            Name = "app",
            Image = "nginx",
            Environment = new Dictionary<string, string> { ["A"] = "1" },
        };

        Build(container, files: [new("A", "2"), new("B", "3")])["Env"]!.ToJsonString().ShouldBe("""["A=1","B=3"]""");
    }

    [Fact]
    public void What_ECS_adds_wins_over_a_containers_own_variables_and_what_the_platform_adds_does_not()
    {
        var container = new AcsContainer
        {
            Name = "app",
            Image = "nginx",
            Environment = new Dictionary<string, string> { ["A"] = "own", ["B"] = "own" },
        };
        var injected = new InjectedVariables(
            new Dictionary<string, string> { ["A"] = "fixed" },
            new Dictionary<string, string>
            {
                ["A"] = "default",
                ["B"] = "default",
                ["C"] = "default",
                ["D"] = "default",
            }
        );

        Build(container, files: [new("C", "file")], injected: injected)["Env"]!
            .AsArray()
            .Select(variable => variable!.GetValue<string>())
            .ShouldBe(["A=fixed", "B=own", "C=file", "D=default"], ignoreOrder: true);
    }

    [Fact]
    public void Ports_are_published_on_the_instances_own_address()
    {
        var body = Build(
            new AcsContainer
            {
                Name = "app",
                Image = "nginx",
                PortMappings =
                [
                    new PortMapping { ContainerPort = 80, HostPort = 9999 },
                    new PortMapping { ContainerPort = 53, Protocol = "udp" },
                ],
            }
        );

        body["HostConfig"]!["PortBindings"]!
            .ToJsonString()
            .ShouldBe(
                """{"80/tcp":[{"HostIp":"10.66.255.1","HostPort":"9999"}],"53/udp":[{"HostIp":"10.66.255.1","HostPort":""}]}"""
            );
        body["ExposedPorts"]!.ToJsonString().ShouldBe("""{"80/tcp":{},"53/udp":{}}""");
    }

    [Fact]
    public void Links_and_volumes_of_containers_carry_the_engines_names()
    {
        var body = Build(
            new AcsContainer
            {
                Name = "app",
                Image = "nginx",
                Links = ["database:db", "cache"],
                VolumesFrom = [new VolumeFrom { SourceContainer = "data", ReadOnly = true }],
            }
        );

        body["HostConfig"]!["Links"]!.ToJsonString().ShouldBe("""["ecs-database:db","ecs-cache:cache"]""");
        body["HostConfig"]!["VolumesFrom"]!.ToJsonString().ShouldBe("""["ecs-data:ro"]""");
    }

    [Fact]
    public void Mount_points_are_bound_to_paths_volumes_of_the_task_and_shared_volumes()
    {
        var container = new AcsContainer
        {
            Name = "app",
            Image = "nginx",
            MountPoints =
            [
                new MountPoint { SourceVolume = "host", ContainerPath = "/a" },
                new MountPoint
                {
                    SourceVolume = "scratch",
                    ContainerPath = "/b",
                    ReadOnly = true,
                },
                new MountPoint { SourceVolume = "shared", ContainerPath = "/c" },
            ],
        };
        var task = TestTasks.Task(container) with
        {
            Volumes =
            [
                new Volume
                {
                    Name = "host",
                    Host = new HostVolumeProperties { SourcePath = "/srv" },
                },
                new Volume { Name = "scratch", Host = new HostVolumeProperties() },
                new Volume
                {
                    Name = "shared",
                    DockerVolumeConfiguration = new DockerVolumeConfiguration
                    {
                        Scope = "shared",
                        Autoprovision = true,
                    },
                },
            ],
        };

        Build(container, task)["HostConfig"]!["Binds"]!
            .AsArray()
            .Select(bind => bind!.GetValue<string>())
            .ShouldBe(["/srv:/a", $"{ContainerNaming.VolumeNameOf(task, "scratch")}:/b:ro", "shared:/c"]);
    }

    [Fact]
    public void A_mount_point_of_no_volume_is_refused() =>
        Should
            .Throw<EngineException>(() =>
                Build(
                    new AcsContainer
                    {
                        Name = "app",
                        Image = "nginx",
                        MountPoints = [new MountPoint { SourceVolume = "x", ContainerPath = "/" }],
                    }
                )
            )
            .Message.ShouldBe("Unable to resolve volume mounts; invalid volume name: x");

    [Theory]
    [InlineData("""{"NetworkMode":"bridge"}""", """["10.66.0.1","192.0.2.1"]""", """["timeout:1"]""")]
    [InlineData("""{"NetworkMode":"host"}""", """["10.66.0.1","192.0.2.1"]""", """["timeout:1"]""")]
    [InlineData("""{"Dns":[],"DnsOptions":["x"]}""", """["10.66.0.1","192.0.2.1"]""", """["x"]""")]
    [InlineData("""{"Dns":["192.0.2.9"]}""", """["192.0.2.9"]""", null)]
    [InlineData("""{"NetworkMode":"none"}""", null, null)]
    public void A_container_asks_the_agents_name_servers_unless_it_has_its_own(
        string hostConfig,
        string? servers,
        string? resolverOptions
    )
    {
        var host = (JsonObject)JsonNode.Parse(hostConfig)!;

        ContainerDefinition.Resolve(host, new ContainerResolver(["10.66.0.1", "192.0.2.1"], ["timeout:1"]));

        (host["Dns"]?.ToJsonString()).ShouldBe(servers);
        (host["DnsOptions"]?.ToJsonString()).ShouldBe(resolverOptions);
    }

    private static JsonObject Build(
        AcsContainer container,
        AcsTask? task = null,
        IReadOnlyList<KeyValuePair<string, string>>? files = null,
        InjectedVariables? injected = null
    ) =>
        new ContainerDefinition(task ?? TestTasks.Task(container), container).Build(
            Labels,
            files ?? [],
            injected ?? InjectedVariables.None,
            "10.66.255.1",
            name => "ecs-" + name,
            logConfig: null,
            new Random(1)
        );
}
