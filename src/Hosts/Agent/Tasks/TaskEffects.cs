using Estiba.Agent.Hosts;
using Estiba.Agent.Images;
using Estiba.Agent.Logs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Tasks;

/// <summary>
/// Carries out the steps of <see cref="TaskLifecycle"/> and says what became of them, in the words of AWS's agent.
/// </summary>
/// <remarks>
/// Every step may be repeated after the agent was killed in the middle of it: names are fixed, so a container that is
/// there already is taken over, starting what runs does nothing, and removing what is gone neither.
/// </remarks>
internal sealed partial class TaskEffects(
    AgentOptions options,
    IContainerEngine engine,
    ImagePuller images,
    LogShipping logs,
    TaskJournal journal,
    Func<TaskState, int, InjectedVariables> variables,
    TimeProvider time,
    Random random,
    ILogger logger
) : IDisposable
{
    private const int MostRepulls = 3;
    private static readonly TimeSpan RemoveRetry = TimeSpan.FromSeconds(30);

    /// <summary>What the engine may take for a stop besides the time that the container has.</summary>
    private static readonly TimeSpan StopReserve = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan InspectTimeout = TimeSpan.FromSeconds(30);

    /// <summary>For volumes, and for what is removed, as long as AWS's agent gives each.</summary>
    private static readonly TimeSpan VolumeTimeout = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _starts = new(options.ConcurrentStarts);
    private readonly SemaphoreSlim _stops = new(options.ConcurrentStops);
    private readonly EnvironmentFiles _environmentFiles = new(options.EnvironmentFilesDirectory);
    private HostGuard? _guard;
    private string? _engineDirectory;

    private readonly string? _bindAddress = options.BindAddress?.ToString();

    public void Dispose()
    {
        _starts.Dispose();
        _stops.Dispose();
    }

    /// <summary>Does one step.</summary>
    /// <param name="task">The state in which it was decided.</param>
    /// <param name="step">What to do.</param>
    /// <param name="wanted">Ends when the task is no longer wanted; only a pull takes notice.</param>
    /// <param name="cancellation">Ends when the agent does.</param>
    /// <returns>What it makes of the state as it is then; a result of null forgets the task.</returns>
    public async Task<Func<TaskState, TaskState?>> RunAsync(
        TaskState task,
        TaskStep step,
        CancellationToken wanted,
        CancellationToken cancellation
    )
    {
        try
        {
            return step.Kind switch
            {
                StepKind.PrepareVolumes => await PrepareVolumesAsync(task, cancellation),
                StepKind.PullImage => await PullAsync(task, step.Container, wanted, cancellation),
                StepKind.CreateContainer => await CreateAsync(task, step.Container, cancellation),
                StepKind.StartContainer => await StartAsync(task, step.Container, cancellation),
                StepKind.StopContainer => await StopAsync(task, step.Container, step.Timeout, cancellation),
                _ => await CleanUpAsync(task, cancellation),
            };
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // A step without an end would hold its task for ever, also against being stopped.
            Log.StepFailed(logger, exception, step.Kind, task.Arn);

            // What could not be stopped may still run, and a call that took too long says nothing about the container.
            if (step.Kind == StepKind.StopContainer || step.Container >= 0 && exception is OperationCanceledException)
                return Postponed(step.Container);
            return step.Container >= 0
                ? state =>
                    TaskOutcomes.Failed(
                        state,
                        step.Container,
                        $"TaskStateError: {step.Kind} failed: {WordsOf(exception)}"
                    )
                : state =>
                    TaskOutcomes.VolumesFailed(
                        state with
                        {
                            CleaningUp = false,
                            CleanUpAt = time.GetSteady() + RemoveRetry,
                        },
                        $"TaskStateError: {step.Kind} failed: {WordsOf(exception)}"
                    );
        }
    }

    /// <summary>
    /// Inspects a container and says what that makes of the state; null if it could not be inspected.
    /// </summary>
    public async Task<Func<TaskState, TaskState>?> InspectAsync(
        string task,
        int index,
        string name,
        CancellationToken cancellation
    )
    {
        using var limit = new Limit(InspectTimeout, time, cancellation);
        try
        {
            var seen = await engine.FindContainerAsync(name, limit.Token);
            // A name that somebody else's container has says nothing about this task's.
            if (seen is not null && !IsOf(seen.Labels, task))
                seen = null;
            return state => TaskOutcomes.Seen(state.WithoutRetry(index), index, seen, time.GetMoment());
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            Log.NotInspected(
                logger,
                exception is EngineException || limit.IsReached ? LogLevel.Debug : LogLevel.Error,
                exception,
                name
            );
            return null;
        }
    }

    /// <summary>Stops and removes a container that belongs to no task.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> RemoveUnknownAsync(string id, CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await engine.StopContainerAsync(id, options.ContainerStopTimeout, cancellation);
            await engine.RemoveContainerAsync(id, force: true, cancellation);
            return true;
        }
        catch (EngineException exception) when (exception.IsNotFound)
        {
            return true;
        }
        catch (EngineException exception)
        {
            Log.NotRemoved(logger, id, exception.Message);
            return false;
        }
    }

    private async Task<Func<TaskState, TaskState?>> PrepareVolumesAsync(TaskState task, CancellationToken cancellation)
    {
        using var limit = new Limit(VolumeTimeout, time, cancellation);
        try
        {
            await TaskVolumes.PrepareAsync(
                task.Definition,
                options,
                engine,
                await GuardAsync(limit.Token),
                limit.Token
            );
            return TaskOutcomes.VolumesReady;
        }
        catch (OperationCanceledException) when (limit.IsReached)
        {
            return state =>
                TaskOutcomes.VolumesFailed(
                    state,
                    $"ResourceInitializationError: failed to create volume: {limit.Reason("created")}"
                );
        }
        catch (EngineUnreachableException)
        {
            await Task.Delay(RemoveRetry / 10, time, cancellation);
            return state => state with { Volumes = VolumePhase.None };
        }
        catch (EngineException exception)
        {
            return state =>
                TaskOutcomes.VolumesFailed(
                    state,
                    $"ResourceInitializationError: failed to create volume: {WordsOf(exception)}"
                );
        }
    }

    private async Task<Func<TaskState, TaskState?>> PullAsync(
        TaskState task,
        int index,
        CancellationToken wanted,
        CancellationToken cancellation
    )
    {
        var startedAt = time.GetUtcNow();
        var container = task.ContainerDefinition(index);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wanted, cancellation);
        try
        {
            var pulled = await images.PullAsync(container.Image ?? "", container.RegistryAuthentication, either.Token);
            return state => TaskOutcomes.Pulled(state, index, pulled);
        }
        catch (OperationCanceledException) when (wanted.IsCancellationRequested)
        {
            return state => TaskOutcomes.Abandoned(state, index);
        }
        catch (EngineUnreachableException)
        {
            return Postponed(index);
        }
        catch (EngineException exception)
        {
            return state =>
                TaskOutcomes.PullFailed(
                    state,
                    index,
                    $"CannotPullContainerError: {WordsOf(exception)}",
                    startedAt,
                    time.GetUtcNow()
                );
        }
    }

    private async Task<Func<TaskState, TaskState?>> CreateAsync(
        TaskState task,
        int index,
        CancellationToken cancellation
    )
    {
        using var turn = await Turn.TakeAsync(_starts, cancellation);
        using var limit = new Limit(options.ContainerCreateTimeout, time, cancellation);
        try
        {
            var container = task.ContainerDefinition(index);
            var definition = new ContainerDefinition(task.Definition, container);
            var host = await GuardAsync(limit.Token);
            host.CheckPayload(definition.PayloadHostConfig);
            var body = definition.Build(
                ContainerNaming.LabelsOf(task, index, options.Cluster, options.InstanceId, options.PlatformId),
                await _environmentFiles.ReadAsync(container, limit.Token),
                variables(task, index),
                _bindAddress,
                task.EngineNameOf,
                logs.LogConfig(definition),
                random
            );
            var hostConfig = (System.Text.Json.Nodes.JsonObject)body["HostConfig"]!;
            if (options.Resolver is { } resolver)
                ContainerDefinition.Resolve(hostConfig, resolver());
            host.Apply(hostConfig);
            var id = await CreateOrAdoptAsync(task, task.Containers[index].EngineName, body, limit.Token);
            return state => TaskOutcomes.Created(state, index, id);
        }
        catch (EnvironmentFileException exception)
        {
            return state => TaskOutcomes.Failed(state, index, exception.Message);
        }
        catch (OperationCanceledException) when (limit.IsReached)
        {
            return state => TaskOutcomes.Failed(state, index, limit.Reason("created"));
        }
        catch (EngineUnreachableException)
        {
            return Postponed(index);
        }
        catch (EngineException exception)
            when (exception.IsNotFound
                && task.Containers[index].Failures < MostRepulls
                && exception.Message.StartsWith("No such image", StringComparison.Ordinal)
            )
        {
            // Somebody removed the image between its pull and now; it is pulled again.
            return state => TaskOutcomes.ImageGone(state, index, time.GetSteady());
        }
        catch (EngineException exception)
        {
            return state => TaskOutcomes.Failed(state, index, $"CannotCreateContainerError: {WordsOf(exception)}");
        }
    }

    /// <summary>
    /// What a customer is told of a failure that nobody thought of; the agent's log has all of it. He need not know
    /// where things are on this host.
    /// </summary>
    private string WordsOf(Exception exception) =>
        exception switch
        {
            IOException or UnauthorizedAccessException => "the agent could not use its own files",
            HostRefusalException => exception.Message,
            EngineException engineException => HostWords.Of(engineException.ClientMessage, OwnPlaces()),
            _ => HostWords.Of(exception.Message, OwnPlaces()),
        };

    private async Task<HostGuard> GuardAsync(CancellationToken cancellation)
    {
        if (_guard is { } known)
            return known;
        _engineDirectory = (await engine.GetInformationAsync(cancellation)).RootDirectory;
        return _guard = new HostGuard(
            options.HostAccess,
            [.. HostGuard.EnginePlaces, .. options.NeverBound, .. OwnPlaces()]
        );
    }

    /// <summary>The directories of the agent and of its engine, as far as they are known yet.</summary>
    private IEnumerable<string> OwnPlaces() =>
        new[] { options.DataDirectory, options.EnvironmentFilesDirectory, _engineDirectory }
            .Where(place => place is { Length: > 0 })
            .Select(place => Path.GetFullPath(place!));

    /// <summary>
    /// A container of this name that belongs to this task was created by an earlier attempt whose answer was lost.
    /// </summary>
    private async Task<string> CreateOrAdoptAsync(
        TaskState task,
        string name,
        System.Text.Json.Nodes.JsonObject body,
        CancellationToken cancellation
    )
    {
        try
        {
            return await engine.CreateContainerAsync(name, body, cancellation);
        }
        catch (EngineException exception) when (exception.IsConflict)
        {
            var existing = await engine.FindContainerAsync(name, cancellation);
            if (existing is null || !IsOf(existing.Labels, task.Arn))
                throw;
            return existing.Id;
        }
    }

    private bool IsOf(IReadOnlyDictionary<string, string> labels, string task) =>
        labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) == task
        && ContainerNaming.IsOf(labels, options.PlatformId);

    private async Task<Func<TaskState, TaskState?>> StartAsync(
        TaskState task,
        int index,
        CancellationToken cancellation
    )
    {
        var id = task.Containers[index].Id ?? task.Containers[index].EngineName;
        using var turn = await Turn.TakeAsync(_starts, cancellation);
        using var limit = new Limit(options.ContainerStartTimeout, time, cancellation);
        try
        {
            // What started once does not need the log service again: the restart policy works while the platform is
            // away.
            if (task.Containers[index].RestartCount == 0)
                await logs.PrepareAsync(task, index, limit.Token);
            await engine.StartContainerAsync(id, limit.Token);
            var seen = await engine.FindContainerAsync(id, limit.Token);
            return state => TaskOutcomes.Finished(state, index, seen, time.GetMoment());
        }
        catch (LogServiceAwayException)
        {
            return Postponed(index);
        }
        catch (OperationCanceledException) when (limit.IsReached)
        {
            return state => TaskOutcomes.Failed(state, index, limit.Reason("started"));
        }
        catch (EngineUnreachableException)
        {
            return Postponed(index);
        }
        catch (EngineException exception)
        {
            return state => TaskOutcomes.Failed(state, index, $"CannotStartContainerError: {WordsOf(exception)}");
        }
    }

    private async Task<Func<TaskState, TaskState?>> StopAsync(
        TaskState task,
        int index,
        TimeSpan timeout,
        CancellationToken cancellation
    )
    {
        var id = task.Containers[index].Id ?? task.Containers[index].EngineName;
        using var turn = await Turn.TakeAsync(_stops, cancellation);
        using var limit = new Limit(timeout + StopReserve, time, cancellation);
        try
        {
            await engine.StopContainerAsync(id, timeout, limit.Token);
            var seen = await engine.FindContainerAsync(id, limit.Token);
            return state => TaskOutcomes.Finished(state, index, seen, time.GetMoment());
        }
        catch (EngineException exception) when (exception.IsNotFound)
        {
            return state => TaskOutcomes.Finished(state, index, seen: null, time.GetMoment());
        }
        catch (Exception exception) when (exception is EngineException || limit.IsReached)
        {
            return Postponed(index);
        }
    }

    private async Task<Func<TaskState, TaskState?>> CleanUpAsync(TaskState task, CancellationToken cancellation)
    {
        using var limit = new Limit(VolumeTimeout, time, cancellation);
        try
        {
            foreach (var container in task.Containers)
                await engine.RemoveContainerAsync(container.Id ?? container.EngineName, force: true, limit.Token);
            foreach (var volume in TaskVolumes.OwnedBy(task.Definition))
                await engine.RemoveVolumeAsync(volume, limit.Token);
            await logs.ForgetAsync(task);
            journal.Remove(task);
            return static _ => null;
        }
        catch (Exception exception) when (exception is EngineException || limit.IsReached)
        {
            return state => state with { CleaningUp = false, CleanUpAt = time.GetSteady() + RemoveRetry };
        }
    }

    private Func<TaskState, TaskState?> Postponed(int index) =>
        state => TaskOutcomes.Postponed(state, index, time.GetSteady());

    /// <summary>One of a bounded number of places; waiting for it does not count towards a step's time.</summary>
    private readonly struct Turn(SemaphoreSlim places) : IDisposable
    {
        public static async Task<Turn> TakeAsync(SemaphoreSlim places, CancellationToken cancellation)
        {
            await places.WaitAsync(cancellation);
            return new Turn(places);
        }

        public void Dispose() => places.Release();
    }

    /// <summary>A time within which a step must be done, and how AWS's agent says that it was not.</summary>
    private sealed class Limit : IDisposable
    {
        /// <summary>Timers count to 49 days; nobody waits for a stop of a month.</summary>
        private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

        private readonly TimeSpan _duration;
        private readonly CancellationTokenSource _timer;
        private readonly CancellationTokenSource _either;

        public Limit(TimeSpan duration, TimeProvider time, CancellationToken cancellation)
        {
            _duration = duration;
            _timer = new CancellationTokenSource(duration < Longest ? duration : Longest, time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellation);
        }

        public CancellationToken Token => _either.Token;

        public bool IsReached => _timer.IsCancellationRequested;

        public string Reason(string transition) =>
            $"DockerTimeoutError: Could not transition to {transition}; timed out after waiting "
            + $"{GoDuration(_duration)}";

        public void Dispose()
        {
            _either.Dispose();
            _timer.Dispose();
        }

        /// <summary>A duration as Go prints it: <c>3m0s</c>.</summary>
        private static string GoDuration(TimeSpan duration) =>
            (duration.TotalHours >= 1 ? $"{(int)duration.TotalHours}h" : "")
            + (duration.TotalMinutes >= 1 ? $"{duration.Minutes}m" : "")
            + $"{duration.Seconds}s";
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Step {Step} of task {Task} failed unexpectedly")]
        internal static partial void StepFailed(ILogger logger, Exception exception, StepKind step, string task);

        [LoggerMessage(Message = "Container {Container} cannot be looked at")]
        internal static partial void NotInspected(
            ILogger logger,
            LogLevel level,
            Exception exception,
            string container
        );

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Container {Container}, which belongs to no task, cannot be removed: {Message}"
        )]
        internal static partial void NotRemoved(ILogger logger, string container, string message);
    }
}
