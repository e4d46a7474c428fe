using System.Diagnostics;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>
/// Waits for something outside this process, which gives no sign when it happens, for as long as a slow and busy
/// machine may take.
/// </summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static async Task TrueAsync(
        string what,
        Func<Task<bool>> condition,
        TimeSpan? limit = null,
        Func<string>? explain = null
    ) => await BeAsync(what, condition, yes => yes, limit, _ => explain?.Invoke() ?? "");

    public static async Task<T> BeAsync<T>(
        string what,
        Func<Task<T>> look,
        Func<T, bool> enough,
        TimeSpan? limit = null,
        Func<T, string>? explain = null
    )
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var began = watch.Elapsed;
            var seen = await look();
            if (enough(seen))
                return seen;
            var took = watch.Elapsed - began;
            if (watch.Elapsed > (limit ?? TimeSpan.FromSeconds(120)))
            {
                throw new TimeoutException(
                    $"waited {watch.Elapsed.TotalSeconds:0} s for: {what}. Last seen: "
                        + $"{explain?.Invoke(seen) ?? $"{seen}"}"
                );
            }

            // To look may start a program: who waits leaves half of the time to what is waited for.
            await Task.Delay(took > Interval ? took : Interval);
        }
    }
}
