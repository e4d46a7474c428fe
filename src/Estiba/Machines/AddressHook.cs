using System.Net.Http.Headers;
using System.Text;

namespace Estiba.Machines;

/// <summary>
/// A hook that is an address: the document is posted to it, and it agrees with a status of 200 to 299. No redirect is
/// followed; what it answers otherwise stands in errors.
/// </summary>
internal sealed class AddressHook(InstanceHookOptions options, TimeProvider time) : InstanceHook
{
    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
            UseProxy = false,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc/>
    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task<HookFailure?> TryAsync(
        InstanceHookCall call,
        byte[] document,
        CancellationToken cancellation
    )
    {
        using var timeout = new CancellationTokenSource(LongestCall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Address);
            request.Content = new ByteArrayContent(document);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Add("Idempotency-Key", $"{call.Action}-{call.InstanceId}");
            if (options.BearerToken is { } token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return answer.IsSuccessStatusCode
                ? null
                : new HookFailure(
                    $"The instance hook answered with the status {(int)answer.StatusCode}",
                    await WordsAsync(answer, either.Token)
                );
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new HookFailure("The instance hook cannot be asked", failed.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new HookFailure($"The instance hook did not answer within {LongestCall.TotalMinutes} minutes");
        }
    }

    private static async Task<string> WordsAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[MostRead];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
