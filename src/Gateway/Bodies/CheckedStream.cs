using Estiba.Contracts.Protocols;

namespace Estiba.Gateway.Bodies;

/// <summary>
/// A body that is read while it comes: at its end it is what the request has told of it, or the last read throws.
/// </summary>
/// <param name="body">The bytes that are counted.</param>
/// <param name="checksums">What they must be.</param>
internal sealed class CheckedStream(Stream body, BodyChecksums checksums) : BodyStream
{
    private bool _isAtEnd;

    /// <exception cref="Contracts.AwsException">The body has ended and is another one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isAtEnd || buffer.IsEmpty)
            return 0;
        var count = await body.ReadAsync(buffer, cancellationToken);
        checksums.Append(buffer.Span[..count]);
        _isAtEnd = count == 0;
        return _isAtEnd && checksums.Mismatch() is { } wrong ? throw wrong : count;
    }
}
