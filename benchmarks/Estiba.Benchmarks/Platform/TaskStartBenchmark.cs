using System.Diagnostics;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecs;

namespace Estiba.Benchmarks.Platform;

/// <summary>
/// Twenty nginx tasks, from <c>create-service</c> to all reported <c>RUNNING</c>, beside <c>docker run</c> of the same
/// image at the same concurrency.
/// </summary>
internal static class TaskStartBenchmark
{
    private const int Tasks = 20;
    private const int Concurrency = 4;
    private const int Rounds = 3;
    private const string Image = "estiba-bench-nginx:latest";

    internal static async Task RunAsync()
    {
        await RunAsync(Path.Combine(Repository.Root, "tools", "nginx-image"), Image);
        var (platform, _) = await BenchPlatform.StartAsync();
        await using (platform)
        {
            var ecs = new EcsClient(platform.Client);
            await PrepareAsync(platform, ecs);
            var plain = new List<double>();
            var tasks = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                plain.Add(await DockerRunAsync());
                tasks.Add(await ServiceAsync(platform, ecs, "round" + round));
            }

            var (best, ours) = (plain.Order().ElementAt(Rounds / 2), tasks.Order().ElementAt(Rounds / 2));
            Figure.Print("tasks", "20 x docker run, four at a time, median", best, "s");
            Figure.Print("tasks", "20 tasks of a service, median", ours, "s");
            Figure.Print("tasks", "overhead over docker run", (ours / best - 1) * 100, "%");
            await TerminateAsync(platform);
        }
    }

    private static async Task PrepareAsync(BenchPlatform platform, EcsClient ecs)
    {
        await ecs.CreateClusterAsync(new CreateClusterRequest { ClusterName = "default" }, platform.Caller);
        await new Ec2Client(platform.Client).RunInstancesAsync(
            new RunInstancesRequest
            {
                ImageId = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
                InstanceType = "m5.4xlarge",
                MinCount = 1,
                MaxCount = 1,
            },
            platform.Caller
        );
        while (
            (
                await ecs.ListContainerInstancesAsync(
                    new ListContainerInstancesRequest { Filter = "agentConnected == true" },
                    platform.Caller
                )
            ).ContainerInstanceArns
                is not { Count: > 0 }
        )
            await Task.Delay(50);
        await ecs.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "bench",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = Image,
                        Memory = 64,
                        PortMappings = [new PortMapping { ContainerPort = 80 }],
                    },
                ],
            },
            platform.Caller
        );
    }

    private static async Task<double> ServiceAsync(BenchPlatform platform, EcsClient ecs, string name)
    {
        var watch = Stopwatch.StartNew();
        await ecs.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = name,
                TaskDefinition = "bench",
                DesiredCount = Tasks,
            },
            platform.Caller
        );
        await UntilAsync(service => service.RunningCount == Tasks);
        var seconds = watch.Elapsed.TotalSeconds;

        await ecs.DeleteServiceAsync(new DeleteServiceRequest { Service = name, Force = true }, platform.Caller);
        await UntilAsync(service => service.Status == "INACTIVE");
        return seconds;

        async Task UntilAsync(Func<Service, bool> holds)
        {
            while (
                !holds(
                    (
                        await ecs.DescribeServicesAsync(
                            new DescribeServicesRequest { Services = [name] },
                            platform.Caller
                        )
                    ).Services!.Single()
                )
            )
                await Task.Delay(20);
        }
    }

    private static async Task<double> DockerRunAsync()
    {
        var names = Enumerable
            .Range(0, Tasks)
            .Select(number => $"estiba-bench-{Environment.ProcessId}-{number}")
            .ToArray();
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
            async (name, _) =>
                await RunAsync("docker", "run", "--detach", "--name", name, "--memory", "64m", "--publish", "80", Image)
        );
        var seconds = watch.Elapsed.TotalSeconds;
        await RunAsync("docker", ["rm", "--force", .. names]);
        return seconds;
    }

    private static async Task TerminateAsync(BenchPlatform platform)
    {
        var ec2 = new Ec2Client(platform.Client);
        var instances = (await ec2.DescribeInstancesAsync(new DescribeInstancesRequest(), platform.Caller))
            .Reservations!.SelectMany(reservation => reservation.Instances!)
            .Select(instance => instance.InstanceId!)
            .ToList();
        await ec2.TerminateInstancesAsync(new TerminateInstancesRequest { InstanceIds = instances }, platform.Caller);
        while (
            (await ec2.DescribeInstancesAsync(new DescribeInstancesRequest(), platform.Caller))
                .Reservations!.SelectMany(reservation => reservation.Instances!)
                .Any(instance => instance.State?.Name != "terminated")
        )
            await Task.Delay(50);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        ) ?? throw new InvalidOperationException($"{program} cannot be started.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)}: {await output} {await errors}"
            );
    }
}
