using Estiba.Console.Hosting;
using Estiba.Console.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Estiba.Console;

/// <summary>The console: a web application beneath <see cref="Path"/>, made when somebody first opens it.</summary>
/// <param name="options">What it shows.</param>
public sealed class ConsoleApplication(ConsoleOptions options) : IAsyncDisposable
{
    /// <summary>Where the console is in an address.</summary>
    public const string Path = "/console";

    private readonly OneTimeLinks _links = new(options.Time);
    private readonly SemaphoreSlim _gate = new(1);
    private GuestServer? _server;
    private WebApplication? _application;
    private bool _isClosed;

    /// <summary>
    /// An address that opens the console signed in, once, within <see cref="OneTimeLinks.Lifetime"/>.
    /// </summary>
    public Uri NewLink() => new(options.Endpoint, $"{Path}/sign-in?link={_links.Create()}");

    /// <summary>Answers a request beneath <see cref="Path"/>.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (Volatile.Read(ref _server) is { } server)
            await server.AnswerAsync(http);
        else if (await OpenAsync(http.RequestAborted) is { } opened)
            await opened.AnswerAsync(http);
        else
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }

    /// <summary>Ends all connections of pages; from now on it answers 503.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _isClosed = true;
            Volatile.Write(ref _server, null);
            if (_application is { } application)
            {
                _application = null;
                await application.StopAsync();
                await application.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<GuestServer?> OpenAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_isClosed || _server is not null)
                return _server;
            var server = new GuestServer();
            var application = ConsolePipeline.Build(options, _links, server);
            // Whoever asked first may go: the others still want it.
            await application.StartAsync(CancellationToken.None);
            _application = application;
            Volatile.Write(ref _server, server);
            return server;
        }
        finally
        {
            _gate.Release();
        }
    }
}
