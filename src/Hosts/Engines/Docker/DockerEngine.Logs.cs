using System.Runtime.CompilerServices;

namespace Estiba.Engines.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        string container,
        LogsQuery query,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var path =
            $"containers/{Escape(container)}/logs?stdout=true&stderr=true&timestamps=true&follow="
            + $"{(query.Follow ? "true" : "false")}"
            + (query.Since is { } since ? "&since=" + Seconds(since) : "")
            + (query.Tail is { } tail ? "&tail=" + tail : "");

        // The framing depends on the terminal, and an engine before API 1.42 does not say which one it sends.
        var terminal = query.Terminal
            ?? (
                await FindContainerAsync(container, cancellation)
                ?? throw new EngineException($"No such container: {container}", 404)
            ).Terminal;

        using var response = await _docker.SendAsync(HttpMethod.Get, path, content: null, cancellation);
        await using var stream = await _docker.OpenAsync(response, cancellation);
        await using var lines = DockerLogReader
            .ReadAsync(stream, terminal, cancellation)
            .GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await lines.MoveNextAsync())
                    yield break;
            }
            catch (Exception exception)
                when (DockerConnection.IsBroken(exception) && !cancellation.IsCancellationRequested)
            {
                throw _docker.Unreachable(exception);
            }

            yield return lines.Current;
        }
    }
}
