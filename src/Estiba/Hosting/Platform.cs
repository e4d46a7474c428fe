namespace Estiba.Hosting;

internal sealed class Platform : IAsyncDisposable
{
    internal Uri Endpoint { get; } = new("http://localhost:4566");

    internal string AccountId { get; } = "";

    internal static async Task<Platform> StartAsync(PlatformConfiguration configuration, TextWriter log, TimeProvider time, CancellationToken cancellation)
    {
        await Task.Yield();
        return new Platform();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
