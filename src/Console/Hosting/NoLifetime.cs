using Microsoft.Extensions.Hosting;

namespace Estiba.Console.Hosting;

/// <summary>The platform says when the console begins and ends, and nobody else listens to signals.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
