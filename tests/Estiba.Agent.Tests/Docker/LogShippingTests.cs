using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts;

namespace Estiba.Agent.Tests.Docker;

public sealed class LogShippingTests
{
    private const string CountingUntilTold =
        "trap 'echo end; exit' USR1; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done";

    private const string Counting = "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; sleep 0.05; done";

    [Fact]
    public async Task No_line_is_lost_or_doubled_when_the_agent_is_restarted()
    {
        await using var test = await TestAgent.StartAsync();
        test.Logs.Groups.Add("web");
        var task = TestTasks.Task(TestTasks.Shell("app", Counting).WithAwsLogs("web"));
        await test.RunAsync(task);
        await Eventually.HoldsAsync(() => Messages(test, task).Count > 10);

        await test.StopAsync();
        await Task.Delay(300);
        test.StartAgain();

        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");
        await Eventually.HoldsAsync(() => Messages(test, task).Contains("line 60"));
        Messages(test, task).ShouldBe(Enumerable.Range(1, 60).Select(line => $"line {line}"));
    }

    [Fact]
    public async Task No_line_is_lost_or_doubled_when_the_log_service_fails()
    {
        await using var test = await TestAgent.StartAsync();
        test.Logs.Groups.Add("web");
        var puts = 0;
        // The second time the events are stored, but the answer is lost.
        test.Logs.AfterPut = () =>
        {
            if (++puts == 2)
                throw new HttpRequestException("the answer is lost");
        };
        var task = TestTasks.Task(TestTasks.Shell("app", CountingUntilTold).WithAwsLogs("web"));
        var running = await test.RunAsync(task);
        await Eventually.HoldsAsync(() => puts >= 2);
        test.Logs.Fault = new AwsException("ServiceUnavailableException", "away", 503);
        await Task.Delay(500);
        test.Logs.Fault = null;
        var before = Messages(test, task).Count;
        await Eventually.HoldsAsync(() => Messages(test, task).Count > before);
        await TestAgent.EndAsync(running);

        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        await Eventually.HoldsAsync(() => Messages(test, task).Contains("end"));
        var messages = Messages(test, task);
        messages.ShouldBe([.. Enumerable.Range(1, messages.Count - 1).Select(line => $"line {line}"), "end"]);
    }

    [Fact]
    public async Task No_line_is_lost_or_doubled_when_the_engine_rotates_its_files()
    {
        await using var test = await TestAgent.StartAsync();
        test.Logs.Groups.Add("web");
        const int Lines = 400_000; // 35 MiB in the engine's files
        var task = TestTasks.Task(
            TestTasks
                .Shell("app", $"i=0; while [ $i -lt {Lines} ]; do i=$((i+1)); echo line $i; done")
                .WithAwsLogs("web")
        );

        await test.Server.SendTasksAsync(task);
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED", seconds: 300);

        await Eventually.HoldsAsync(() => Messages(test, task) is [.., var last] && last == $"line {Lines}");
        Messages(test, task).SequenceEqual(Enumerable.Range(1, Lines).Select(line => $"line {line}")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_log_group_is_created_where_that_is_asked_for()
    {
        await using var test = await TestAgent.StartAsync();
        var task = TestTasks.Task(
            TestTasks.Shell("app", "echo hello").WithAwsLogs("new", "p", ("awslogs-create-group", "true"))
        );

        await test.Server.SendTasksAsync(task);
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        await Eventually.HoldsAsync(() => test.Logs.Messages("new", $"p/app/{task.Id()}").Count == 1);
    }

    [Fact]
    public async Task Lines_between_two_beginnings_are_one_event()
    {
        await using var test = await TestAgent.StartAsync();
        test.Logs.Groups.Add("web");
        var task = TestTasks.Task(
            TestTasks
                .Shell("app", "echo 'ERROR one'; echo '  at two'; echo 'ERROR three'")
                .WithAwsLogs("web", "app", ("awslogs-multiline-pattern", "^ERROR"))
        );

        await test.Server.SendTasksAsync(task);
        await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        await Eventually.HoldsAsync(() => Messages(test, task).Count == 2);
        Messages(test, task).ShouldBe(["ERROR one\n  at two", "ERROR three"]);
    }

    [Fact]
    public async Task Without_a_prefix_the_stream_is_named_after_the_container()
    {
        await using var test = await TestAgent.StartAsync();
        test.Logs.Groups.Add("web");
        var task = TestTasks.Task(TestTasks.Shell("app", "echo hello").WithAwsLogs("web", prefix: null));

        await test.Server.SendTasksAsync(task);
        var stopped = await test.Ecs.ReportAsync(task.Arn!, "STOPPED");

        await Eventually.HoldsAsync(() => test.Logs.Messages("web", stopped.Containers![0].RuntimeId!).Count == 1);
    }

    private static IReadOnlyList<string> Messages(TestAgent test, AcsTask task) =>
        test.Logs.Messages("web", $"app/app/{task.Id()}");
}
