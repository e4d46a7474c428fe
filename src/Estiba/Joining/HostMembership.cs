using Estiba.Agent;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Logging;

namespace Estiba.Joining;

/// <summary>
/// Keeps a host a member of its server: joins it once, remembers the key, and joins again when the server does not know
/// the key any more, as after it was restored from an older backup, if the token is still at hand and still good.
/// </summary>
internal sealed partial class HostMembership
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenRejoins = TimeSpan.FromSeconds(30);

    private readonly string _directory;
    private readonly string? _token;
    private readonly string _host;
    private readonly JoinClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Membership _current;
    private int _joining;
    private int _shutOut;
    private long? _lastRejoin;

    private HostMembership(
        Membership current,
        string directory,
        string? token,
        string host,
        JoinClient client,
        TimeProvider time,
        ILogger logger
    ) =>
        (_current, _directory, _token, _host, _client, _time, _logger) = (
            current,
            directory,
            token,
            host,
            client,
            time,
            logger
        );

    /// <summary>What the host was given last.</summary>
    internal Membership Current => _current;

    /// <summary>What to sign the next request with.</summary>
    internal AwsCredentials Credentials => _current.Credentials;

    /// <summary>
    /// Finds the host's membership in its directory, or joins with the token, however long the server needs to answer.
    /// </summary>
    /// <exception cref="CommandException">The server refuses the token, or there is neither a membership nor a
    /// token.</exception>
    internal static async Task<HostMembership> OpenAsync(
        Uri server,
        string? token,
        string host,
        string directory,
        JoinClient client,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var membership =
            Membership.Read(directory) is { } known && known.Server == server
                ? known
                : await JoinAsync(server, token, host, client, time, logger, cancellation);
        if (membership.PlatformId is null)
        {
            // An earlier version did not say it to those who joined.
            var platform = await client.FindPlatformAsync(
                server,
                membership.Credentials,
                membership.Region,
                cancellation
            );
            membership = membership with { PlatformId = platform };
        }

        membership.Write(directory);
        return new HostMembership(membership, directory, token, host, client, time, logger);
    }

    /// <summary>
    /// Called when the server does not know the key: joins again, at most every half minute, and only if there is a
    /// token.
    /// </summary>
    /// <param name="refused">The key that was refused.</param>
    /// <param name="cancellation">Leaves it for the next time.</param>
    internal async Task RejoinAsync(string refused, CancellationToken cancellation)
    {
        if (_token is null)
        {
            if (Interlocked.Exchange(ref _shutOut, 1) == 0)
                Log.ShutOut(_logger, _current.Server);
            return;
        }

        if (Interlocked.Exchange(ref _joining, 1) == 1)
            return;
        try
        {
            if (
                _current.AccessKeyId != refused
                || (_lastRejoin is { } last && _time.GetElapsedTime(last) < BetweenRejoins)
            )
                return;
            _lastRejoin = _time.GetTimestamp();
            var (membership, _) = await _client.JoinAsync(_current.Server, _token, _host, cancellation);
            membership.Write(_directory);
            _current = membership;
            Log.JoinedAgain(_logger, membership.Server, membership.AccessKeyId);
        }
        catch (Exception exception) when (exception is AwsException or HttpRequestException)
        {
            Log.NotJoinedAgain(_logger, _current.Server, exception.Message);
        }
        finally
        {
            Volatile.Write(ref _joining, 0);
        }
    }

    private static async Task<Membership> JoinAsync(
        Uri server,
        string? token,
        string host,
        JoinClient client,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        if (token is null)
            throw new CommandException(
                $"this host is no member of {server} yet: give the token that 'estiba token create' printed there, "
                    + "--token",
                ExitCodes.Usage
            );
        if (server.Scheme == Uri.UriSchemeHttp && !server.IsLoopback)
            Log.InTheClear(logger, server);

        var retry = new Backoff(FirstRetry, LongestRetry, Random.Shared);
        while (true)
        {
            try
            {
                var (membership, version) = await client.JoinAsync(server, token, host, cancellation);
                Log.Joined(logger, server, version, CommandLine.Version.Text);
                return membership;
            }
            catch (AwsException refused) when (refused.StatusCode < 500)
            {
                throw new CommandException($"{server} refuses this host: {refused.Message}", inner: refused);
            }
            catch (Exception passing)
                when (passing is AwsException or HttpRequestException
                    || (passing is TaskCanceledException && !cancellation.IsCancellationRequested)
                )
            {
                Log.CannotJoinYet(logger, server, passing.InnerException?.Message ?? passing.Message);
            }

            await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "This host has joined {Server}, which is version {ServerVersion}; this agent is version "
                + "{Version}."
        )]
        internal static partial void Joined(ILogger logger, Uri server, string serverVersion, string version);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Server} speaks plain HTTP: the token and the host's key can be read on the way. Give the "
                + "server a certificate where the network is not yours alone."
        )]
        internal static partial void InTheClear(ILogger logger, Uri server);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Server} cannot be joined yet: {Reason}")]
        internal static partial void CannotJoinYet(ILogger logger, Uri server, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Server} did not know this host's key any more; it has joined again, as {AccessKeyId}."
        )]
        internal static partial void JoinedAgain(ILogger logger, Uri server, string accessKeyId);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Server} does not know this host's key any more: it was revoked, or an older backup was "
                + "restored. The host joins again when the agent is started with a token."
        )]
        internal static partial void ShutOut(ILogger logger, Uri server);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Server} does not know this host's key any more, and joining again failed: {Reason}"
        )]
        internal static partial void NotJoinedAgain(ILogger logger, Uri server, string reason);
    }
}
