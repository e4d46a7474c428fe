namespace Estiba.Agent.Tests.StandIns;

/// <summary>Waits for what happens elsewhere.</summary>
internal static class Eventually
{
    public static Task HoldsAsync(Func<bool> condition, int seconds = 20) => HoldsAsync(() => Task.FromResult(condition()), seconds);

    public static async Task HoldsAsync(Func<Task<bool>> condition, int seconds = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!await condition())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException("It never came true.");
            await Task.Delay(20);
        }
    }
}
