using System.Diagnostics;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>
/// Asks a web server for a page again and again, each time with another number in the query, and notes every failure.
/// </summary>
internal sealed class Visitor : IAsyncDisposable
{
    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(120) };
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _failures = [];
    private Task _visiting = Task.CompletedTask;

    public int Visits { get; private set; }

    public IReadOnlyList<string> Failures => _failures;

    /// <param name="server">Whom to ask.</param>
    /// <param name="pause">How long to wait between an answer and the next question; a tenth of a second unless
    /// said.</param>
    public static Visitor Begin(Uri server, TimeSpan? pause = null)
    {
        var visitor = new Visitor();
        visitor._visiting = visitor.VisitAsync(server, pause ?? DefaultPause);
        return visitor;
    }

    /// <summary>Waits until it has asked so many times more.</summary>
    public Task VisitedAsync(int more)
    {
        var enough = Visits + more;
        return Eventually.TrueAsync($"{more} more visits", () => Task.FromResult(Visits >= enough));
    }

    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _visiting;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        _end.Dispose();
    }

    private async Task VisitAsync(Uri server, TimeSpan pause)
    {
        while (!_end.IsCancellationRequested)
        {
            Visits++;
            var watch = Stopwatch.StartNew();
            try
            {
                using var response = await _http.GetAsync(new Uri(server, $"/?visit={Visits}"));
                if (!response.IsSuccessStatusCode)
                    _failures.Add($"visit {Visits}: {response.StatusCode} after {watch.Elapsed.TotalSeconds:0.0} s");
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                _failures.Add($"visit {Visits}: {failure.Message} after {watch.Elapsed.TotalSeconds:0.0} s");
            }

            await Task.Delay(pause);
        }
    }
}
