using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Logs;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Logs.Tests;

/// <summary>
/// CloudWatch Logs with its state in memory, its events in a temporary directory, and a clock that stands still.
/// </summary>
internal sealed class LogsWorld : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _path;
    private Store _store = null!;
    private ModuleRunner _modules = null!;

    internal static readonly CallContext Caller = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "arn:aws:iam::123456789012:root",
        AccessKeyId = "AKIDEXAMPLE",
        RequestId = "r",
    };

    internal VirtualTime Time { get; } = new();

    internal ILogsApi Api { get; private set; } = null!;

    /// <summary>Where the segments of each group are.</summary>
    internal string GroupsDirectory => Path.Combine(_path, "groups");

    private LogsWorld(string? path) => _path = path ?? _directory.Path;

    internal static async Task<LogsWorld> OpenAsync(string? path = null)
    {
        var world = new LogsWorld(path);
        world._store = await Store.OpenAsync(new MemoryJournal(), LogsApi.Tables);
        await world.OpenModuleAsync();
        return world;
    }

    /// <summary>One group <c>g</c> with one stream <c>s</c>.</summary>
    internal static async Task<LogsWorld> WithStreamAsync()
    {
        var world = await OpenAsync();
        await world.CreateGroupAsync("g");
        await world.CreateStreamAsync("g", "s");
        return world;
    }

    internal async Task ReopenAsync()
    {
        await _modules.DisposeAsync();
        await OpenModuleAsync();
    }

    /// <summary>The clean-up that is due every hour.</summary>
    internal Task CleanAsync() => RunAsync("logs.housekeeping");

    /// <summary>What CloudWatch has been told.</summary>
    internal StandInCloudWatch CloudWatch { get; } = new();

    /// <summary>Lets the minute end, and has CloudWatch told of it.</summary>
    internal async Task EndMinuteAsync()
    {
        await RunAsync("logs.metrics");
        Time.Advance(TimeSpan.FromMinutes(1));
        await RunAsync("logs.metrics");
    }

    internal Task RunAsync(string chore) =>
        _modules.Chores.Single(its => its.Name == chore).RunAsync(CancellationToken.None);

    /// <summary>How many deletions of groups and of streams are not complete.</summary>
    internal (int Groups, int Streams) Remembered =>
        (_store.Current.Count(LogsTables.DeletedGroups), _store.Current.Count(LogsTables.DeletedStreams));

    internal string[] Segments() => Directory.GetFiles(GroupsDirectory, "*.segment", SearchOption.AllDirectories);

    internal Task CreateGroupAsync(string name) =>
        Api.CreateLogGroupAsync(new CreateLogGroupRequest { LogGroupName = name }, Caller);

    internal Task CreateStreamAsync(string group, string name) =>
        Api.CreateLogStreamAsync(new CreateLogStreamRequest { LogGroupName = group, LogStreamName = name }, Caller);

    internal Task<PutLogEventsResponse> PutAsync(string group, string stream, params InputLogEvent[] events) =>
        Api.PutLogEventsAsync(
            new PutLogEventsRequest
            {
                LogGroupName = group,
                LogStreamName = stream,
                LogEvents = events,
            },
            Caller
        );

    /// <summary>Puts messages that happen now into a stream of the group <c>g</c>.</summary>
    internal Task<PutLogEventsResponse> SayAsync(string stream, params string[] messages) =>
        PutAsync("g", stream, [.. messages.Select(message => Event(message))]);

    /// <summary>An event so long after now.</summary>
    internal InputLogEvent Event(string message, TimeSpan after = default) =>
        new() { Timestamp = Time.Milliseconds + (long)after.TotalMilliseconds, Message = message };

    internal Task<GetLogEventsResponse> GetAsync(Func<GetLogEventsRequest, GetLogEventsRequest>? change = null)
    {
        var request = new GetLogEventsRequest
        {
            LogGroupName = "g",
            LogStreamName = "s",
            StartFromHead = true,
        };
        return Api.GetLogEventsAsync(change is null ? request : change(request), Caller);
    }

    internal Task<FilterLogEventsResponse> FilterAsync(
        Func<FilterLogEventsRequest, FilterLogEventsRequest>? change = null
    )
    {
        var request = new FilterLogEventsRequest { LogGroupName = "g" };
        return Api.FilterLogEventsAsync(change is null ? request : change(request), Caller);
    }

    internal static async Task RefusedAsync(Func<Task> call, string code, string message)
    {
        var refused = await Should.ThrowAsync<AwsException>(call);
        refused.Code.ShouldBe(code);
        refused.Message.ShouldBe(message);
    }

    internal static Task NotFoundAsync(Func<Task> call, string what) =>
        RefusedAsync(call, "ResourceNotFoundException", $"The specified log {what} does not exist.");

    private async Task OpenModuleAsync()
    {
        var host = new ModuleHost { Store = _store, Time = Time };
        Module[] modules = [new LogsModule(_path), new ApiModule<ICloudWatchApi>("Amazon CloudWatch", CloudWatch)];
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = host.Neighbour<ILogsApi>(CallPrincipal.Caller);
    }

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Dispose();
    }
}
