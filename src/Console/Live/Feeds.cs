using Estiba.Console.Sessions;
using Estiba.Contracts.Signing;

namespace Estiba.Console.Live;

/// <summary>
/// Asks what pages show again every second, for as long as somebody looks. Whoever looks at the same with the same key
/// is told the same answer: the platform is asked once, however many look.
/// </summary>
internal sealed class Feeds(TimeProvider time, SessionList sessions) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(AwsCredentials, string), Feed> _byQuestion = [];

    /// <summary>Tells the newest answer to a question, now and whenever it was asked again.</summary>
    /// <param name="session">Whose key asks.</param>
    /// <param name="question">What tells it from others.</param>
    /// <param name="interval">How long after an answer it is asked again.</param>
    /// <param name="read">Asks it.</param>
    /// <param name="tell">Hears the answers, on any thread.</param>
    /// <returns>Stops telling.</returns>
    internal IDisposable Watch(
        Session session,
        string question,
        TimeSpan interval,
        Func<Clients, CancellationToken, Task<object>> read,
        Action<Answer> tell
    )
    {
        var key = (session.Credentials, question);
        lock (_lock)
        {
            if (!_byQuestion.TryGetValue(key, out var feed))
                _byQuestion[key] = feed = new Feed(time, interval, cancellation => read(session.Clients, cancellation));
            return new Watcher(this, key, feed, answer => tell(StillSignedIn(session, answer)));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        List<Feed> feeds;
        lock (_lock)
        {
            feeds = [.. _byQuestion.Values];
            _byQuestion.Clear();
        }

        foreach (var feed in feeds)
            await feed.DisposeAsync();
    }

    private Answer StillSignedIn(Session session, Answer answer)
    {
        if (answer.Kind == AnswerKind.SignedOut)
            sessions.End(session.Id);
        return sessions.Find(session.Id) is null ? new Answer(AnswerKind.SignedOut, null) : answer;
    }

    private void Leave((AwsCredentials, string) key, Feed feed, Action<Answer> tell)
    {
        lock (_lock)
        {
            if (!feed.Remove(tell))
                return;
            if (_byQuestion.GetValueOrDefault(key) == feed)
                _byQuestion.Remove(key);
        }

        feed.Stop();
    }

    private sealed class Watcher : IDisposable
    {
        private readonly Feeds _feeds;
        private readonly (AwsCredentials, string) _key;
        private readonly Feed _feed;
        private readonly Action<Answer> _tell;

        internal Watcher(Feeds feeds, (AwsCredentials, string) key, Feed feed, Action<Answer> tell)
        {
            (_feeds, _key, _feed, _tell) = (feeds, key, feed, tell);
            feed.Add(tell);
        }

        public void Dispose() => _feeds.Leave(_key, _feed, _tell);
    }
}
