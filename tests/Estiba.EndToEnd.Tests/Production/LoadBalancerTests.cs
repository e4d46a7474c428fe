using Estiba.EndToEnd.Tests.Faults;
using Estiba.EndToEnd.Tests.Platforms;
using Estiba.EndToEnd.Tests.TheArticle;

namespace Estiba.EndToEnd.Tests.Production;

/// <summary>
/// A service behind an Application Load Balancer, made with the stock command line, while visitors count what fails.
/// </summary>
public sealed class LoadBalancerTests(ServiceLifeWorld life) : IClassFixture<ServiceLifeWorld>
{
    private const string Cluster = ServiceLifeWorld.Cluster;
    private const int VisitorsAtATime = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(8);

    private ServiceLifeWorld Life => life;

    private World World => life.World;

    [Fact]
    public async Task No_request_is_lost_while_tasks_are_replaced_stopped_and_drained()
    {
        var service = await BalancedAsync("rolled", desired: 2);
        await using var visitors = new Visitors(service.Address);
        await visitors.VisitedAsync(100);

        (await AwsAsync($"ecs update-service {service.Names} --force-new-deployment")).Text.ShouldNotBeEmpty();
        await life.StableAsync("rolled");
        await visitors.VisitedAsync(100);

        var stopped = (string?)(await life.TasksOfAsync("rolled"))[0]["taskArn"];
        (
            await AwsAsync($"ecs stop-task --cluster {Cluster} --task {stopped} --query task.lastStatus --output text")
        ).Text.ShouldBe("DEACTIVATING");
        await Eventually.TrueAsync("the task has stopped", async () =>
            (string?)(await life.DescribeAsync(stopped!))["lastStatus"] == "STOPPED"
        );
        await life.StableAsync("rolled");
        await visitors.VisitedAsync(100);

        var drained = (string?)(await life.TasksOfAsync("rolled"))[0]["containerInstanceArn"];
        await SetAsync(drained!, "DRAINING");
        await Eventually.TrueAsync("nothing runs on the instance", async () =>
            (await life.TasksOfAsync("rolled")) is { Count: 2 } tasks
            && tasks.TrueForAll(task =>
                (string?)task["lastStatus"] == "RUNNING" && (string?)task["containerInstanceArn"] != drained
            )
        );
        await visitors.VisitedAsync(100);
        await SetAsync(drained!, "ACTIVE");

        await visitors.EndAsync();
        visitors.Failures.ShouldBeEmpty();
        await service.DeleteAsync();
    }

    [Fact]
    public async Task A_deployment_that_fails_the_load_balancers_checks_is_taken_back_and_no_request_notices()
    {
        var service = await BalancedAsync(
            "refused",
            desired: 1,
            "--deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'"
        );
        await using var visitors = new Visitors(service.Address);
        // Without a page nginx answers 403.
        var definition = World.File(
            "refused.json",
            $$"""
            [{"name": "nginx", "image": "{{World.AwsRegistry}}/{{ServiceLifeWorld.Repository}}:latest", "memory": 64,
              "portMappings": [{"containerPort": 80}],
              "linuxParameters": {"tmpfs": [{"containerPath": "/usr/share/nginx/html", "size": 1}]}
              }]
            """
        );
        (
            await AwsAsync($"ecs register-task-definition --family refused --container-definitions {definition}")
        ).Text.ShouldNotBeEmpty();
        (await AwsAsync($"ecs update-service {service.Names} --task-definition refused")).Text.ShouldNotBeEmpty();

        var deployment = await Eventually.BeAsync(
            "the rollback",
            () =>
                AwsAsync(
                    $"ecs list-service-deployments --cluster {Cluster} --service refused --query "
                        + "'serviceDeployments[0].status' --output text"
                ),
            answer => answer.Text == "ROLLBACK_SUCCESSFUL",
            TimeSpan.FromSeconds(240)
        );

        await visitors.VisitedAsync(100);
        await visitors.EndAsync();
        deployment.Text.ShouldBe("ROLLBACK_SUCCESSFUL");
        visitors.Failures.ShouldBeEmpty();
        (await life.EventsAsync("refused")).ShouldContain(message =>
            message.Contains("is unhealthy in (target-group", StringComparison.Ordinal)
            && message.Contains("Health checks failed with these codes: [403]", StringComparison.Ordinal)
        );
        await service.DeleteAsync();
    }

