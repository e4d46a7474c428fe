using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.ServiceConnect;

/// <summary>Configurations of Service Connect that are refused, and leave nothing behind.</summary>
public sealed class ServiceConnectErrorTests
{
    private const string Invalid = "InvalidParameterException";
    private const string Unsupported = "UnsupportedFeatureException";

    [Fact]
    public Task A_namespace_that_is_not_there() =>
        IsRefusedAsync(its => its with { Namespace = "none" }, "NamespaceNotFoundException", "The namespace none was");

    [Fact]
    public Task No_namespace_at_all() => IsRefusedAsync(its => its with { Namespace = null }, Invalid, "no namespace");

    [Fact]
    public Task A_port_that_the_definition_does_not_have() =>
        IsRefusedAsync(With(its => its with { PortName = "other" }), Invalid, "The portName 'other' of");

    [Fact]
    public Task A_discovery_name_with_capitals() =>
        IsRefusedAsync(With(its => its with { DiscoveryName = "Web" }), Invalid, "The discoveryName 'Web' is invalid");

    [Fact]
    public Task Two_aliases() =>
        IsRefusedAsync(
            With(its => its with { ClientAliases = [new() { Port = 1 }, new() { Port = 2 }] }),
            Invalid,
            "clientAliases can have at most 1 items."
        );

    [Theory]
    [InlineData("-api")]
    [InlineData("api..shop")]
    [InlineData("API")]
    [InlineData("localhost")]
    [InlineData("api:1.2.3.4")]
    public Task A_name_that_is_none(string name) =>
        IsRefusedAsync(
            With(its => its with { ClientAliases = [new() { Port = 1, DnsName = name }] }),
            Invalid,
            $"The dnsName '{name}' of a client alias is invalid"
        );

    [Fact]
    public Task Port_0() =>
        IsRefusedAsync(
            With(its => its with { ClientAliases = [new() { Port = 0 }] }),
            Invalid,
            "The port of a client alias must be between 1 and 65535."
        );

    [Fact]
    public Task A_negative_timeout() =>
        IsRefusedAsync(
            With(its => its with { Timeout = new() { IdleTimeoutSeconds = -1 } }),
            Invalid,
            "idleTimeoutSeconds and perRequestTimeoutSeconds must be"
        );

    [Fact]
    public Task A_certificate_authority() =>
        IsRefusedAsync(
            With(its => its with { Tls = new() { IssuerCertificateAuthority = new() } }),
            Unsupported,
            "Leave tls out"
        );

    [Fact]
    public Task A_port_for_the_proxy() =>
        IsRefusedAsync(With(its => its with { IngressPortOverride = 1 }), Unsupported, "Leave ingressPortOverride out");

    [Fact]
    public Task A_log_of_the_proxy() =>
        IsRefusedAsync(
            its => its with { LogConfiguration = new() { LogDriver = "awslogs" } },
            Unsupported,
            "Leave logConfiguration"
        );

    [Fact]
    public async Task A_time_for_requests_where_there_are_none()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.DefineAsync("api", appProtocol: null);
        await IsRefusedAsync(
            world,
            With(its => its with { Timeout = new() { PerRequestTimeoutSeconds = 1 } }),
            Invalid,
            "perRequestTimeoutSeconds can only be set where"
        );
    }

    [Theory]
    [InlineData("awsvpc", Unsupported, "Estiba has no networkMode awsvpc yet.")]
    [InlineData("none", Invalid, "networkMode bridge or host")]
    public async Task A_network_that_has_no_ports_of_the_host(string mode, string code, string message)
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.Ecs.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "api",
                NetworkMode = mode,
                ContainerDefinitions =
                [
                    new()
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Memory = 64,
                    },
                ],
            },
            world.Ecs.Caller
        );
        await IsRefusedAsync(world, its => its with { Services = [] }, code, message);
    }

    [Fact]
    public async Task A_discovery_name_that_another_service_of_the_namespace_has()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync("first");
        await IsRefusedAsync(
            world,
            its => its,
            Invalid,
            "The discoveryName 'web' is already used in the namespace shop by "
        );
    }

    [Fact]
    public async Task An_alias_that_another_service_of_the_namespace_has()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync("first");
        await IsRefusedAsync(
            world,
            With(its => its with { DiscoveryName = "other" }),
            Invalid,
            "The client alias 'api:8080' is already used in the namespace shop by "
        );
    }

    [Fact]
    public async Task A_name_in_Cloud_Map_that_ECS_has_not_made()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        world.Ecs.Discovery.Add("ns-shop-web");
        await IsRefusedAsync(world, its => its, Invalid, "which Amazon ECS does not manage");
    }

    [Fact]
    public async Task A_strategy_that_shifts_traffic()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await IsRefusedAsync(
            world,
            its => its,
            Unsupported,
            "does not shift traffic",
            request => request with { DeploymentConfiguration = new() { Strategy = DeploymentStrategy.BlueGreen } }
        );
    }

    private static Func<ServiceConnectConfiguration, ServiceConnectConfiguration> With(
        Func<ServiceConnectService, ServiceConnectService> change
    ) => its => its with { Services = [change(its.Services!.Single())] };

    private static async Task IsRefusedAsync(
        Func<ServiceConnectConfiguration, ServiceConnectConfiguration> change,
        string code,
        string message
    )
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await IsRefusedAsync(world, change, code, message);
    }

    private static async Task IsRefusedAsync(
        ConnectedWorld world,
        Func<ServiceConnectConfiguration, ServiceConnectConfiguration> change,
        string code,
        string message,
        Func<CreateServiceRequest, CreateServiceRequest>? with = null
    )
    {
        var made = world.Ecs.Discovery.Registries.Count;

        var refused = await Should.ThrowAsync<AwsException>(() => world.ServeAsync("refused", with: request =>
            {
                request = request with { ServiceConnectConfiguration = change(request.ServiceConnectConfiguration!) };
                return with?.Invoke(request) ?? request;
            }));

        refused.Message.ShouldContain(message);
        refused.Code.ShouldBe(code);
        world.Ecs.Discovery.Registries.Count.ShouldBe(made);
        world.Ecs.View.Range(EcsTables.Services).ShouldNotContain(service => service.Name == "refused");
    }
}
