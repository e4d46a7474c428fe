using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Tests.Tasks;

public sealed class TaskResourceRequirementTests
{
    [Fact]
    public void Containers_add_up() =>
        Of("""{"name":"a","cpu":10,"memory":64},{"name":"b","cpu":20,"memory":32}""")
            .ShouldSatisfyAllConditions(
                resources => resources.Cpu.ShouldBe(30),
                resources => resources.Memory.ShouldBe(96)
            );

    [Fact]
    public void A_reservation_counts_instead_of_the_limit() =>
        Of("""{"name":"a","memory":448,"memoryReservation":256}""").Memory.ShouldBe(256);

    [Fact]
    public void The_size_of_the_task_counts_instead_of_its_containers() =>
        Of("""{"name":"a","cpu":10,"memory":64}""", "\"cpu\":\"1 vCPU\",\"memory\":\"2GB\",")
            .ShouldSatisfyAllConditions(
                resources => resources.Cpu.ShouldBe(1024),
                resources => resources.Memory.ShouldBe(2048)
            );

    [Fact]
    public void Overrides_of_containers_count() =>
        Of(
                """{"name":"a","cpu":10,"memory":64},{"name":"b","memory":1}""",
                overrides: """{"containerOverrides":[{"name":"a","cpu":100,"memory":128}]}"""
            )
            .ShouldSatisfyAllConditions(
                resources => resources.Cpu.ShouldBe(100),
                resources => resources.Memory.ShouldBe(129)
            );

    [Fact]
    public void Overrides_of_the_task_count() =>
        Of("""{"name":"a","cpu":10,"memory":64}""", overrides: """{"cpu":"512","memory":"256"}""")
            .ShouldSatisfyAllConditions(
                resources => resources.Cpu.ShouldBe(512),
                resources => resources.Memory.ShouldBe(256)
            );

    [Fact]
    public void Fixed_host_ports_are_taken_by_protocol() =>
        Of(
                """{"name":"a","portMappings":[{"containerPort":80,"hostPort":8080},{"containerPort":53,"hostPort":53,"protocol":"udp"},{"containerPort":81}]}"""
            )
            .ShouldSatisfyAllConditions(
                resources => resources.Ports.ShouldBe([8080]),
                resources => resources.UdpPorts.ShouldBe([53])
            );

    [Fact]
    public void A_task_with_an_interface_of_its_own_takes_no_host_port() =>
        Of("""{"name":"a","portMappings":[{"containerPort":80}]}""", "\"networkMode\":\"awsvpc\",")
            .Ports.ShouldBeEmpty();

    [Fact]
    public void In_host_mode_container_ports_are_host_ports() =>
        Of("""{"name":"a","portMappings":[{"containerPort":80}]}""", "\"networkMode\":\"host\",").Ports.ShouldBe([80]);

    [Fact]
    public void Gpus_add_up() =>
        Of(
            """{"name":"a","resourceRequirements":[{"type":"GPU","value":"2"}]},{"name":"b","resourceRequirements":[{"type":"GPU","value":"1"}]}"""
        )
            .Gpus.ShouldBe(3);

    private static TaskResources Of(string containers, string task = "", string? overrides = null) =>
        TaskResourceRequirement.Of(
            TaskDefinitionDefaults.Fill(
                ShapeJson.Parse<RegisterTaskDefinitionRequest>(
                    $$"""{"family":"f",{{task}}"containerDefinitions":[{{containers}}]}"""
                )
            ),
            overrides is null ? null : ShapeJson.Parse<TaskOverride>(overrides)
        );
}
