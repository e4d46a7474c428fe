using System.Security.Cryptography;
using Estiba.Agent.Images;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Signing;
using Estiba.Engines.Docker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Docker;

/// <summary>Images whose name a newer one has taken, on the real engine.</summary>
public sealed class SupersededImageTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly DockerEngine _engine = new("/var/run/docker.sock");
    private readonly ImageUse _use = new(dataDirectory: null);
    private readonly string _repository =
        "estiba-agent-tests-" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    private string Name => _repository + ":latest";

    public async ValueTask DisposeAsync()
    {
        foreach (
            var image in (await _engine.ListImagesAsync(CancellationToken.None))
                .SelectMany(image => image.Tags)
                .Where(tag => tag.StartsWith(_repository, StringComparison.Ordinal))
        )
            await _engine.RemoveImageAsync(image, CancellationToken.None);
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task An_image_whose_name_a_newer_one_has_taken_is_removed()
    {
        var old = await PullAsync();
        var current = await PullAsync();

        await CleanAsync(current);

        (await _engine.FindImageAsync(old, CancellationToken.None)).ShouldBeNull();
        (await _engine.FindImageAsync(Name, CancellationToken.None))!.Id.ShouldBe(current);
    }

    [Fact]
    public async Task One_that_somebody_has_given_a_name_stays()
    {
        var old = await PullAsync();
        await _engine.TagImageAsync(old, _repository + ":kept", CancellationToken.None);

        await CleanAsync(await PullAsync());

        (await _engine.FindImageAsync(_repository + ":kept", CancellationToken.None))!.Id.ShouldBe(old);
    }

    [Fact]
    public async Task One_that_has_its_name_back_stays()
    {
        var old = await PullAsync();
        await PullAsync();
        await _engine.TagImageAsync(old, Name, CancellationToken.None);
        _use.Pulled(Name, Name, old, _time.GetUtcNow());

        await CleanAsync(old);

        (await _engine.FindImageAsync(Name, CancellationToken.None))!.Id.ShouldBe(old);
    }

    /// <summary>Stands for a push and a pull: a new image takes the name.</summary>
    private async Task<string> PullAsync()
    {
        await TestImage.MakeEmptyAsync(Name);
        var id = (await _engine.FindImageAsync(Name, CancellationToken.None))!.Id;
        _use.Pulled(Name, Name, id, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromMinutes(1));
        return id;
    }

    /// <summary>Cleans up when everything but the image in use is old enough.</summary>
    private async Task CleanAsync(string current)
    {
        _time.Advance(TimeSpan.FromHours(2));
        _use.Pulled(Name, Name, current, _time.GetUtcNow());
        var options = new AgentOptions
        {
            Region = "eu-west-1",
            Credentials = static () => new AwsCredentials("key", "secret"),
            InstanceId = "i-1",
            Cpu = 1024,
            Memory = 1024,
        };
        await new ImageCleanup(options, _engine, _use, static () => [], _time, NullLogger.Instance).CleanAsync(
            CancellationToken.None
        );
    }
}
