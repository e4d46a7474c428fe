using System.Buffers;
using System.Text;
using Estiba.LoadBalancing.Traffic.Forwarding;

namespace Estiba.LoadBalancing.Tests.Traffic.Forwarding;

public sealed class ChunkedBodyTests
{
    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n", "hello")]
    [InlineData("5\nhello\n0\n", "hello")]
    [InlineData("00005\r\nhello\r\n000\r\n", "hello")]
    [InlineData("A;name=\"value\"\r\n0123456789\r\n1 \r\n!\r\n0;last\r\n", "0123456789!")]
    [InlineData("2\r\n\r\n\r\n0\r\n", "\r\n")]
    [InlineData("0\r\n", "")]
    public void Chunks_are_read_in_whatever_pieces_they_come(string chunked, string body)
    {
        for (var piece = 1; piece <= chunked.Length; piece++)
        {
            var (text, left, hasEnded) = Read(chunked + "X", piece);
            text.ShouldBe(body);
            left.ShouldBe("X");
            hasEnded.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5\r\nhell")]
    [InlineData("5\r\nhello\r\n")]
    [InlineData("5\r\nhello\r\n0")]
    public void A_body_that_is_cut_off_has_not_ended(string chunked) => Read(chunked, 3).HasEnded.ShouldBeFalse();

    [Theory]
    [InlineData("\r\n")]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+1\r\n")]
    [InlineData("0x5\r\nhello\r\n")]
    [InlineData(" 5\r\nhello\r\n")]
    [InlineData("5 5\r\nhello\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("ffffffffffffffffffffffff\r\n")]
    [InlineData("5\r\nhello!\r\n0\r\n")]
    [InlineData("5\r\nhello0\r\n")]
    public void What_are_no_chunks_is_refused(string chunked) =>
        Should.Throw<HttpIOException>(() => Read(chunked, chunked.Length));

    [Fact]
    public void The_line_of_a_chunk_is_not_endless() =>
        Should.Throw<HttpIOException>(() => Read("5;" + new string('a', 5000), 100));

    [Theory]
    [InlineData("\r\nnext", 2)]
    [InlineData("\nnext", 1)]
    [InlineData("A: b\r\n\r\nnext", 8)]
    [InlineData("A: b\r\n", -1)]
    [InlineData("\r", -1)]
    [InlineData("", -1)]
    public void Trailers_end_with_an_empty_line(string text, int end) =>
        ChunkedBody.EndOfTrailers(Encoding.ASCII.GetBytes(text), known: 0).ShouldBe(end);

    private static (string Text, string Left, bool HasEnded) Read(string chunked, int piece)
    {
        var bytes = Encoding.Latin1.GetBytes(chunked);
        var output = new ArrayBufferWriter<byte>();
        var chunks = new ChunkedBody();
        var read = 0;
        for (var received = 0; received < bytes.Length; )
        {
            received = Math.Min(bytes.Length, received + piece);
            read += chunks.Read(bytes.AsSpan(read, received - read), output).Read;
        }
        return (
            Encoding.Latin1.GetString(output.WrittenSpan),
            Encoding.Latin1.GetString(bytes.AsSpan(read)),
            chunks.HasEnded
        );
    }
}
