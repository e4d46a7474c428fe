using Estiba.CommandLine;

namespace Estiba.Demo;

/// <summary>
/// The article, command by command: from <c>docker pull nginx</c> to nginx in a browser, and its access log.
/// </summary>
/// <remarks>
/// "Cómo desplegar microservicios en Amazon", Paradigma. The names are the article's own; what differs is the account,
/// the registry's address (Docker pushes to where the platform listens) and, if they are taken here, the ports.
/// </remarks>
internal sealed class Article(Walk walk, ArticlePlace place, NginxOfDockerHub nginx, TimeProvider time)
{
    private const string Cluster = "subiendo-mi-contenedor";
    private const string Repository = "subiendo.mi.contenedor";
    private const string Family = "subiendo_mi_contenedor";
    private const string LogGroup = "subiendo-mi-contenedor";

    private string Image => ImageIn(place.Registry);

    /// <summary>What the image is called in a registry.</summary>
    internal static string ImageIn(string registry) => $"{registry}/{Repository}:latest";

    /// <summary>Walks all of it.</summary>
    /// <returns>Where nginx answers.</returns>
    /// <exception cref="CommandException">A command failed that should not, or went through and should not.</exception>
    internal async Task<Uri> WalkAsync(CancellationToken cancellation)
    {
        await ContainerAsync(cancellation);
        await RepositoryAsync(cancellation);
        await PushAsync(cancellation);
        await ClusterAsync(cancellation);
        await TaskDefinitionAsync(cancellation);
        await LogGroupAsync(cancellation);
        var task = await ServiceAsync(cancellation);
        return await BrowserAsync(task, cancellation);
    }

