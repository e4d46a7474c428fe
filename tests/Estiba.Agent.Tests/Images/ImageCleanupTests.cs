using System.Text.Json.Nodes;
using Estiba.Agent.Images;
using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Images;

public sealed class ImageCleanupTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedEngine _engine;
    private readonly ImageUse _use = new(dataDirectory: null);
    private readonly List<TaskState> _tasks = [];

    public ImageCleanupTests() => _engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1);

    public async ValueTask DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task Images_that_nothing_uses_go_a_few_at_a_time_the_longest_unused_first()
    {
        for (var image = 1; image <= 7; image++)
        {
            await PullAsync($"image:{image}");
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        _time.Advance(TimeSpan.FromHours(2));
        await CleanAsync();

        (await TagsAsync()).ShouldBe(["image:6", "image:7"]);
    }

    [Fact]
    public async Task An_image_that_was_pulled_lately_stays()
    {
        await PullAsync("image:1");
        _time.Advance(TimeSpan.FromMinutes(59));

        await CleanAsync();

        (await TagsAsync()).ShouldBe(["image:1"]);
    }

    [Fact]
    public async Task An_image_that_any_container_has_stays_even_if_the_container_is_somebody_elses()
    {
        await PullAsync("image:1");
        await _engine.CreateContainerAsync(
            "somebody's",
            new JsonObject { ["Image"] = "image:1" },
            CancellationToken.None
        );
        _time.Advance(TimeSpan.FromHours(2));

        await CleanAsync();

        (await TagsAsync()).ShouldBe(["image:1"]);
    }

    [Fact]
    public async Task An_image_that_a_task_is_about_to_use_stays()
    {
        await PullAsync("image:1");
        _tasks.Add(
            TaskState.Accept(
                TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "image:1" }),
                _time.GetUtcNow(),
                () => "endpoint"
            )
        );
        _time.Advance(TimeSpan.FromHours(2));

        await CleanAsync();

        (await TagsAsync()).ShouldBe(["image:1"]);
    }

    [Fact]
    public async Task An_image_that_the_agent_did_not_pull_stays()
    {
        await _engine.PullImageAsync("image:1", credentials: null, progress: null, CancellationToken.None);
        _time.Advance(TimeSpan.FromHours(2));

        await CleanAsync();

        (await TagsAsync()).ShouldBe(["image:1"]);
    }

    [Fact]
    public async Task An_image_that_cannot_be_removed_does_not_keep_the_others()
    {
        await PullAsync("image:1");
        _time.Advance(TimeSpan.FromMinutes(1));
        await PullAsync("image:2");
        _time.Advance(TimeSpan.FromHours(2));
        _engine.FailNext(
            nameof(IContainerEngine.RemoveImageAsync),
            new EngineException("unlinkat: device or resource busy", 500)
        );

        await CleanAsync();

        (await TagsAsync()).ShouldBe(["image:1"]);
    }

    private async Task PullAsync(string image)
    {
        await _engine.PullImageAsync(image, credentials: null, progress: null, CancellationToken.None);
        _use.Pulled(image, image, (await _engine.FindImageAsync(image, CancellationToken.None))?.Id, _time.GetUtcNow());
    }

    private Task CleanAsync()
    {
        var options = new AgentOptions
        {
            Region = "eu-west-1",
            Credentials = static () => new AwsCredentials("key", "secret"),
            InstanceId = "i-1",
            Cpu = 1024,
            Memory = 1024,
        };
        return new ImageCleanup(options, _engine, _use, () => _tasks, _time, NullLogger.Instance).CleanAsync(
            CancellationToken.None
        );
    }

    private async Task<IEnumerable<string>> TagsAsync() =>
        (await _engine.ListImagesAsync(CancellationToken.None))
            .SelectMany(image => image.Tags)
            .Order(StringComparer.Ordinal);
}
