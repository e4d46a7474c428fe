namespace Estiba.Demo.Production;

/// <summary>From nothing to two tasks behind a load balancer.</summary>
internal sealed partial class ProductionWalk
{
    private const string TargetGroupSettings =
        "--protocol HTTP --port 80 --vpc-id $VPC --health-check-interval-seconds 5 --health-check-timeout-seconds 2 "
        + "--healthy-threshold-count 2 --unhealthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn' "
        + "--output text";

    private async Task FirstChapterAsync(Func<CancellationToken, Task> pullNginx, CancellationToken cancellation)
    {
        walk.Step(
            "Where the first chapter ended",
            "nginx in a repository, now with a page that tells its version. 'estiba demo' walks all of that slowly."
        );
        await pullNginx(cancellation);
        await RunAsync(
            $"aws ecr create-repository --repository-name {Repository} --query repository.repositoryUri",
            cancellation
        );
        await RunAsync(
            $"aws ecr get-login-password | docker login --username AWS --password-stdin {place.Registry}",
            cancellation
        );
        walk.ShowFile(ProductionFiles.Dockerfile, ProductionFiles.Content(ProductionFiles.Dockerfile, place));
        await RunAsync($"aws logs create-log-group --log-group-name {Cluster}", cancellation);
        walk.ShowFile(ProductionFiles.TaskDefinition, ProductionFiles.Content(ProductionFiles.TaskDefinition, place));
        await PublishAsync(1, cancellation);
    }

    private async Task InstancesAsync(CancellationToken cancellation)
    {
        walk.Step(
            "Four instances in two zones",
            "A cluster over two availability zones, so that neither an instance nor a zone takes the service with it."
        );
        await RunAsync(
            $"aws ecs create-cluster --cluster-name {Cluster} --query cluster.status --output text",
            cancellation
        );
        walk.ShowFile(ArticleFiles.UserDataName, ArticleFiles.UserData);
        foreach (var zone in new[] { "a", "b" })
            await RunAsync(
                "aws ec2 run-instances --instance-type t3.small --count 2 --user-data file://user-data.sh "
                    + "--image-id resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id "
                    + $"--placement AvailabilityZone={place.Region}{zone} "
                    + "--query 'Instances[].[InstanceId,Placement.AvailabilityZone]' --output text",
                cancellation
            );
        await WatchAsync(
            $"aws ecs list-container-instances --cluster {Cluster} --query 'length(containerInstanceArns)'",
            count => count == "4",
            cancellation
        );
    }

    private async Task LoadBalancerAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A load balancer",
            "An Application Load Balancer with an address in each of the two zones, a listener, and a "
                + "target group, whose health checks decide who gets requests."
        );
        await walk.SetAsync("VPC", "aws ec2 describe-vpcs --query 'Vpcs[0].VpcId' --output text", cancellation);
        await walk.SetAsync(
            "SUBNETS",
            $"aws ec2 describe-subnets --filters Name=availability-zone,Values={place.Region}a,{place.Region}b "
                + "--query 'Subnets[].SubnetId' --output text",
            cancellation
        );
        await walk.SetAsync(
            "BALANCER",
            "aws elbv2 create-load-balancer --name web --subnets $SUBNETS "
                + "--query 'LoadBalancers[0].LoadBalancerArn' --output text",
            cancellation
        );
        await walk.SetAsync("GROUP", $"aws elbv2 create-target-group --name blue {TargetGroupSettings}", cancellation);
        await walk.SetAsync(
            "LISTENER",
            "aws elbv2 create-listener --load-balancer-arn $BALANCER --protocol HTTP "
                + $"--port {place.ListenerPort} --default-actions "
                + "Type=forward,TargetGroupArn=$GROUP --query 'Listeners[0].ListenerArn' --output text",
            cancellation
        );
        await RunAsync("aws elbv2 wait load-balancer-available --load-balancer-arns $BALANCER", cancellation);
        walk.Say("Its name is answered in containers. This machine is told its addresses:");
        var addresses = await RunAsync(
            "aws ec2 describe-network-interfaces --filters \"Name=description,Values=ELB ${BALANCER#*:loadbalancer/}\" "
                + "--query 'NetworkInterfaces[].PrivateIpAddress' --output text",
            cancellation
        );
        Addresses =
        [
            .. addresses
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(address => new Uri($"http://{address}:{place.ListenerPort}")),
        ];
    }

    private async Task ServiceAsync(CancellationToken cancellation)
    {
        walk.Step(
            "Two tasks, never on the same instance",
            "The article's list: a desired count of two, distinctInstance, the target group, and beside them a circuit "
                + "breaker, which takes back what does not become healthy."
        );
        walk.ShowFile(ProductionFiles.Service, ProductionFiles.Content(ProductionFiles.Service, place));
        await RunAsync(
            "aws ecs create-service --cli-input-json \"$(sed \"s|{target_group_arn}|$GROUP|\" service.json)\" "
                + "--query service.status --output text",
            cancellation
        );
        await DeployedAsync(cancellation);
        await RunAsync(
            $"aws ecs describe-tasks --cluster {Cluster} --tasks $(aws ecs list-tasks --cluster {Cluster} "
                + $"--service-name {Family} --query 'taskArns[]' --output text) "
                + "--query 'tasks[].[availabilityZone,containerInstanceArn,lastStatus]' --output text",
            cancellation
        );
    }

    private async Task BeginLoadAsync(CancellationToken cancellation)
    {
        await RunAsync($"curl -s {Addresses[0]}", cancellation);
        walk.Say(
            $"From now on a client asks for that page {UsualRate:0} times a second, at both addresses in turn, and "
                + $"counts: another status than 2xx, or no answer in {LoadGenerator.AnswerWithin.TotalSeconds:0} "
                + "seconds, is a failure."
        );
        _client = new LoadGenerator(Addresses, UsualRate, time);
    }

    /// <summary>Builds a version, pushes it, and registers the revision of the task definition that runs it: both have
    /// the same number.</summary>
    private async Task PublishAsync(int version, CancellationToken cancellation, string build = "docker build -q .")
    {
        var image = $"{place.Registry}/{Repository}:{version}";
        await RunAsync(
            $"echo 'version {version}' > index.html && {build} -t {image} && docker push -q {image}",
            cancellation
        );
        await RunAsync(
            "aws ecs register-task-definition --cli-input-json "
                + $"\"$(sed s/{{version}}/{version}/ {ProductionFiles.TaskDefinition})\" "
                + "--query taskDefinition.taskDefinitionArn --output text",
            cancellation
        );
    }

    /// <summary>Waits until only one deployment is left, and that is completed.</summary>
    private Task DeployedAsync(CancellationToken cancellation) =>
        WatchAsync(
            $"aws ecs describe-services --cluster {Cluster} --services {Family} --query "
                + "'services[0].deployments[].[status,rolloutState,runningCount]' --output text",
            seen => seen.StartsWith("PRIMARY COMPLETED", StringComparison.Ordinal) && !seen.Contains(';'),
            cancellation
        );
}
