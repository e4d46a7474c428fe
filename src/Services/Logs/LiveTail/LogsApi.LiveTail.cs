using System.Runtime.CompilerServices;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Filters;
using Estiba.Logs.LiveTail;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <summary>"The session updates ... are sent once per second": StartLiveTail, API reference.</summary>
    private static readonly TimeSpan UpdateEvery = TimeSpan.FromSeconds(1);

    /// <summary>"Live Tail sessions time out after three hours": StartLiveTail, API reference.</summary>
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(3);

    /// <inheritdoc />
    public Task<StartLiveTailResponse> StartLiveTailAsync(
        StartLiveTailRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var identifiers = request.LogGroupIdentifiers!;
        if (identifiers.Any(identifier => !Arn.IsArn(identifier)))
            throw LogsErrors.InvalidParameterException("Log group identifiers must be ARNs.");
        if (identifiers.Count > 1 && (request.LogStreamNames ?? request.LogStreamNamePrefixes) is not null)
            throw LogsErrors.InvalidParameterException(
                "Log stream names and prefixes can be specified only with one log group."
            );
        if (request is { LogStreamNames: not null, LogStreamNamePrefixes: not null })
            throw LogsErrors.InvalidParameterException(
                "logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."
            );

        var session = new LiveTailSession(
            Scope.Of(context),
            identifiers.Select(identifier => GroupIdentifiedBy(view, context, identifier).Id).ToHashSet(),
            request.LogStreamNames,
            request.LogStreamNamePrefixes,
            string.IsNullOrWhiteSpace(request.LogEventFilterPattern)
                ? null
                : FilterPattern.Parse(request.LogEventFilterPattern)
        );
        _tails.Add(session);
        return Task.FromResult(
            new StartLiveTailResponse
            {
                ResponseStream = UpdatesAsync(session, request, context.RequestId, cancellation),
            }
        );
    }

    private async IAsyncEnumerable<StartLiveTailResponseStream> UpdatesAsync(
        LiveTailSession session,
        StartLiveTailRequest request,
        string requestId,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var started = _time.GetTimestamp();
        using var timer = new PeriodicTimer(UpdateEvery, _time);
        try
        {
            if (!_tails.Begin(session))
                throw LogsErrors.SessionTimeoutException("The session has ended: nobody has read its events.");
            yield return new StartLiveTailResponseStream
            {
                SessionStart = new LiveTailSessionStart
                {
                    RequestId = requestId,
                    SessionId = requestId,
                    LogGroupIdentifiers = request.LogGroupIdentifiers,
                    LogStreamNames = request.LogStreamNames ?? [],
                    LogStreamNamePrefixes = request.LogStreamNamePrefixes ?? [],
                    LogEventFilterPattern = request.LogEventFilterPattern ?? "",
                },
            };
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (_time.GetElapsedTime(started) >= LongestSession)
                    throw LogsErrors.SessionTimeoutException("The session has ended after three hours.");
                yield return new StartLiveTailResponseStream { SessionUpdate = session.Take() };
            }
        }
        finally
        {
            _tails.Remove(session);
        }
    }
}
