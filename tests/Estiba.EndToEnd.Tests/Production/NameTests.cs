using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Production;

/// <summary>
/// Programs find load balancers and services by their names: in containers, and on this machine by its hosts file.
/// </summary>
public sealed class NameTests
{
    private const string Cluster = "names";
    private const string Page = "found by its name";
    private const string Service = "web.names.internal";
    private static readonly string[] Folders = ["bin", "lib", "lib64", "usr"];

    // The addresses of localhost.invalid, which nobody has (RFC 6761).
    private static readonly byte[] Question =
    [
        .. (byte[])[0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9],
        .. "localhost"u8,
        7,
        .. "invalid"u8,
        .. (byte[])[0, 0, 1, 0, 1],
    ];

    [Fact]
    public async Task Load_balancers_and_services_are_found_by_their_names_in_containers_and_on_this_machine()
    {
        var root = Abandoned.NewRoot();
        var hosts = Path.Combine(Directory.CreateDirectory(root).FullName, "hosts");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n");
        await using var world = await World.CreateInAsync(root, "--hosts-file", hosts);
        await world.PushNginxAsync("nginx");
        (await world.AwsAsync($"ecs create-cluster --cluster-name {Cluster}")).Text.ShouldNotBeEmpty();
        (await world.AwsAsync($"logs create-log-group --log-group-name {Cluster}")).Text.ShouldBeEmpty();
        await world.RunInstancesAsync(Cluster, 2);
        var registry = await CreateServiceAsync(world);
        var name = await CreateLoadBalancerAsync(world);
        await Eventually.BeAsync(
            "two tasks in the registry",
            () =>
                world.AwsAsync($"servicediscovery list-instances --service-id {registry} --query 'length(Instances)'"),
            answer => answer.Text == "2"
        );

        foreach (var mode in new[] { "bridge", "host" })
        {
            var lines = await RunAsync(
                world,
                mode,
                $"for name in {name} dualstack.{name} {name.ToUpperInvariant()}; do "
                    + "curl -sS --retry 60 --retry-all-errors --retry-delay 1 http://$name/; echo; done; "
                    + $"getent ahostsv4 {name} | cut -d ' ' -f 1 | sort -u | wc -l; "
                    + $"getent ahostsv4 eu-west-1a.{name} | cut -d ' ' -f 1 | sort -u | wc -l; "
                    + $"getent ahostsv4 {Service} | cut -d ' ' -f 1 | sort -u | wc -l; "
                    + $"curl -sS http://{Service}:8080/ | head -c 1; echo; "
                    + $"getent ahostsv4 nothing.{name} || echo unknown"
            );
            lines.ShouldBe([Page, Page, Page, "2", "1", "2", "<", "unknown"], mode);
        }

        var block = await Eventually.BeAsync(
            "the name in the hosts file",
            () => File.ReadAllLinesAsync(hosts),
            all =>
                all.Any(line => line.Contains($" {name} ", StringComparison.Ordinal))
                && all.Count(line => line.EndsWith(" " + Service, StringComparison.Ordinal)) == 2
        );
        var address = block.First(line => line.Contains($" {name} ", StringComparison.Ordinal)).Split(' ')[0];
        (await world.Commands.RunAsync($"curl -sS --resolve {name}:80:{address} http://{name}/")).Text.ShouldBe(Page);

        // It refuses no name of others, whatever there is: the machine is no stranger to it.
        var server = Regex.Match(world.Platform.Log, @"DNS queries are answered on ([\d.]+):53").Groups[1].Value;
        using var client = new UdpClient(server, 53);
        await client.SendAsync(Question);
        ((await client.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(60))).Buffer[3] & 0x0F).ShouldNotBe(5);

