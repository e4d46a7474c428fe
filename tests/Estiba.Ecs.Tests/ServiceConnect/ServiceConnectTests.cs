using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Dns.Names;
using Estiba.Ecs.ServiceConnect;
using ContainerDefinition = Estiba.Contracts.Ecs.ContainerDefinition;

namespace Estiba.Ecs.Tests.ServiceConnect;

/// <summary>Services in namespaces of Service Connect: what is shown, made in Cloud Map, and sent to agents.</summary>
public sealed class ServiceConnectTests
{
    private const string Discovery = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-ns-shop-web";

    [Fact]
    public async Task A_service_shows_its_configuration_and_the_service_of_Cloud_Map_that_was_made_for_it()
    {
        await using var world = await ConnectedWorld.CreateAsync();

        var deployment = (await world.ServeAsync()).Deployments!.Single();

        deployment.ServiceConnectConfiguration!.Services!.Single().ClientAliases!.Single().DnsName.ShouldBe("api");
        deployment
            .ServiceConnectResources!.Select(each => (each.DiscoveryName, each.DiscoveryArn))
            .ShouldBe([("web", Discovery)]);
        world.Ecs.Discovery.Managed.ShouldContainKeyAndValue(Discovery, "web");
    }

    [Fact]
    public async Task A_task_that_runs_is_an_instance_of_the_service_in_Cloud_Map_until_it_stops()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        var service = await world.ServeAsync();
        var instances = world.Ecs.Discovery.Registries[Discovery].Instances;
        instances.ShouldBeEmpty();

        await world.Ecs.ObeyAsync();

        var task = (await world.Ecs.TasksAsync()).Single();
        var (id, attributes) = instances.Single();
        task.TaskArn!.ShouldEndWith("/" + id);
        attributes.ShouldBe(
            new Dictionary<string, string>
            {
                ["AWS_INSTANCE_IPV4"] = "10.66.0.1",
                ["AWS_INSTANCE_PORT"] = "32768",
                ["AvailabilityZone"] = "eu-west-1a",
                ["DeploymentId"] = service.Deployments!.Single().Id!["ecs-svc/".Length..],
            },
            ignoreOrder: true
        );

