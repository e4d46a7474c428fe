namespace Estiba.Agent.Tests.StandIns;

/// <summary>Waits for what happens elsewhere, for as long as a slow and busy machine may take.</summary>
internal static class Eventually
{
    public static Task HoldsAsync(Func<bool> condition, int seconds = 120) =>
        HoldsAsync(() => Task.FromResult(condition()), seconds);

    public static async Task HoldsAsync(Func<Task<bool>> condition, int seconds = 120)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException("It never came true.");
            await Task.Delay(20);
        }
    }
}