        (await world.Platform.StopAsync()).ShouldBe(0);
        (await File.ReadAllTextAsync(hosts)).ShouldBe("127.0.0.1 localhost\n");
    }

    /// <summary>Two tasks of nginx with a port of their instances each, and their registry's id.</summary>
    private static async Task<string> CreateServiceAsync(World world)
    {
        var operation = (
            await world.AwsAsync(
                "servicediscovery create-private-dns-namespace --name names.internal --vpc $(aws ec2 describe-vpcs "
                    + "--query 'Vpcs[0].VpcId' --output text) --query OperationId --output text"
            )
        ).Text;
        var ended = await Eventually.BeAsync(
            "the namespace",
            () =>
                world.AwsAsync(
                    $"servicediscovery get-operation --operation-id {operation} --query "
                        + "'Operation.[Status,Targets.NAMESPACE]' --output text"
                ),
            answer => answer.Text.StartsWith("SUCCESS", StringComparison.Ordinal)
        );
        var made = (
            await world.AwsAsync(
                $"servicediscovery create-service --name web --namespace-id {ended.Text.Split('\t')[1]} --dns-config "
                    + "'DnsRecords=[{Type=A,TTL=5}]' --query Service.[Id,Arn] --output text"
            )
        ).Text.Split('\t');
        var definition = new JsonObject
        {
            ["family"] = "names-web",
            ["containerDefinitions"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "web",
                    ["image"] = $"{world.AwsRegistry}/nginx:latest",
                    ["memory"] = 64,
                    ["portMappings"] = new JsonArray(new JsonObject { ["containerPort"] = 80, ["hostPort"] = 8080 }),
                }
            ),
        };
        var file = world.File("names-web.json", definition.ToJsonString());
        (await world.AwsAsync($"ecs register-task-definition --cli-input-json {file}")).Text.ShouldNotBeEmpty();
        (
            await world.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name web --task-definition names-web "
                    + $"--desired-count 2 --service-registries registryArn={made[1]}"
            )
        ).Text.ShouldNotBeEmpty();
        return made[0];
    }

    private static async Task<string> CreateLoadBalancerAsync(World world)
    {
        var subnets = (
            await world.AwsAsync(
                "ec2 describe-subnets --filters Name=availability-zone,Values=eu-west-1a,eu-west-1b --query "
                    + "'Subnets[].SubnetId' --output text"
            )
        ).Text;
        var made = (await world.AwsAsync($"elbv2 create-load-balancer --name web --subnets {subnets}")).Json;
        var arn = (string)made["LoadBalancers"]![0]!["LoadBalancerArn"]!;
        (
            await world.AwsAsync(
                $"elbv2 create-listener --load-balancer-arn {arn} --protocol HTTP --port 80 --default-actions "
                    + "'Type=fixed-response,FixedResponseConfig={StatusCode=200,ContentType=text/plain,"
                    + $"MessageBody={Page}}}'"
            )
        ).Text.ShouldNotBeEmpty();
        (await world.AwsAsync($"elbv2 wait load-balancer-available --load-balancer-arns {arn}")).Text.ShouldBeEmpty();
        return (string)made["LoadBalancers"]![0]!["DNSName"]!;
    }

    /// <summary>What a line of bash prints in a container that has this machine's programs.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(World world, string mode, string line)
    {
        var family = "names-" + mode;
        var definition = new JsonObject
        {
            ["family"] = family,
            ["networkMode"] = mode,
            ["containerDefinitions"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "main",
                    ["image"] = $"{world.AwsRegistry}/nginx:latest",
                    ["memory"] = 128,
                    ["entryPoint"] = new JsonArray("/usr/bin/bash", "-c"),
                    ["command"] = new JsonArray(line),
                    ["mountPoints"] = new JsonArray([
                        .. Folders.Select(folder => new JsonObject
                        {
                            ["sourceVolume"] = folder,
                            ["containerPath"] = "/" + folder,
                            ["readOnly"] = true,
                        }),
                    ]),
                    ["logConfiguration"] = new JsonObject
                    {
                        ["logDriver"] = "awslogs",
                        ["options"] = new JsonObject
                        {
                            ["awslogs-group"] = Cluster,
                            ["awslogs-region"] = "eu-west-1",
                            ["awslogs-stream-prefix"] = "n",
                        },
                    },
                }
            ),
            ["volumes"] = new JsonArray([
                .. Folders.Select(folder => new JsonObject
                {
                    ["name"] = folder,
                    ["host"] = new JsonObject { ["sourcePath"] = "/" + folder },
                }),
            ]),
        };
        var file = world.File($"{family}.json", definition.ToJsonString());
        (await world.AwsAsync($"ecs register-task-definition --cli-input-json {file}")).Text.ShouldNotBeEmpty();
        var task = (
            await world.AwsAsync(
                $"ecs run-task --cluster {Cluster} --task-definition {family} --query 'tasks[0].taskArn' --output text"
            )
        ).Text;
        (await world.AwsAsync($"ecs wait tasks-stopped --cluster {Cluster} --tasks {task}")).Text.ShouldBeEmpty();
        var described = (await world.AwsAsync($"ecs describe-tasks --cluster {Cluster} --tasks {task}")).Text;
        return await Eventually.BeAsync(
            $"the lines of a task in mode {mode}",
            async () =>
                (
                    await world.AwsAsync(
                        $"logs get-log-events --log-group-name {Cluster} --log-stream-name "
                            + $"n/main/{task[(task.LastIndexOf('/') + 1)..]} --start-from-head"
                    )
                ).Json["events"]!
                    .AsArray()
                    .Select(each => (string)each!["message"]!)
                    .ToList(),
            lines => lines.Contains("unknown"),
            explain: lines => $"{string.Join('\n', lines)}\n{described}\n{world.Platform.Log}"
        );
    }
}