        await world.Ecs.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Ecs.Caller);
        await world.Ecs.ObeyAsync();
        instances.Keys.ShouldNotContain(id);
    }

    [Fact]
    public async Task What_ECS_made_in_Cloud_Map_goes_with_the_service()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync();
        await world.Ecs.ObeyAsync();

        await world.Ecs.Api.DeleteServiceAsync(
            new DeleteServiceRequest { Service = "api", Force = true },
            world.Ecs.Caller
        );
        await world.Ecs.ObeyAsync();
        world.Ecs.View.Range(EcsTables.Services).Single().Status.ShouldBe("INACTIVE");
        await ReconcileAsync();
        world.Ecs.Discovery.Registries.ShouldContainKey(Discovery);

        world.Ecs.Clock.Advance(TimeSpan.FromMinutes(1));
        await ReconcileAsync();
        world.Ecs.Discovery.Registries.ShouldNotContainKey(Discovery);
        world.Ecs.View.Range(EcsTables.DiscoveryServices).ShouldBeEmpty();
        await world.Ecs.SweepAsync();
        world.Ecs.View.Range(EcsTables.ServiceConnectNames).ShouldBeEmpty();

        async Task ReconcileAsync()
        {
            var controller = world.Ecs.Controller("ecs.discovery-services");
            foreach (var key in controller.AtStart!(world.Ecs.View).ToList())
                await controller.Reconciler.ReconcileAsync(key, default);
        }
    }

    [Fact]
    public async Task An_agent_hears_of_the_aliases_before_the_tasks_and_of_each_task_that_comes_or_goes()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync(desired: 2);
        var conversation = await world.ConverseAsync();
        await conversation.WorkAsync();

        conversation.Link.Types.ShouldBe([
            nameof(TaskManifestMessage),
            nameof(ServiceConnectMessage),
            nameof(PayloadMessage),
        ]);
        var alias = AliasOf(conversation);
        (alias.DnsName, alias.Port, alias.AppProtocol, alias.DiscoveryName).ShouldBe(("api", 8080, "http", "web"));
        alias.Endpoints.ShouldBeEmpty();

        await world.Ecs.ObeyAsync();
        await conversation.WorkAsync();
        AliasOf(conversation)
            .Endpoints!.Select(endpoint => (endpoint.Address, endpoint.Port))
            .ShouldBe([("10.66.0.1", 32768), ("10.66.0.1", 32769)], ignoreOrder: true);

        var sent = conversation.Link.Types.Count();
        await conversation.WorkAsync();
        conversation.Link.Types.Count().ShouldBe(sent);

        var task = (await world.Ecs.TasksAsync())[0];
        await world.Ecs.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Ecs.Caller);
        await conversation.WorkAsync();
        AliasOf(conversation).Endpoints!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Containers_find_the_aliases_of_their_namespace_at_the_addresses_where_the_proxy_answers()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync();
        await world.ServeAsync("orders", dnsName: null, port: 80, discoveryName: "orders");
        await world.ConsumeAsync();
        var conversation = await world.ConverseAsync();
        await conversation.WorkAsync();

        var aliases = conversation.Link.Last<ServiceConnectMessage>().Namespaces!.Single().Aliases!;
        aliases.Select(alias => alias.DnsName).ShouldBe(["api", "orders.shop"], ignoreOrder: true);
        aliases.ShouldAllBe(alias => alias.Address!.StartsWith("169.254."));
        var task = conversation.Link.Last<PayloadMessage>().Tasks!.Single(task => task.ServiceName == "client");
        task.ServiceConnectNamespace.ShouldBe(
            conversation.Link.Last<ServiceConnectMessage>().Namespaces!.Single().NamespaceArn
        );
        var client = task.Containers!.Single();
        foreach (var alias in aliases)
            client.DockerConfig!.HostConfig!.ShouldContain($"\"{alias.DnsName}:{alias.Address}\"");
    }

    [Fact]
    public async Task A_host_hears_nothing_of_namespaces_that_none_of_its_tasks_is_in()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync(desired: 0);
        await world.Ecs.CreateServiceAsync(1, "api", "other");
        var conversation = await world.ConverseAsync();
        await conversation.WorkAsync();

        conversation.Link.Last<ServiceConnectMessage>().Namespaces.ShouldBeEmpty();
        conversation
            .Link.Last<PayloadMessage>()
            .Tasks!.Single()
            .Containers!.Single()
            .DockerConfig!.HostConfig!.ShouldNotContain("ExtraHosts");
    }

    [Fact]
    public async Task A_task_with_a_health_check_answers_when_it_is_healthy()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.Ecs.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "api",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Memory = 64,
                        PortMappings = [new() { ContainerPort = 80, Name = "web" }],
                        HealthCheck = new HealthCheck { Command = ["CMD", "true"] },
                    },
                ],
            },
            world.Ecs.Caller
        );
        await world.ServeAsync();
        var conversation = await world.ConverseAsync();
        await world.Ecs.ObeyAsync();
        await conversation.WorkAsync();
        AliasOf(conversation).Endpoints.ShouldBeEmpty();

        await world.Ecs.Store.CommitAsync(transaction =>
            transaction.Put(
                EcsTables.Tasks,
                transaction.Range(EcsTables.Tasks).Single() with
                {
                    HealthStatus = HealthStatus.Healthy,
                }
            )
        );
        await conversation.WorkAsync();
        AliasOf(conversation).Endpoints!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Amazons_agent_gets_no_task_that_uses_Service_Connect()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.Ecs.Store.CommitAsync(transaction =>
        {
            var instance = transaction.Range(EcsTables.ContainerInstances).Single();
            transaction.Put(
                EcsTables.ContainerInstances,
                instance with
                {
                    VersionInfo = new Contracts.Ecs.VersionInfo { AgentHash = "0123abcd", AgentVersion = "1.105.1" },
                }
            );
        });

        var service = await world.ServeAsync();

        (service.PendingCount, service.RunningCount).ShouldBe((0, 0));
        service.Events![0].Message!.ShouldContain("missing an attribute required by your task");
    }

    [Fact]
    public async Task A_new_task_definition_keeps_the_configuration_and_a_new_configuration_is_deployed()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync();
        await world.Ecs.ObeyAsync();
        await world.DefineAsync("api", appProtocol: "http2");

        await world.Ecs.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "api", TaskDefinition = "api" },
            world.Ecs.Caller
        );
        world
            .Ecs.View.Range(EcsTables.Services)
            .Single()
            .ServiceConnect!.Endpoints.Select(each => (each.AppProtocol, each.DnsName, each.DiscoveryArn))
            .ShouldBe([("http2", "api", Discovery)]);

        var updated = await world.Ecs.Api.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Service = "api",
                ServiceConnectConfiguration = ConnectedWorld.Alias("backend", 9090),
            },
            world.Ecs.Caller
        );
        updated.Service!.Deployments!.Count.ShouldBeGreaterThan(1);
        var alias = updated.Service.Deployments[0].ServiceConnectConfiguration!.Services!.Single().ClientAliases!;
        (alias.Single().DnsName, alias.Single().Port).ShouldBe(("backend", 9090));

        var ended = await world.Ecs.Api.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Service = "api",
                ServiceConnectConfiguration = new ServiceConnectConfiguration { Enabled = false },
            },
            world.Ecs.Caller
        );
        ended.Service!.Deployments![0].ServiceConnectResources.ShouldBeNull();
        world.Ecs.View.Range(EcsTables.Services).Single().LiveNamespace.ShouldBeNull();
    }

    [Fact]
    public async Task The_default_namespace_of_a_cluster_is_made_where_there_is_none()
    {
        await using var world = await ConnectedWorld.CreateAsync();

        var cluster = await world.Ecs.Api.UpdateClusterAsync(
            new UpdateClusterRequest
            {
                Cluster = "default",
                ServiceConnectDefaults = new() { Namespace = "new" },
            },
            world.Ecs.Caller
        );

        var its = cluster.Cluster!.ServiceConnectDefaults!.Namespace!;
        world.Ecs.Discovery.Namespaces.ShouldContainKeyAndValue(its, "new");
        await world.Ecs.CreateServiceAsync(1, "api", with: request =>
            request with
            {
                ServiceConnectConfiguration = new ServiceConnectConfiguration { Enabled = true },
            }
        );
        var listed = await world.Ecs.Api.ListServicesByNamespaceAsync(new() { Namespace = "new" }, world.Ecs.Caller);
        listed.ServiceArns.ShouldBe(["arn:aws:ecs:eu-west-1:123456789012:service/default/s"]);
    }

    [Fact]
    public async Task An_alias_has_the_same_address_when_it_comes_again()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync();
        var before = world.Ecs.View.Range(EcsTables.ServiceConnectNames).Single().Address;
        await world.Ecs.Api.DeleteServiceAsync(
            new DeleteServiceRequest { Service = "api", Force = true },
            world.Ecs.Caller
        );
        await world.Ecs.ObeyAsync();
        await world.Ecs.SweepAsync();
        world.Ecs.View.Range(EcsTables.ServiceConnectNames).ShouldBeEmpty();

        await world.ServeAsync();

        world.Ecs.View.Range(EcsTables.ServiceConnectNames).Single().Address.ShouldBe(before);
    }

    [Fact]
    public async Task Each_host_hears_of_the_tasks_on_all_hosts_at_their_own_addresses()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        var other = await ConnectedWorld.AddInstanceAsync(world.Ecs, EstibaAgent.Hash, "i-2", "192.0.2.2");
        PlacementConstraint[] spread = [new() { Type = PlacementConstraintType.DistinctInstance }];
        await world.ServeAsync(desired: 2, with: request => request with { PlacementConstraints = spread });
        await world.Ecs.ObeyAsync();
        var conversations = new[] { await world.ConverseAsync(), await world.ConverseAsync(other) };

        foreach (var conversation in conversations)
        {
            await conversation.WorkAsync();
            AddressesOf(conversation).ShouldBe(["10.66.0.1", "192.0.2.2"], ignoreOrder: true);
        }

        conversations.Select(each => AliasOf(each).Address).Distinct().Count().ShouldBe(1);
        await world.Ecs.LoseAsync(
            world.Ecs.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Key == other).Arn
        );
        await conversations[0].WorkAsync();
        AddressesOf(conversations[0]).ShouldBe(["10.66.0.1"]);

        static IEnumerable<string?> AddressesOf(Conversation conversation) =>
            AliasOf(conversation).Endpoints!.Select(endpoint => endpoint.Address);
    }

    [Fact]
    public async Task Name_servers_answer_for_an_alias_at_once_and_proxies_know_it_by_namespace()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        var names = new AliasHosts(world.Ecs.Store);
        await world.ConsumeAsync();
        var conversation = await world.ConverseAsync();
        await conversation.WorkAsync();
        names.Find("api").ShouldBeNull();

        await world.ServeAsync();
        await world.ServeAsync("orders", dnsName: null, port: 80, discoveryName: "orders");
        await conversation.WorkAsync();
        foreach (var alias in conversation.Link.Last<ServiceConnectMessage>().Namespaces!.Single().Aliases!)
        {
            AddressOf(alias.DnsName!).ShouldBe(alias.Address);
            alias.AnsweredAddress.ShouldBe(alias.Address);
        }

        // The same name in another namespace: whoever asks, the answer is the same, and proxies of both know it.
        world.Ecs.Discovery.AddNamespace("stage");
        await world.ServeAsync("staged", with: request =>
            request with
            {
                ServiceConnectConfiguration = request.ServiceConnectConfiguration! with { Namespace = "stage" },
            }
        );
        await conversation.WorkAsync();
        var both = conversation
            .Link.Last<ServiceConnectMessage>()
            .Namespaces!.SelectMany(its => its.Aliases!)
            .Where(alias => alias.DnsName == "api")
            .ToList();
        both.Select(alias => alias.Address).Distinct().Count().ShouldBe(2);
        both.Select(alias => alias.AnsweredAddress).Distinct().ShouldBe([AddressOf("api")]);

        string AddressOf(string name) => names.Find(name)!.Records!.Cast<AddressRecord>().Single().Address.ToString();
    }

    [Fact]
    public async Task Name_servers_do_not_answer_for_an_alias_that_may_be_somebodys_on_the_Internet()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync(dnsName: "api.example.com");
        new AliasHosts(world.Ecs.Store).Find("api.example.com").ShouldBeNull();
    }

    private static ServiceConnectAlias AliasOf(Conversation conversation) =>
        conversation.Link.Last<ServiceConnectMessage>().Namespaces!.Single().Aliases!.Single();
}