    private async Task ContainerAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A container",
            "The article deploys nginx. It comes from Docker Hub, and is run once by hand to see it work."
        );
        await nginx.PullAsync(walk, cancellation);
        await walk.RunAsync($"docker run --name {place.HandContainer} -d -p {place.HandPort}:80 nginx", cancellation);
        await walk.UntilAsync(
            "nginx",
            $"curl -sf http://localhost:{place.HandPort}",
            page => page.Length > 0,
            time,
            cancellation
        );
        await walk.RunAsync($"curl -s http://localhost:{place.HandPort} | grep title", cancellation);
        await walk.RunAsync($"docker rm -f {place.HandContainer}", cancellation);
    }

    private async Task RepositoryAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A repository for it",
            "ECR keeps images in repositories. Their names have a rule, and ECR says so when one breaks it."
        );
        await walk.RefusedAsync("aws ecr create-repository --repository-name Subiendo.Mi.Contenedor", cancellation);
        await walk.RunAsync($"aws ecr create-repository --repository-name {Repository}", cancellation);
    }

    private async Task PushAsync(CancellationToken cancellation)
    {
        walk.Step(
            "The image goes up",
            $"Docker logs in with a password from ECR, and pushes. The registry answers at {place.Registry}, "
                + $"and task definitions may call it {place.RegistryOfAws}, as on AWS."
        );
        await walk.RunAsync(
            $"aws ecr get-login-password | docker login --username AWS --password-stdin {place.Registry}",
            cancellation
        );
        await walk.RunAsync($"docker tag nginx:latest {Image}", cancellation);
        await walk.RunAsync($"docker push {Image}", cancellation);
        await walk.RunAsync($"aws ecr describe-images --repository-name {Repository}", cancellation);
    }

    private async Task ClusterAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A cluster with two instances",
            "A container instance is a virtual machine that runs the ECS agent. Here it is an agent with an "
                + "address of its own on this machine; the user data tells it its cluster, as on AWS."
        );
        await walk.RunAsync($"aws ecs create-cluster --cluster-name {Cluster}", cancellation);
        walk.ShowFile("user-data.sh", ArticleFiles.UserData);
        await walk.RunAsync(
            "aws ec2 run-instances --instance-type t3.small --count 2 --user-data file://user-data.sh "
                + "--image-id resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
            cancellation
        );
        var instances = $"aws ecs list-container-instances --cluster {Cluster}";
        await walk.UntilAsync(
            "two container instances",
            $"{instances} --query 'length(containerInstanceArns)'",
            count => count == "2",
            time,
            cancellation
        );
        await walk.RunAsync(instances, cancellation);
    }

    private async Task TaskDefinitionAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A task definition",
            "It says how to run the container: its image, memory and CPU, where its log goes, and that port 80 is "
                + $"port {place.HostPort} of the instance."
        );
        walk.ShowFile(ArticleFiles.TaskDefinitionName, ArticleFiles.TaskDefinition(place));
        await walk.RunAsync(
            $"aws ecs register-task-definition --cli-input-json file://{ArticleFiles.TaskDefinitionName}",
            cancellation
        );
    }

    private async Task LogGroupAsync(CancellationToken cancellation)
    {
        walk.Step(
            "The log group it needs",
            "The article warns: without the log group the task fails. So it does, and ECS says why."
        );
        var task = IdOf(
            await walk.RunAsync(
                $"aws ecs run-task --cluster {Cluster} --task-definition {Family} --query 'tasks[0].taskArn' "
                    + "--output text",
                cancellation
            )
        );
        await walk.RunAsync($"aws ecs wait tasks-stopped --cluster {Cluster} --tasks {task}", cancellation);
        await walk.RunAsync(
            $"aws ecs describe-tasks --cluster {Cluster} --tasks {task} --query "
                + "'tasks[0].[stopCode,stoppedReason,containers[0].reason]'",
            cancellation
        );
        await walk.RunAsync($"aws logs create-log-group --log-group-name {LogGroup}", cancellation);
    }

    private async Task<string> ServiceAsync(CancellationToken cancellation)
    {
        walk.Step("A service", "A service keeps the wanted number of tasks running, whatever happens to one of them.");
        walk.ShowFile(ArticleFiles.ServiceName, ArticleFiles.Service);
        await walk.RunAsync($"aws ecs create-service --cli-input-json file://{ArticleFiles.ServiceName}", cancellation);
        await walk.RunAsync($"aws ecs wait services-stable --cluster {Cluster} --services {Family}", cancellation);
        await walk.RunAsync(
            $"aws ecs describe-services --cluster {Cluster} --services {Family} --query 'services[0].events[].message'",
            cancellation
        );
        return IdOf(
            await walk.RunAsync(
                $"aws ecs list-tasks --cluster {Cluster} --service-name {Family} --query 'taskArns[0]' --output text",
                cancellation
            )
        );
    }

    private async Task<Uri> BrowserAsync(string task, CancellationToken cancellation)
    {
        walk.Step("A browser", "The task's network bindings say the port, its instance the address.");
        await walk.RunAsync(
            $"aws ecs describe-tasks --cluster {Cluster} --tasks {task} --query "
                + "'tasks[0].containers[0].networkBindings'",
            cancellation
        );
        var containerInstance = IdOf(
            await walk.RunAsync(
                $"aws ecs describe-tasks --cluster {Cluster} --tasks {task} --query "
                    + "'tasks[0].containerInstanceArn' --output text",
                cancellation
            )
        );
        var instance = await walk.RunAsync(
            $"aws ecs describe-container-instances --cluster {Cluster} --container-instances {containerInstance} "
                + "--query 'containerInstances[0].ec2InstanceId' --output text",
            cancellation
        );
        var address = await walk.RunAsync(
            $"aws ec2 describe-instances --instance-ids {instance} --query "
                + "'Reservations[0].Instances[0].PublicIpAddress' --output text",
            cancellation
        );
        await walk.RunAsync($"curl -s http://{address}:{place.HostPort}", cancellation);

        walk.Say("And what it wrote to its log is in CloudWatch Logs.");
        var events =
            $"aws logs get-log-events --log-group-name {LogGroup} --log-stream-name nginx/nginx/{task} --query "
            + "'events[].message'";
        await walk.UntilAsync(
            "the access log",
            events,
            log => log.Contains("GET /", StringComparison.Ordinal),
            time,
            cancellation
        );
        await walk.RunAsync(events, cancellation);
        return new Uri($"http://{address}:{place.HostPort}");
    }

    /// <summary>The last part of an ARN, by which ECS knows a task or an instance within its cluster.</summary>
    private static string IdOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];
}

/// <summary>What the walk has to put in the place of the article's account, addresses and ports.</summary>
/// <param name="AccountId">The account of the keys that the walk uses.</param>
/// <param name="Region">The region of the walk.</param>
/// <param name="Registry">Host and port to which Docker pushes.</param>
/// <param name="HandPort">The port for the container that is run by hand; the article's is 80.</param>
/// <param name="HandContainer">Its name; the article's is docker-nginx.</param>
/// <param name="HostPort">The port of the instance; the article's is 9999.</param>
internal sealed record ArticlePlace(
    string AccountId,
    string Region,
    string Registry,
    int HandPort,
    string HandContainer,
    int HostPort
)
{
    /// <summary>What the registry is called on AWS.</summary>
    internal string RegistryOfAws => $"{AccountId}.dkr.ecr.{Region}.amazonaws.com";
}