    /// <summary>A machine that loses power, or its network, closes no connection and refuses none.</summary>
    [Fact]
    public async Task An_instance_that_is_gone_at_once_costs_no_request()
    {
        var service = await BalancedAsync("bereft", desired: 2, "--placement-strategy type=spread,field=instanceId");
        await using var visitors = new Visitors(service.Address);
        await visitors.VisitedAsync(100);

        var gone = (string?)(await life.TasksOfAsync("bereft"))[0]["containerInstanceArn"];
        var instance = (
            await AwsAsync(
                $"ecs describe-container-instances --cluster {Cluster} --container-instances {gone} --query "
                    + "'containerInstances[0].ec2InstanceId' --output text"
            )
        ).Text;
        await using (await CutOff.BeginAsync(await World.AddressOfAsync(Cluster, gone!)))
        {
            (await AwsAsync($"ec2 terminate-instances --instance-ids {instance}")).Text.ShouldNotBeEmpty();
            // The other tests of this class need two.
            await World.RunInstancesAsync(Cluster, 1, all: 2);
            await Eventually.TrueAsync("both tasks run elsewhere", async () =>
                (await life.TasksOfAsync("bereft")) is { Count: 2 } tasks
                && tasks.TrueForAll(task =>
                    (string?)task["lastStatus"] == "RUNNING" && (string?)task["containerInstanceArn"] != gone
                )
            );
            await visitors.VisitedAsync(100);
        }

        await visitors.EndAsync();
        visitors.Failures.ShouldBeEmpty();
        await service.DeleteAsync();
    }

    [Fact]
    public async Task A_revision_beside_the_one_that_serves_gets_the_traffic_and_gives_it_back()
    {
        var service = await BalancedAsync("shifted", desired: 1, create: false);
        var green = await TargetGroupAsync("shifted-green");
        var rule = (
            await AwsAsync(
                $"elbv2 describe-rules --listener-arn {service.Listener} --query 'Rules[0].RuleArn' --output text"
            )
        ).Text;
        var role = (
            await AwsAsync(
                "iam create-role --role-name shifted --assume-role-policy-document "
                    + "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","
                    + "\"Principal\":{\"Service\":\"ecs.amazonaws.com\"}}]}' --query Role.Arn --output text"
            )
        ).Text;
        (
            await AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name shifted --task-definition shifted "
                    + "--desired-count 1 --deployment-configuration strategy=BLUE_GREEN,bakeTimeInMinutes=60 "
                    + $"--load-balancers 'targetGroupArn={service.TargetGroup},containerName=nginx,containerPort=80,"
                    + $"advancedConfiguration={{alternateTargetGroupArn={green},productionListenerRule={rule},"
                    + $"roleArn={role}}}'"
            )
        ).Text.ShouldNotBeEmpty();
        await life.StableAsync("shifted");
        await using var visitors = new Visitors(service.Address);
        await visitors.VisitedAsync(100);

        (await AwsAsync($"ecs update-service {service.Names} --force-new-deployment")).Text.ShouldNotBeEmpty();
        await StageAsync("BAKE_TIME");
        var shifted = await WeightsAsync(rule);
        await visitors.VisitedAsync(100);
        var deployment = (
            await AwsAsync(
                $"ecs list-service-deployments --cluster {Cluster} --service shifted --query "
                    + "'serviceDeployments[0].serviceDeploymentArn' --output text"
            )
        ).Text;
        (
            await AwsAsync($"ecs stop-service-deployment --service-deployment-arn {deployment} --stop-type ROLLBACK")
        ).Text.ShouldNotBeEmpty();
        await Eventually.BeAsync(
            "the rollback",
            () => DeploymentAsync("status"),
            status => status == "ROLLBACK_SUCCESSFUL",
            TimeSpan.FromSeconds(180)
        );
        await visitors.VisitedAsync(100);
        await visitors.EndAsync();

        shifted.ShouldBe("0 100");
        (await WeightsAsync(rule)).ShouldBe("100 0");
        visitors.Failures.ShouldBeEmpty();
        await service.DeleteAsync();

        Task StageAsync(string stage) =>
            Eventually.BeAsync(
                $"the stage {stage}",
                () => DeploymentAsync("lifecycleStage"),
                seen => seen == stage,
                TimeSpan.FromSeconds(180)
            );

        async Task<string> DeploymentAsync(string member)
        {
            var arn = (
                await AwsAsync(
                    $"ecs list-service-deployments --cluster {Cluster} --service shifted --query "
                        + "'serviceDeployments[0].serviceDeploymentArn' --output text"
                )
            ).Text;
            return (
                await AwsAsync(
                    $"ecs describe-service-deployments --service-deployment-arns {arn} --query "
                        + $"'serviceDeployments[0].{member}' --output text"
                )
            ).Text;
        }

