using Estiba.Agent.Images;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Images;

public sealed class ImagePullerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedEngine _engine;
    private readonly CountingEngine _counting;
    private readonly StandInEcr _ecr;
    private readonly ImageUse _use = new(dataDirectory: null);

    public ImagePullerTests()
    {
        _engine = new SimulatedEngine(new SimulationOptions { PullTime = TimeSpan.FromSeconds(5) }, _time, seed: 1);
        _counting = new CountingEngine(_engine);
        _ecr = new StandInEcr(_time);
    }

    public async ValueTask DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task Many_tasks_share_one_pull_and_those_that_come_later_the_next()
    {
        await using var puller = Puller(ImagePullBehavior.Default);
        var first = puller.PullAsync("nginx:1", authentication: null, CancellationToken.None);
        await Eventually.HoldsAsync(() => _counting.Pulls == 1);

        var later = Enumerable
            .Range(0, 20)
            .Select(_ => puller.PullAsync("nginx:1", authentication: null, CancellationToken.None))
            .ToArray();
        await Task.Delay(20);
        _counting.Pulls.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll([first, .. later]);

        _counting.Pulls.ShouldBe(2);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_but_is_there_is_used()
    {
        await using var puller = Puller(ImagePullBehavior.Default);
        await HaveAsync("nginx:1");
        _engine.FailNext("PullImageAsync", new EngineException("no route to registry", 500));

        (await puller.PullAsync("nginx:1", authentication: null, CancellationToken.None)).Digest.ShouldNotBeNull();
    }

    [Fact]
    public async Task With_always_an_image_that_cannot_be_pulled_fails()
    {
        await using var puller = Puller(ImagePullBehavior.Always);
        await HaveAsync("nginx:1");
        _engine.FailNext("PullImageAsync", new EngineException("no route to registry", 500));

        (
            await Should.ThrowAsync<EngineException>(() =>
                puller.PullAsync("nginx:1", authentication: null, CancellationToken.None)
            )
        ).Message.ShouldBe("no route to registry");
    }

    [Fact]
    public async Task With_prefer_cached_an_image_that_is_there_is_not_pulled()
    {
        await using var puller = Puller(ImagePullBehavior.PreferCached);
        await HaveAsync("nginx:1");

        await puller.PullAsync("nginx:1", authentication: null, CancellationToken.None);

        _counting.Pulls.ShouldBe(0);
    }

    [Fact]
    public async Task With_once_only_an_image_that_this_agent_has_pulled_is_not_pulled_again()
    {
        await using var puller = Puller(ImagePullBehavior.Once);
        await HaveAsync("nginx:1");

        await puller.PullAsync("nginx:1", authentication: null, CancellationToken.None);
        await puller.PullAsync("nginx:1", authentication: null, CancellationToken.None);

        _counting.Pulls.ShouldBe(1);
    }

    [Fact]
    public async Task An_image_of_ECR_comes_from_the_local_registry_and_keeps_its_name()
    {
        await using var puller = Puller(ImagePullBehavior.Default);
        var pulling = puller.PullAsync(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
            new RegistryAuthenticationData { Type = "ecr" },
            CancellationToken.None
        );
        await Eventually.HoldsAsync(() => _counting.Pulls == 1);
        _time.Advance(TimeSpan.FromSeconds(5));
        await pulling;

        _counting.Pulled.ShouldBe([
            ("127.0.0.1:4566/web:1", new RegistryCredentials("AWS", "secret", "127.0.0.1:4566")),
        ]);
        (
            await _engine.FindImageAsync("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", CancellationToken.None)
        ).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_authorization_token_is_kept_until_shortly_before_its_end()
    {
        var login = new RegistryLogin(_ecr, Context, "127.0.0.1:4566", _time);
        const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1";

        await login.CredentialsAsync(Image, login.PullName(Image), authentication: null, CancellationToken.None);
        await login.CredentialsAsync(Image, login.PullName(Image), authentication: null, CancellationToken.None);
        _ecr.Asked.ShouldBe(1);
        _time.Advance(TimeSpan.FromHours(11.6));
        await login.CredentialsAsync(Image, login.PullName(Image), authentication: null, CancellationToken.None);

        _ecr.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_pull_without_progress_is_given_up()
    {
        await using var puller = new ImagePuller(
            _counting,
            new RegistryLogin(_ecr, Context, registryEndpoint: null, _time),
            Options(ImagePullBehavior.Always) with
            {
                ImagePullInactivityTimeout = TimeSpan.FromSeconds(2),
            },
            _use,
            _time
        );
        var pulling = puller.PullAsync("nginx:1", authentication: null, CancellationToken.None);
        await Eventually.HoldsAsync(() => _counting.Pulls == 1);

        _time.Advance(TimeSpan.FromSeconds(2));

        (await Should.ThrowAsync<EngineException>(() => pulling)).Message.ShouldBe(
            "inactivity time exceeded timeout while pulling image"
        );
    }

    private ImagePuller Puller(ImagePullBehavior behavior) =>
        new(_counting, new RegistryLogin(_ecr, Context, "127.0.0.1:4566", _time), Options(behavior), _use, _time);

    private static AgentOptions Options(ImagePullBehavior behavior) =>
        new()
        {
            Region = "eu-west-1",
            Credentials = static () => new AwsCredentials("key", "secret"),
            InstanceId = "i-1",
            Cpu = 1024,
            Memory = 1024,
            ImagePullBehavior = behavior,
        };

    private static CallContext Context() =>
        new()
        {
            AccountId = "123456789012",
            Region = "eu-west-1",
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = "",
        };

    private async Task HaveAsync(string image)
    {
        var pulling = _engine.PullImageAsync(image, credentials: null, progress: null, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(5));
        await pulling;
    }
}
