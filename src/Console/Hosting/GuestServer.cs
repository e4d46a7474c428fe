using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Estiba.Console.Hosting;

/// <summary>
/// A server that listens nowhere: it has an application of ASP.NET answer requests that another server has received.
/// </summary>
internal sealed class GuestServer : IServer
{
    private Func<IFeatureCollection, Task>? _answer;

    /// <inheritdoc />
    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Answers a request that has come in elsewhere.</summary>
    internal Task AnswerAsync(HttpContext http) =>
        _answer is { } answer
            ? answer(new FeatureCollection(http.Features))
            : throw new InvalidOperationException("The application is not started.");

    /// <inheritdoc />
    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _answer = features => AnswerAsync(application, features);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() { }

    private static async Task AnswerAsync<TContext>(IHttpApplication<TContext> application, IFeatureCollection features)
        where TContext : notnull
    {
        var context = application.CreateContext(features);
        Exception? failure = null;
        try
        {
            await application.ProcessRequestAsync(context);
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            application.DisposeContext(context, failure);
        }
    }
}
