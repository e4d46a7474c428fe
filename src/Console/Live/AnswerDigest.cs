using System.IO.Hashing;

namespace Estiba.Console.Live;

/// <summary>
/// What all answers within one reading come to, so that pages are drawn anew only when something has changed.
/// </summary>
internal sealed class AnswerDigest : DelegatingHandler
{
    private static readonly AsyncLocal<Sum?> Current = new();

    internal AnswerDigest(HttpMessageHandler inner)
        : base(inner) { }

    /// <summary>Reads, and tells what the answers come to; null where it cannot be told.</summary>
    internal static async Task<(T Value, UInt128? Digest)> OfAsync<T>(Func<Task<T>> read)
    {
        var sum = new Sum();
        Current.Value = sum;
        var value = await read();
        return (value, sum.Total);
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (Current.Value is { } sum)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            sum.Add(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }

        return response;
    }

    /// <summary>A body without the number of its request, which XML has within.</summary>
    internal static UInt128 Hash(ReadOnlySpan<byte> body)
    {
        var begin = IndexOfRequestId(body);
        if (begin < 0)
            return XxHash128.HashToUInt128(body);
        var length = body[begin..].IndexOf((byte)'/');
        return length < 0
            ? XxHash128.HashToUInt128(body)
            : unchecked(
                XxHash128.HashToUInt128(body[..begin]) * 31 + XxHash128.HashToUInt128(body[(begin + length)..])
            );
    }

    private static int IndexOfRequestId(ReadOnlySpan<byte> body)
    {
        var query = body.LastIndexOf("<RequestId>"u8);
        return query >= 0 ? query : body.IndexOf("<requestId>"u8);
    }

    private sealed class Sum
    {
        private readonly Lock _lock = new();
        private UInt128 _total;
        private int _answers;

        internal UInt128? Total
        {
            get
            {
                lock (_lock)
                    return _answers == 0 ? null : _total;
            }
        }

        // Answers may come in any order.
        internal void Add(byte[] body)
        {
            var hash = Hash(body);
            lock (_lock)
            {
                _total = unchecked(_total + hash);
                _answers++;
            }
        }
    }
}
