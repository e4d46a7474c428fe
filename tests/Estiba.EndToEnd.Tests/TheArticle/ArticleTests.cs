using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.TheArticle;

public sealed class ArticleTests(ArticleWalk article) : IClassFixture<ArticleWalk>
{
    private World World => article.World;

    [Fact]
    public void A_repository_name_with_capitals_is_refused_in_ECRs_words() =>
        article.BadRepository.Refusal.ShouldContain(
            "An error occurred (InvalidParameterException) when calling the CreateRepository operation: "
                + "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression"
        );

    [Fact]
    public void A_repository_says_where_to_push() =>
        ((string?)article.NewRepository.Json["repository"]!["repositoryUri"]).ShouldBe(
            $"{World.Platform.Registry}/{ArticleWalk.Repository}"
        );

    [Fact]
    public void Docker_logs_in_with_the_password_of_ECR() => article.Login.Text.ShouldContain("Login Succeeded");

    [Fact]
    public void A_push_tells_the_digest_under_which_ECR_lists_the_image()
    {
        var digest = (string)article.PushedImage.Json["imageDetails"]![0]!["imageDigest"]!;
        article.FirstPush.Text.ShouldContain($"latest: digest: {digest}");
    }

    [Fact]
    public void A_second_push_uploads_nothing()
    {
        article.SecondPush.Text.ShouldContain("Layer already exists");
        article.SecondPush.Text.ShouldNotContain(": Pushed");
    }

    [Fact]
    public void A_pull_gets_the_digest_that_was_pushed()
    {
        var digest = (string)article.PushedImage.Json["imageDetails"]![0]!["imageDigest"]!;
        article.PulledDigest.Text.ShouldEndWith(digest);
    }

    [Fact]
    public void A_new_cluster_is_active() =>
        ((string?)article.NewCluster.Json["cluster"]!["status"]).ShouldBe("ACTIVE");

    [Fact]
    public void The_first_revision_of_the_family_is_registered() =>
        ((string?)article.TaskDefinition.Json["taskDefinition"]!["taskDefinitionArn"]).ShouldBe(
            $"arn:aws:ecs:eu-west-1:{World.Account}:task-definition/{ArticleWalk.Family}:1"
        );

    [Fact]
    public void Without_the_log_group_the_task_fails_to_start() =>
        ((string?)article.TaskWithoutLogGroup["stopCode"]).ShouldBe("TaskFailedToStart");

    [Fact]
    public void Without_the_log_group_the_reason_names_the_log_group_exception() =>
        (
            (string?)article.TaskWithoutLogGroup["containers"]![0]!["reason"]
            ?? (string?)article.TaskWithoutLogGroup["stoppedReason"]
        )
            .ShouldNotBeNull()
            .ShouldContain("ResourceNotFoundException: The specified log group does not exist.");

    [Fact]
    public void A_new_service_has_one_deployment() =>
        article.NewService.Json["service"]!["deployments"]!.AsArray().Count.ShouldBe(1);

    [Fact]
    public void A_stable_service_has_its_deployment_completed() =>
        ((string?)article.StableService.Json["services"]![0]!["deployments"]![0]!["rolloutState"]).ShouldBe(
            "COMPLETED"
        );

    [Fact]
    public void A_stable_service_says_so_in_its_events() =>
        article.StableService.Json["services"]![0]!["events"]!
            .AsArray()
            .Select(item => (string?)item!["message"])
            .ShouldContain($"(service {ArticleWalk.Family}) has reached a steady state.");

    [Fact]
    public void The_network_bindings_show_port_9999()
    {
        var binding = article.RunningTask["containers"]![0]!["networkBindings"]![0]!;
        ((int)binding["hostPort"]!).ShouldBe(9999);
        ((int)binding["containerPort"]!).ShouldBe(80);
        ((string?)binding["protocol"]).ShouldBe("tcp");
    }

    [Fact]
    public void A_browser_at_the_instances_address_sees_nginx() => article.Page.Text.ShouldContain("Welcome to nginx!");

    [Fact]
    public async Task The_access_log_is_in_the_tasks_log_stream()
    {
        var events = await Eventually.BeAsync(
            "the access log",
            () =>
                World.AwsAsync(
                    $"logs get-log-events --log-group-name {ArticleWalk.LogGroup} --log-stream-name "
                        + $"nginx/nginx/{article.TaskId}"
                ),
            answer => answer.Text.Contains("GET / HTTP/1.1", StringComparison.Ordinal)
        );
        ((string?)events.Json["events"]!.AsArray()[^1]!["message"]).ShouldNotBeNull().ShouldContain("\" 200 ");
    }

    [Fact]
    public async Task A_filter_finds_the_access_log_in_all_streams()
    {
        var found = await Eventually.BeAsync(
            "the access log",
            () =>
                World.AwsAsync(
                    $"logs filter-log-events --log-group-name {ArticleWalk.LogGroup} --filter-pattern '\"GET / HTTP\"'"
                ),
            answer => answer.Json["events"]!.AsArray().Count > 0
        );
        ((string?)found.Json["events"]![0]!["logStreamName"]).ShouldBe($"nginx/nginx/{article.TaskId}");
    }

    [Fact]
    public async Task A_tail_follows_the_access_log()
    {
        // Only version 2 has the command; an older aws may stand before it on the PATH.
        const string Version2 =
            "for aws in $(type -aP aws); do [[ $($aws --version 2>&1) == aws-cli/2.* ]] && break; done";
        // It ends when it has shown the last visit, and gets two minutes for that.
        var tail = World.Commands.RunAsync(
            $"{Version2}; timeout 120 $aws --endpoint-url $AWS_ENDPOINT_URL logs tail {ArticleWalk.LogGroup} --follow "
                + ">tail.log & tail=$!; until grep -q 'followed=5 ' tail.log || ! kill -0 $tail 2>/dev/null; do sleep "
                + "0.2; done; kill $tail 2>/dev/null; cat tail.log"
        );
        for (var visit = 1; visit <= 5; visit++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            (
                await World.Commands.RunAsync($"curl -sS --max-time 60 http://{article.Address}:9999/?followed={visit}")
            ).Text.ShouldNotBeEmpty();
        }

        var lines = (await tail).Output.Split('\n');
        for (var visit = 1; visit <= 5; visit++)
            lines
                .Where(line => line.Contains($"GET /?followed={visit} ", StringComparison.Ordinal))
                .ShouldHaveSingleItem($"visit {visit} in: {(await tail).Error}{(await tail).Output}")
                .ShouldContain($"nginx/nginx/{article.TaskId}");
    }

    [Fact]
    public async Task Status_shows_where_the_task_answers()
    {
        var status = await World.Commands.RunAsync(
            $"{PlatformProcess.Executable} status --data {World.Platform.DataDirectory}"
        );
        status.Text.ShouldContain($"{article.Address}:9999");
    }
}
