using System.IO.Pipelines;

namespace Estiba.Agent.ServiceConnect;

/// <summary>A connection whose server's reads are counted.</summary>
/// <param name="inner">The connection.</param>
/// <param name="count">Hears how many bytes were read.</param>
internal sealed class CountedTransport(IDuplexPipe inner, Action<long> count) : IDuplexPipe
{
    /// <inheritdoc/>
    public PipeReader Input { get; } = new CountedReader(inner.Input, count);

    /// <inheritdoc/>
    public PipeWriter Output => inner.Output;

    private sealed class CountedReader(PipeReader inner, Action<long> count) : PipeReader
    {
        private System.Buffers.ReadOnlySequence<byte> _read;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (_read.Slice(0, consumed).Length is > 0 and var bytes)
                count(bytes);
            _read = default;
            inner.AdvanceTo(consumed, examined);
        }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            _read = result.Buffer;
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result))
                return false;
            _read = result.Buffer;
            return true;
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
