using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Estiba.Engines.Docker;

/// <summary>
/// HTTP to Docker Engine over its unix socket: the API version agreed once, errors turned into
/// <see cref="EngineException"/>.
/// </summary>
public sealed class DockerConnection : IDisposable
{
    private static readonly Version OldestApi = new(1, 41);
    private static readonly Version NewestApi = new(1, 51);

    private readonly HttpClient _http;
    private readonly string _socketPath;
    private string? _prefix;

    /// <param name="socketPath">The engine's unix socket.</param>
    public DockerConnection(string socketPath)
    {
        _socketPath = socketPath;
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = ConnectAsync,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = new Uri("http://docker/"),
            Timeout = Timeout.InfiniteTimeSpan, // a stop or a pull takes as long as it takes; callers bound it
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Forgets the API version, so that an engine that was replaced meanwhile is asked again.</summary>
    internal void Forget() => _prefix = null;

    internal async Task<DockerVersion> VersionAsync(CancellationToken cancellation)
    {
        using var response = await SendRawAsync(new HttpRequestMessage(HttpMethod.Get, "version"), cancellation);
        return await ReadAsync(response, DockerJson.Default.DockerVersion, cancellation);
    }

    /// <summary>
    /// Sends a request without a version, so that the engine uses its newest: for what has not changed in any.
    /// </summary>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="EngineUnreachableException">Nothing answers at the socket.</exception>
    public Task<HttpResponseMessage> SendUnversionedAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellation
    ) => SendRawAsync(new HttpRequestMessage(method, path) { Content = content }, cancellation);

    /// <summary>
    /// Sends a request below <c>/v1.NN/</c>; throws unless the status is a success or one of
    /// <paramref name="accepted"/>.
    /// </summary>
    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellation,
        Action<HttpRequestMessage>? configure = null,
        params HttpStatusCode[] accepted
    )
    {
        var message = new HttpRequestMessage(method, await PrefixAsync(cancellation) + path) { Content = content };
        configure?.Invoke(message);
        var response = await SendRawAsync(message, cancellation);
        if (response.IsSuccessStatusCode || accepted.Contains(response.StatusCode))
            return response;

        using (response)
            throw new EngineException(await ErrorMessageAsync(response, cancellation), (int)response.StatusCode);
    }

    internal async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, path, content: null, cancellation);
        return await ReadAsync(response, json, cancellation);
    }

    /// <summary>As <see cref="GetAsync{T}"/>, but null for what does not exist.</summary>
    internal async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation)
        where T : class
    {
        using var response = await SendAsync(
            HttpMethod.Get,
            path,
            content: null,
            cancellation,
            configure: null,
            HttpStatusCode.NotFound
        );
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(response, json, cancellation);
    }

    internal async Task DoAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellation,
        params HttpStatusCode[] accepted
    )
    {
        using var response = await SendAsync(method, path, content, cancellation, configure: null, accepted);
        // so that the connection can be used again
        await Reading(() => response.Content.ReadAsByteArrayAsync(cancellation), cancellation);
    }

    /// <summary>Opens the body of an endless answer.</summary>
    internal async Task<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        await Reading(() => response.Content.ReadAsStreamAsync(cancellation), cancellation);

    internal async Task<T> ReadAsync<T>(
        HttpResponseMessage response,
        JsonTypeInfo<T> json,
        CancellationToken cancellation
    )
    {
        var bytes = await Reading(() => response.Content.ReadAsByteArrayAsync(cancellation), cancellation);
        try
        {
            if (JsonSerializer.Deserialize(bytes, json) is { } value)
                return value;
        }
        catch (JsonException exception)
        {
            throw new EngineException(
                $"Docker's answer to {response.RequestMessage?.RequestUri?.AbsolutePath} cannot be read: "
                    + $"{exception.Message}",
                null,
                exception
            );
        }

        throw new EngineException($"Docker answered 'null' to {response.RequestMessage?.RequestUri?.AbsolutePath}.");
    }

    internal static StringContent Json<T>(T value, JsonTypeInfo<T> json) => Json(JsonSerializer.Serialize(value, json));

    internal static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>A broken connection means that the engine went away, whichever exception .NET chose for it.</summary>
    internal EngineUnreachableException Unreachable(Exception cause) =>
        new(
            $"Cannot connect to the Docker daemon at unix://{_socketPath}. Is the docker daemon running? "
                + $"({cause.GetBaseException().Message})",
            cause
        );

    private async Task<string> PrefixAsync(CancellationToken cancellation)
    {
        if (_prefix is { } known)
            return known;

        var version = await VersionAsync(cancellation);
        if (!Version.TryParse(version.ApiVersion, out var offered) || offered < OldestApi)
            throw new EngineException(
                $"Docker Engine {version.Version} speaks API {version.ApiVersion}; at least {OldestApi} (Docker "
                    + "Engine 20.10) is needed."
            );

        return _prefix = $"v{(offered < NewestApi ? offered : NewestApi)}/";
    }

    private async Task<HttpResponseMessage> SendRawAsync(HttpRequestMessage message, CancellationToken cancellation) =>
        await Reading(
            () => _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation),
            cancellation
        );

    private async Task<T> Reading<T>(Func<Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (IsBroken(exception) && !cancellation.IsCancellationRequested)
        {
            Forget();
            throw Unreachable(exception);
        }
    }

    /// <summary>Whether an exception means that the connection broke, or that somebody gave up.</summary>
    public static bool IsBroken(Exception exception) =>
        exception is HttpRequestException or IOException or SocketException or OperationCanceledException;

    private async Task<string> ErrorMessageAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await Reading(() => response.Content.ReadAsStringAsync(cancellation), cancellation);
        try
        {
            return
                JsonSerializer.Deserialize(body, DockerJson.Default.DockerError)?.Message?.TrimEnd()
                    is { Length: > 0 } message
                ? message
                : body;
        }
        catch (JsonException)
        {
            return body is { Length: > 0 } ? body.TrimEnd() : $"{(int)response.StatusCode} {response.ReasonPhrase}";
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
