using System.Buffers;
using System.IO.Pipelines;

namespace Estiba.Listeners.EventLoops;

/// <summary>A connection of which some was received before.</summary>
internal sealed class PrefixedTransport(byte[] received, IDuplexPipe inner) : IDuplexPipe
{
    public PipeReader Input { get; } = new PrefixedReader(received, inner.Input);

    public PipeWriter Output { get; } = inner.Output;
}

/// <summary>
/// Reads what was received before, and then what comes. As long as something of the former is left, what comes is put
/// behind it.
/// </summary>
internal sealed class PrefixedReader(byte[] received, PipeReader inner) : PipeReader
{
    private byte[] _buffer = received;
    private int _start;
    private int _end = received.Length;
    private bool _isExamined;
    private bool _isCompleted;

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_start == _end)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }
        var buffer = Buffered();
        _isExamined = buffer.Slice(examined).IsEmpty;
        _start += (int)buffer.Slice(0, consumed).Length;
        if (_start == _end)
            _buffer = [];
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _start == _end ? inner.ReadAsync(cancellationToken)
        : _isExamined && !_isCompleted ? ReadMoreAsync(cancellationToken)
        : ValueTask.FromResult(Result(isCanceled: false));

    public override bool TryRead(out ReadResult result)
    {
        if (_start == _end)
            return inner.TryRead(out result);
        if (_isExamined && !_isCompleted)
        {
            if (!inner.TryRead(out var more))
            {
                result = default;
                return false;
            }
            result = Append(more);
            return true;
        }
        result = Result(isCanceled: false);
        return true;
    }

    private async ValueTask<ReadResult> ReadMoreAsync(CancellationToken cancellation) =>
        Append(await inner.ReadAsync(cancellation));

    private ReadResult Append(ReadResult more)
    {
        var length = (int)more.Buffer.Length;
        if (_buffer.Length - _end < length)
        {
            var larger = new byte[Math.Max(2 * _buffer.Length, _end - _start + length)];
            _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
            (_buffer, _start, _end) = (larger, 0, _end - _start);
        }
        more.Buffer.CopyTo(_buffer.AsSpan(_end));
        _end += length;
        inner.AdvanceTo(more.Buffer.End);
        _isExamined = false;
        _isCompleted = more.IsCompleted;
        return Result(more.IsCanceled);
    }

    private ReadResult Result(bool isCanceled) => new(Buffered(), isCanceled, _isCompleted);

    private ReadOnlySequence<byte> Buffered() => new(_buffer.AsMemory(_start, _end - _start));
}
