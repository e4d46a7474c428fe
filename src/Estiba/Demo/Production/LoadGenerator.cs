namespace Estiba.Demo.Production;

/// <summary>
/// A client that asks for a page at a fixed rate, whether earlier answers have come or not, at one address after
/// another, and counts what becomes of each request.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private const int ReasonsKept = 5;

    /// <summary>What is lost in the sum of fractions.</summary>
    private const double Rounding = 1e-9;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>What was missed for longer, as when the machine stood still, is not made up for.</summary>
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _addresses;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<string> _reasons = [];
    private readonly Task _run;
    private LoadCounts _earlier = LoadCounts.None;
    private LoadCounts _lap = LoadCounts.None;
    private double _rate;
    private int _begun;

    /// <param name="addresses">Whom to ask, in turn.</param>
    /// <param name="rate">Requests in a second.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Carries requests; the network's unless said.</param>
    internal LoadGenerator(
        IReadOnlyList<Uri> addresses,
        double rate,
        TimeProvider time,
        HttpMessageHandler? handler = null
    )
    {
        _addresses = addresses;
        _rate = rate;
        _time = time;
        _http = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerWithin };
        _run = RunAsync();
    }

    /// <summary>What has no answer by then has failed.</summary>
    internal static TimeSpan AnswerWithin { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests in a second.</summary>
    internal double Rate
    {
        get => Volatile.Read(ref _rate);
        set => Volatile.Write(ref _rate, value);
    }

    /// <summary>All requests so far.</summary>
    internal LoadCounts Total
    {
        get
        {
            lock (_gate)
                return _earlier + _lap;
        }
    }

    /// <summary>Why requests failed, the first few.</summary>
    internal IReadOnlyList<string> Reasons
    {
        get
        {
            lock (_gate)
                return [.. _reasons];
        }
    }

    /// <summary>The requests since the last lap.</summary>
    internal LoadCounts Lap()
    {
        lock (_gate)
        {
            var lap = _lap;
            (_earlier, _lap) = (_earlier + lap, LoadCounts.None);
            return lap;
        }
    }

    /// <summary>Begins no more requests, and waits for those that have begun.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        var asked = new List<Task>();
        using var timer = new PeriodicTimer(Tick, _time);
        var last = _time.GetTimestamp();
        var due = 0d;
        while (await TickedAsync(timer))
        {
            var now = _time.GetTimestamp();
            var passed = _time.GetElapsedTime(last, now);
            last = now;
            for (due += Rate * Math.Min(passed.TotalSeconds, LongestLag.TotalSeconds); due >= 1 - Rounding; due--)
                asked.Add(AskAsync(_addresses[_begun++ % _addresses.Count]));
            asked.RemoveAll(each => each.IsCompleted);
        }

        await Task.WhenAll(asked);
    }

    private async Task<bool> TickedAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_end.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task AskAsync(Uri address)
    {
        var began = _time.GetTimestamp();
        try
        {
            using var response = await _http.GetAsync(address);
            var page = (await response.Content.ReadAsStringAsync()).Trim();
            var status = (int)response.StatusCode;
            var took = _time.GetElapsedTime(began);
            Count(
                counts => counts.Answered(status, response.IsSuccessStatusCode ? page : null, took),
                response.IsSuccessStatusCode ? null : $"{address} answered {status}"
            );
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            Count(counts => counts.Lost(), $"{address}: {failure.Message}");
        }
    }

    private void Count(Func<LoadCounts, LoadCounts> one, string? reason)
    {
        lock (_gate)
        {
            _lap = one(_lap);
            if (reason is not null && _reasons.Count < ReasonsKept)
                _reasons.Add(reason);
        }
    }
}
