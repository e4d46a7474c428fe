using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Signing;
using Estiba.Joining;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Joining;

/// <summary>
/// What somebody tries who has the key of one host, against a running server: to be another host, of his own cluster or
/// of another, to hear what that one is told, and to speak for it.
/// </summary>
public sealed class TakeoverTests : TakeoverWorld
{
    [Theory]
    [InlineData("attackers")]
    [InlineData("default")]
    [InlineData(null)]
    public async Task The_sockets_of_a_host_open_to_its_own_key_alone(string? cluster)
    {
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync(cluster));

        (await RefusedAsync(attacker, "acs", VictimArn)).ShouldBe("AccessDeniedException");
        (await RefusedAsync(attacker, "tcs", VictimArn)).ShouldBe("AccessDeniedException");

        await SendAsync(agent, """{"type":"HeartbeatAckRequest","message":{"messageId":"m"}}""");
        (await InstanceAsync(VictimArn)).AgentConnected.ShouldBe(true);
        Log.ShouldContain("mi-00000000000000666 wants to be the agent of container instance");
    }

    [Theory]
    [InlineData("attackers")]
    [InlineData("default")]
    [InlineData(null)]
    public async Task A_host_does_not_register_as_another(string? cluster)
    {
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync(cluster));

        await DeniedAsync(() => RegisterAsync(attacker, instanceId: VictimName));
        await DeniedAsync(() => RegisterAsync(attacker, instanceId: VictimName, cluster: "attackers"));
        await DeniedAsync(() => RegisterAsync(attacker, arn: VictimArn));
        await DeniedAsync(() =>
            attacker.Ecs.DiscoverPollEndpointAsync(
                new DiscoverPollEndpointRequest { Cluster = "default", ContainerInstance = VictimArn },
                Context,
                Cancellation
            )
        );

        (await InstanceAsync(VictimArn)).Ec2InstanceId.ShouldBe(VictimName);
    }

    [Fact]
    public async Task A_host_is_one_container_instance_at_a_time_whatever_clusters_its_key_is_good_for()
    {
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync(cluster: null));
        var first = await RegisterAsync(attacker, cluster: "attackers");

        await DeniedAsync(() => RegisterAsync(attacker, cluster: "default"));
        await DeniedAsync(() => RegisterAsync(attacker, cluster: "default", token: "another"));
        await DeniedAsync(() => RegisterAsync(attacker, cluster: "default", instanceId: "mi-00000000000000666"));
        (await PostJoinAsync("mi-00000000000000666", await TokenAsync(cluster: null))).StatusCode.ShouldBe(
            HttpStatusCode.Conflict,
            "a second key would be a second binding"
        );

        (await RegisterAsync(attacker, cluster: "attackers")).ShouldBe(first);
        await Owner.Ecs.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { Cluster = "attackers", ContainerInstance = first },
            Context,
            Cancellation
        );
        var second = await RegisterAsync(attacker, cluster: "default");
        (await InstanceAsync(second)).Ec2InstanceId.ShouldBe("mi-00000000000000666");
        await DeniedAsync(() => RegisterAsync(attacker, cluster: "attackers"));
    }

    [Fact]
    public async Task A_host_is_what_its_key_says_whatever_token_of_a_registration_it_repeats()
    {
        await RegisterAsync(Victim, token: "known-to-the-attacker");
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("default"));

        var own = await RegisterAsync(attacker, token: "known-to-the-attacker");

        own.ShouldNotBe(VictimArn);
        (await InstanceAsync(own)).Ec2InstanceId.ShouldBe("mi-00000000000000666");
    }

    [Fact]
    public async Task A_host_comes_back_as_itself_with_its_arn_without_it_and_after_a_restart_of_the_server()
    {
        (await RegisterAsync(Victim, arn: VictimArn, instanceId: VictimName)).ShouldBe(VictimArn);
        (await RegisterAsync(Victim)).ShouldBe(VictimArn);

        await RestartAsync();

        (await RegisterAsync(Victim, arn: VictimArn)).ShouldBe(VictimArn);
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("default"));
        (await RefusedAsync(attacker, "acs", VictimArn)).ShouldBe("AccessDeniedException");
    }

    [Theory]
    [InlineData("acs")]
    [InlineData("tcs")]
    public async Task A_hosts_open_socket_ends_with_its_key(string door)
    {
        using var socket = await OpenAsync(Victim, door, VictimArn);
        await RunAsync("token", "revoke", VictimName);

        // The next thing that it says is not heard any more.
        await SendAsync(socket, """{"type":"HeartbeatAckRequest","message":{"messageId":"m"}}""");

        await ClosedAsync(socket).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        Log.ShouldContain("is good no longer; its connection is closed");
    }

    [Fact]
    public async Task Whoever_had_a_key_hears_of_no_task_when_it_is_gone()
    {
        using var socket = await OpenAsync(Victim, "acs", VictimArn);
        await RunAsync("token", "revoke", VictimName);

        await RunTaskAsync();

        (await HeardAsync(socket).WaitAsync(TimeSpan.FromMinutes(1), Cancellation)).ShouldNotContain("PayloadMessage");
    }

    [Fact]
    public async Task Nobody_joins_under_the_name_of_a_host_that_is_away()
    {
        var answer = await PostJoinAsync(VictimName, await TokenAsync("attackers"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await RegisterAsync(Victim)).ShouldBe(VictimArn);
    }

    [Theory]
    [InlineData("seconds=99999999999999999999")]
    [InlineData("seconds=9223372036854775807")]
    [InlineData("seconds=-1")]
    [InlineData("seconds=0")]
    [InlineData("seconds=1.5")]
    [InlineData("seconds=soon")]
    [InlineData("seconds=")]
    [InlineData("seconds=60&seconds=61")]
    [InlineData("cluster=")]
    [InlineData("cluster=a%20b")]
    public async Task A_token_is_not_made_of_what_cannot_be_read(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server, $"{JoinDoors.TokensPath}?{query}"));
        new RequestSigner(TimeProvider.System).Sign(request, [], Owner.Credentials, Region, JoinDoors.SigningName);

        using var answer = await Http.SendAsync(request, Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("ValidationException");
    }

    [Theory]
    [InlineData("{0}/team/app:1")]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app")]
    public async Task A_host_pulls_the_images_of_its_own_tasks_alone(string image)
    {
        foreach (var name in (string[])["team/app", "team/apps", "team"])
            await Owner.Ecr.CreateRepositoryAsync(
                new CreateRepositoryRequest { RepositoryName = name },
                Context,
                Cancellation
            );
        var attacker = await JoinAsync("mi-00000000000000666", await TokenAsync("attackers"));
        using var agent = await OpenAsync(Victim, "acs", VictimArn);
        (await PullAsync(Victim, "team/app")).ShouldBe(HttpStatusCode.Forbidden, "none of its tasks needs it yet");

        await RunTaskAsync(image: string.Format(CultureInfo.InvariantCulture, image, Server.Authority));

        (await PullAsync(Victim, "team/app")).ShouldBe(HttpStatusCode.NotFound, "nobody has pushed the image");
        (await PullAsync(Victim, "team/apps")).ShouldBe(HttpStatusCode.Forbidden);
        (await PullAsync(Victim, "team")).ShouldBe(HttpStatusCode.Forbidden);
        (await PullAsync(attacker, "team/app")).ShouldBe(HttpStatusCode.Forbidden);
        (await ReadRegistryAsync(Victim, "/v2/_catalog")).ShouldBe(HttpStatusCode.Forbidden);
        (await ReadRegistryAsync(Victim, "/v2/")).ShouldBe(HttpStatusCode.OK);
        var request = new BatchGetImageRequest
        {
            RepositoryName = "team/app",
            ImageIds = [new ImageIdentifier { ImageTag = "1" }],
        };
        await DeniedAsync(() => attacker.Ecr.BatchGetImageAsync(request, Context, Cancellation));
    }

    private Task<HttpStatusCode> PullAsync(Party party, string repository) =>
        ReadRegistryAsync(party, $"/v2/{repository}/manifests/1");

    private async Task<HttpStatusCode> ReadRegistryAsync(Party party, string path)
    {
        var login = await party.Ecr.GetAuthorizationTokenAsync(
            new GetAuthorizationTokenRequest(),
            Context,
            Cancellation
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server, path));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            login.AuthorizationData!.Single().AuthorizationToken
        );
        using var answer = await Http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
