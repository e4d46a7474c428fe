using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Estiba.Listeners.EventLoops;

namespace Estiba.Listeners.Tests.EventLoops;

public sealed class PrefixedReaderTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task What_was_received_before_comes_first_and_then_what_comes()
    {
        var pipe = new Pipe();
        var reader = new PrefixedReader("before"u8.ToArray(), pipe.Reader);
        await pipe.Writer.WriteAsync("after"u8.ToArray());

        (await ReadAsync(reader)).ShouldBe("before");
        (await ReadAsync(reader)).ShouldBe("after");
        await pipe.Writer.CompleteAsync();
        (await reader.ReadAsync(None)).IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_left_of_it_stays_before_what_comes()
    {
        var pipe = new Pipe();
        var reader = new PrefixedReader("before"u8.ToArray(), pipe.Reader);

        var first = await reader.ReadAsync(None);
        reader.AdvanceTo(first.Buffer.GetPosition(2), first.Buffer.End);
        var second = reader.ReadAsync(None);
        second.IsCompleted.ShouldBeFalse();
        await pipe.Writer.WriteAsync("after"u8.ToArray());
        var both = await second;
        Text(both.Buffer).ShouldBe("foreafter");
        reader.AdvanceTo(both.Buffer.Start, both.Buffer.End);
        reader.TryRead(out _).ShouldBeFalse();
        await pipe.Writer.WriteAsync("!"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        reader.TryRead(out var all).ShouldBeTrue();
        Text(all.Buffer).ShouldBe("foreafter!");
        reader.AdvanceTo(all.Buffer.GetPosition(4));
        (await ReadAsync(reader)).ShouldBe("after!");
        (await reader.ReadAsync(None)).IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_not_examined_to_its_end_is_there_at_once()
    {
        var reader = new PrefixedReader("before"u8.ToArray(), new Pipe().Reader);

        var first = await reader.ReadAsync(None);
        reader.AdvanceTo(first.Buffer.GetPosition(2), first.Buffer.GetPosition(3));

        reader.TryRead(out var rest).ShouldBeTrue();
        Text(rest.Buffer).ShouldBe("fore");
    }

    [Fact]
    public async Task Who_waits_can_be_told_to_wait_no_more()
    {
        var reader = new PrefixedReader("before"u8.ToArray(), new Pipe().Reader);
        var first = await reader.ReadAsync(None);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);

        var waiting = reader.ReadAsync(None);
        reader.CancelPendingRead();

        var cancelled = await waiting;
        cancelled.IsCanceled.ShouldBeTrue();
        Text(cancelled.Buffer).ShouldBe("before");
    }

    private static async Task<string> ReadAsync(PipeReader reader)
    {
        var read = await reader.ReadAsync(None);
        var text = Text(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    private static string Text(ReadOnlySequence<byte> bytes) => Encoding.ASCII.GetString(bytes);
}
