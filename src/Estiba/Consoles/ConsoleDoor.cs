using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Consoles;

/// <summary>
/// Answers what comes for the console: starts its program at the first request, and again at the next one after it has
/// ended, and carries requests to it.
/// </summary>
/// <param name="path">The program.</param>
/// <param name="settings">What it is told when it is to listen at an address.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears what it complains of, and how it ended.</param>
internal sealed partial class ConsoleDoor(
    string path,
    Func<string, ConsoleSettings> settings,
    TimeProvider time,
    ILogger logger
) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _life = Task.CompletedTask;
    private Task<ConsoleConnection?>? _connection;
    private int _ends;
    private DateTimeOffset _notBefore;
    private string? _detail;
    private bool _isClosed;

    /// <summary>Answers a request beneath <see cref="ConsoleSettings.Path"/>.</summary>
    internal async Task AnswerAsync(HttpContext http)
    {
        var connection = await ConnectionAsync().WaitAsync(http.RequestAborted);
        if (connection is null)
            await OutagePage.SendAsync(http, Now());
        else if (!await connection.TryForwardAsync(http))
            await OutagePage.SendAsync(http, connection == Running() ? Unanswered : Now());
    }

    /// <summary>Ends the program; from now on it is not started any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
        }

        await _stop.CancelAsync();
        await _life; // which nobody begins any more
        _stop.Dispose();
    }

    private static Outage Unanswered { get; } = new(OutageKind.Silent, RetryAfter: TimeSpan.FromSeconds(2));

    /// <summary>The connection to the program, which is started when it must be; null while that may not be.</summary>
    private Task<ConsoleConnection?> ConnectionAsync()
    {
        lock (_gate)
        {
            if (_connection is { } connection)
                return connection;
            if (_isClosed || time.GetUtcNow() < _notBefore || !File.Exists(path))
                return Task.FromResult<ConsoleConnection?>(null);
            var opened = new TaskCompletionSource<ConsoleConnection?>(
                TaskCreationOptions.RunContinuationsAsynchronously
            );
            _life = Task.Run(() => LiveAsync(opened));
            return _connection = opened.Task;
        }
    }

    private ConsoleConnection? Running()
    {
        lock (_gate)
            return _connection is { IsCompletedSuccessfully: true, Result: { } running } ? running : null;
    }

    /// <summary>Why there is no connection.</summary>
    private Outage Now()
    {
        lock (_gate)
        {
            if (_isClosed)
                return new Outage(OutageKind.Stopping);
            return _detail is null
                ? new Outage(OutageKind.Missing)
                : new Outage(OutageKind.Ended, _detail, _notBefore - time.GetUtcNow());
        }
    }

    /// <summary>One life of the program: it is started, and has ended when this returns.</summary>
    private async Task LiveAsync(TaskCompletionSource<ConsoleConnection?> opened)
    {
        var began = time.GetTimestamp();
        string? detail = null;
        try
        {
            detail = $"exit code {await RunAsync(opened)}";
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It was told to end.
        }
        catch (Exception failure)
        {
            detail = failure.Message;
        }
        finally
        {
            // Who is told to end often tells the program too: a terminal its whole group, systemd the whole unit.
            if (detail is not null && !_isClosed)
                Log.Ended(logger, detail);
            lock (_gate)
            {
                _connection = null;
                _detail = detail;
                _ends = RestartDelay.Count(_ends, time.GetElapsedTime(began));
                _notBefore = time.GetUtcNow() + RestartDelay.After(_ends);
            }

            opened.TrySetResult(null);
        }
    }

    /// <returns>How the program has ended by itself.</returns>
    private async Task<string> RunAsync(TaskCompletionSource<ConsoleConnection?> opened)
    {
        // Nobody else gets into a directory of this kind, and the path is short enough for a socket.
        var directory = Directory.CreateTempSubdirectory("estiba-console-");
        try
        {
            await using var program = await ConsoleProgram.StartAsync(
                path,
                settings($"unix:{directory.FullName}/console.sock"),
                line => Log.Complains(logger, line),
                time,
                _stop.Token
            );
            await using var connection = ConsoleConnection.To(program.Listening);
            opened.SetResult(connection);
            var code = await program.Ended.WaitAsync(_stop.Token);
            return code.ToString(CultureInfo.InvariantCulture);
        }
        finally
        {
            if (Directory.Exists(directory.FullName)) // the program takes it away too, where it outlives this one
                directory.Delete(recursive: true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The console's program has ended ({Detail}); the next request for it starts it again"
        )]
        internal static partial void Ended(ILogger logger, string detail);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The console's program says: {Line}")]
        internal static partial void Complains(ILogger logger, string line);
    }
}