        async Task<string> WeightsAsync(string ruleArn) =>
            (
                await AwsAsync(
                    $"elbv2 describe-rules --rule-arns {ruleArn} --query "
                        + "'Rules[0].Actions[0].ForwardConfig.TargetGroups[].Weight' --output text"
                )
            ).Text.Replace('\t', ' ');
    }

    private async Task<BalancedService> BalancedAsync(string name, int desired, string more = "", bool create = true)
    {
        var subnets = (
            await AwsAsync("ec2 describe-subnets --query 'Subnets[].SubnetId' --output text")
        ).Text.ReplaceLineEndings(" ");
        var loadBalancer = (
            await AwsAsync(
                $"elbv2 create-load-balancer --name {name} --subnets {subnets} --query "
                    + "'LoadBalancers[0].LoadBalancerArn' --output text"
            )
        ).Text;
        var group = await TargetGroupAsync(name);
        var listener = (
            await AwsAsync(
                $"elbv2 create-listener --load-balancer-arn {loadBalancer} --protocol HTTP --port 80 --default-actions "
                    + $"Type=forward,TargetGroupArn={group} --query 'Listeners[0].ListenerArn' --output text"
            )
        ).Text;
        await life.RegisterAsync(name, hostPort: null);
        if (create)
        {
            (
                await AwsAsync(
                    $"ecs create-service --cluster {Cluster} --service-name {name} --task-definition {name} "
                        + $"--desired-count {desired} {more} --load-balancers "
                        + $"targetGroupArn={group},containerName=nginx,containerPort=80"
                )
            ).Text.ShouldNotBeEmpty();
            await life.StableAsync(name);
        }

        var address = (
            await AwsAsync(
                "ec2 describe-network-interfaces --filters "
                    + $"'Name=description,Values=ELB {loadBalancer.Split(":loadbalancer/")[1]}' "
                    + "--query 'NetworkInterfaces[0].PrivateIpAddress' --output text"
            )
        ).Text;
        return new BalancedService(this, name, loadBalancer, listener, group, new Uri($"http://{address}"));
    }

    private async Task<string> TargetGroupAsync(string name)
    {
        var vpc = (await AwsAsync("ec2 describe-vpcs --query 'Vpcs[0].VpcId' --output text")).Text;
        return (
            await AwsAsync(
                $"elbv2 create-target-group --name {name} --protocol HTTP --port 80 --vpc-id {vpc} "
                    + "--health-check-interval-seconds 5 --health-check-timeout-seconds 4 "
                    + "--unhealthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn' --output text"
            )
        ).Text;
    }

    private async Task SetAsync(string containerInstance, string status) =>
        (
            await AwsAsync(
                $"ecs update-container-instances-state --cluster {Cluster} --container-instances {containerInstance} "
                    + $"--status {status}"
            )
        ).Text.ShouldNotBeEmpty();

    private Task<Answer> AwsAsync(string words) => World.AwsAsync(words);

    private sealed record BalancedService(
        LoadBalancerTests Tests,
        string Name,
        string LoadBalancer,
        string Listener,
        string TargetGroup,
        Uri Address
    )
    {
        /// <summary>The service, as the command line wants it named.</summary>
        internal string Names => $"--cluster {Cluster} --service {Name}";

        internal async Task DeleteAsync()
        {
            await Tests.Life.DeleteServiceAsync(Name);
            await Tests.AwsAsync($"elbv2 delete-load-balancer --load-balancer-arn {LoadBalancer}");
            await Tests.AwsAsync($"elbv2 delete-target-group --target-group-arn {TargetGroup}");
        }
    }

    /// <summary>Several visitors at a time.</summary>
    private sealed class Visitors(Uri server) : IAsyncDisposable
    {
        private readonly List<Visitor> _visitors =
        [
            .. Enumerable.Range(0, VisitorsAtATime).Select(_ => Visitor.Begin(server, Pause)),
        ];

        internal IEnumerable<string> Failures => _visitors.SelectMany(visitor => visitor.Failures);

        internal Task VisitedAsync(int more) => Task.WhenAll(_visitors.Select(visitor => visitor.VisitedAsync(more)));

        internal Task EndAsync() => Task.WhenAll(_visitors.Select(visitor => visitor.EndAsync()));

        public async ValueTask DisposeAsync()
        {
            foreach (var visitor in _visitors)
                await visitor.DisposeAsync();
        }
    }
}
