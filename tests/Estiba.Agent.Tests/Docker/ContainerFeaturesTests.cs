using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Tcs;

namespace Estiba.Agent.Tests.Docker;

/// <summary>What a container definition can ask for, on a real engine.</summary>
public sealed class ContainerFeaturesTests
{
    [Fact]
    public async Task A_container_starts_when_the_one_before_it_has_succeeded()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(
            TestTasks.Shell("app", "cat /shared/made") with
            {
                DependsOn = [new ContainerDependency { ContainerName = "init", Condition = "SUCCESS" }],
                MountPoints =
                [
                    new MountPoint
                    {
                        SourceVolume = "shared",
                        ContainerPath = "/shared",
                        ReadOnly = true,
                    },
                ],
            },
            TestTasks.Shell("init", "sleep 0.3; echo done > /shared/made", essential: false) with
            {
                MountPoints = [new MountPoint { SourceVolume = "shared", ContainerPath = "/shared" }],
            }
        ) with
        {
            Volumes =
            [
                new Volume
                {
                    Name = "shared",
                    DockerVolumeConfiguration = new DockerVolumeConfiguration { Scope = "task", Driver = "local" },
                },
            ],
        };

        await test.Server.SendTasksAsync(task);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED"))
            .Containers!.Select(container => container.ExitCode)
            .ShouldBe([0, 0]);
    }

    [Fact]
    public async Task A_stopped_tasks_containers_and_volumes_are_removed_after_the_wait()
    {
        await using var test = await TestAgent.StartAsync(options =>
            options with
            {
                TaskCleanupWaitDuration = TimeSpan.FromMilliseconds(300),
            }
        );
        var task = TestTasks.Task(
            TestTasks.Shell("app", "true") with
            {
                MountPoints = [new MountPoint { SourceVolume = "scratch", ContainerPath = "/scratch" }],
            }
        ) with
        {
            Volumes = [new Volume { Name = "scratch", Host = new HostVolumeProperties() }],
        };

        await test.Server.SendTasksAsync(task);
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        await Eventually.HoldsAsync(async () => (await test.ContainersAsync()).Count == 0);
        await Eventually.HoldsAsync(async () =>
            (
                await test.Engine.ListVolumesAsync(
                    [$"{ContainerInstanceAgent.InstanceLabel}={test.Options.InstanceId}"],
                    CancellationToken.None
                )
            ).Count == 0
        );
        await Eventually.HoldsAsync(() =>
            !Directory.EnumerateFiles(Path.Combine(test.Options.DataDirectory!, "tasks")).Any()
        );
    }

    [Theory]
    [InlineData("exit 0", "HEALTHY", null)]
    [InlineData("echo no database; exit 1", "UNHEALTHY", "no database")]
    public async Task The_health_check_is_reported_and_what_a_failing_one_says(
        string command,
        string health,
        string? output
    )
    {
        await using var test = await TestAgent.StartAsync();
        await test.RunAsync(
            TestTasks.Task(
                TestTasks.Shell("app", "exec sleep 100") with
                {
                    HealthCheckType = "docker",
                    DockerConfig = new DockerConfig
                    {
                        Config =
                            $$$"""{"Healthcheck":{"Test":["CMD","/bin/sh","-c","{{{command}}}"],"Interval":200000000,"Timeout":60000000000,"Retries":1}}""",
                        HostConfig = "{}",
                    },
                }
            )
        );

        PublishHealthRequest message;
        do message = await test.Server.ReceiveAsync<PublishHealthRequest>();
        while (message.Tasks![0].Containers![0].HealthStatus != health);
        message.Tasks![0].Containers![0].Output?.Trim().ShouldBe(output);
    }

    [Fact]
    public async Task A_container_is_started_again_by_its_restart_policy_while_the_server_is_away()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(
            TestTasks.UntilTold("app", exitCode: 1) with
            {
                RestartPolicy = new RestartPolicy { Enabled = true, RestartAttemptPeriod = 1 },
            }
        );
        var first = await test.RunAsync(task);
        test.Ecs.Fault = new HttpRequestException("away");
        var startedAt = (
            await test.Engine.FindContainerAsync(first.Containers![0].RuntimeId!, CancellationToken.None)
        )!.StartedAt;
        // the attempt period is over
        await Eventually.HoldsAsync(() => DateTimeOffset.UtcNow - startedAt > TimeSpan.FromSeconds(1.5));
        await TestAgent.EndAsync(first);

        await Eventually.HoldsAsync(async () =>
            (await test.Engine.FindContainerAsync(first.Containers![0].RuntimeId!, CancellationToken.None))!.StartedAt
            > startedAt
        );

        test.Ecs.Fault = null;
        test.Agent.TaskCount.ShouldBe(1);
        test.Ecs.Reports.ShouldNotContain(report => report.Status == "STOPPED");
    }

    [Fact]
    public async Task Variables_are_read_from_environment_files()
    {
        using var files = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(files.Path, "bucket"));
        await File.WriteAllTextAsync(Path.Combine(files.Path, "bucket", "app.env"), "# comment\nCODE=5\n");
        await using var test = await TestAgent.StartAsync(options =>
            options with
            {
                EnvironmentFilesDirectory = files.Path,
            }
        );
        var task = TestTasks.Task(
            TestTasks.Shell("app", "exit $CODE") with
            {
                EnvironmentFiles = [new EnvironmentFile { Type = "s3", Value = "arn:aws:s3:::bucket/app.env" }],
            }
        );

        await test.Server.SendTasksAsync(task);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].ExitCode.ShouldBe(5);
    }

    [Fact]
    public async Task An_environment_file_that_is_missing_is_named()
    {
        using var files = new TemporaryDirectory();
        await using var test = await TestAgent.StartAsync(options =>
            options with
            {
                EnvironmentFilesDirectory = files.Path,
            }
        );
        var task = TestTasks.Task(
            TestTasks.Shell("app", "true") with
            {
                EnvironmentFiles =
                [
                    new EnvironmentFile { Type = "s3", Value = "arn:aws:s3:::bucket/../../etc/passwd" },
                ],
            }
        );

        await test.Server.SendTasksAsync(task);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Reason!.ShouldStartWith(
            "ResourceInitializationError: failed to download env files: "
        );
    }

    [Fact]
    public async Task A_port_that_something_else_has_fails_the_start_with_Dockers_words()
    {
        await using var test = await TestAgent.StartAsync();
        var mapping = new PortMapping { ContainerPort = 80, HostPort = 0 };
        var first = await test.RunAsync(
            TestTasks.Task(TestTasks.Shell("app", "exec sleep 100") with { PortMappings = [mapping] })
        );
        var taken = first.Containers![0].NetworkBindings![0].HostPort;

        var task = TestTasks.Task(
            TestTasks.Shell("app", "exec sleep 100") with
            {
                PortMappings = [mapping with { HostPort = taken }],
            }
        );
        await test.Server.SendTasksAsync(task);

        var reason = (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].Reason!;
        reason.ShouldStartWith("CannotStartContainerError: Error response from daemon: ");
        reason.ShouldEndWith("port is already allocated");
    }

    [Fact]
    public async Task Running_out_of_memory_is_said_so()
    {
        // On a busy machine containerd misses the kernel's notice when it comes before containerd listens, right after
        // the start, and when the container is gone before containerd has read it. So the memory ends a second after
        // the start, and the container a second after that; and what Docker does not know the agent cannot say, so that
        // it is asked three times.
        const string Says = "OutOfMemoryError: Container killed due to memory usage";
        await using var test = await TestAgent.StartAsync();
        var stopped = await RunOutAsync();
        for (var tries = 1; tries < 3 && stopped.Containers![0].Reason != Says; tries++)
            stopped = await RunOutAsync();

        stopped.Containers![0].Reason.ShouldBe(Says);
        stopped.Containers![0].ExitCode.ShouldBe(137);

        async Task<Contracts.Ecs.SubmitTaskStateChangeRequest> RunOutAsync()
        {
            var task = TestTasks.Task(
                TestTasks.Shell(
                    "app",
                    "sleep 1; (a=x; while :; do a=$a$a; done); killed=$?; sleep 1; exit $killed"
                ) with
                {
                    Memory = 16,
                }
            );
            await test.Server.SendTasksAsync(task);
            return await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        }
    }

    [Fact]
    public async Task A_command_that_does_not_exist_cannot_be_started()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "") with { EntryPoint = ["/missing"] });

        await test.Server.SendTasksAsync(task);

        (await test.Ecs.ReportAsync(task.Arn!, "STOPPED"))
            .Containers![0]
            .Reason!.ShouldStartWith("CannotStartContainerError: Error response from daemon: ");
    }

    [Fact]
    public async Task What_the_engine_says_of_its_own_directory_is_told_as_a_path_of_the_container()
    {
        await using var test = await TestAgent.StartAsync();
        var directory = "/" + new string('z', 1000);
        var task = TestTasks.Task(
            TestTasks.Shell("app", "") with
            {
                DockerConfig = new DockerConfig { Config = $$"""{"WorkingDir":"{{directory}}"}""", HostConfig = "{}" },
            }
        );

        await test.Server.SendTasksAsync(task);

        var reason = (await test.Ecs.ReportAsync(task.Arn!, "STOPPED")).Containers![0].Reason!;
        reason.ShouldStartWith("CannotCreateContainerError: Error response from daemon: ");
        reason.ShouldContain($" {directory}: file name too long");
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("estiba-agent-");

        public string Path => _directory.FullName;

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
