using System.Text;
using Estiba.LoadBalancing.Traffic.Forwarding;

namespace Estiba.LoadBalancing.Tests.Traffic.Forwarding;

public sealed class ResponseHeadTests
{
    [Fact]
    public void A_head_says_status_reason_and_where_its_fields_are()
    {
        var head = Parse("HTTP/1.1 404 Nowhere\r\nContent-Length: 5\r\nX-Own:  a b \r\nEmpty:\r\n\r\n", out var fields);
        (head.Status, head.Reason, head.BodyEnd, head.ContentLength, head.KeepsConnection).ShouldBe(
            (404, "Nowhere", BodyEnd.Length, 5L, true)
        );
        fields.ShouldBe(["Content-Length=5", "X-Own=a b", "Empty="]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", null)]
    [InlineData("HTTP/1.1 200", null)]
    [InlineData("HTTP/1.1 200 Fine", "Fine")]
    [InlineData("HTTP/1.1 200 caf\u00e9", "caf\u00e9")]
    public void A_reason_is_told_where_it_is_not_the_usual_one(string line, string? reason) =>
        (Parse($"{line}\r\n\r\n").Reason is null or "" ? null : Parse($"{line}\r\n\r\n").Reason).ShouldBe(reason);

    [Fact]
    public void Lines_may_end_without_a_carriage_return_and_go_on_in_the_next()
    {
        Parse("HTTP/1.1 200 OK\nX-Long: one\r\n two\n\tthree\nX-Other: 1\n\n", out var fields);
        fields
            .Select(field => field.Replace("  ", " ", StringComparison.Ordinal).Replace('\t', ' '))
            .Select(field => field.Replace("  ", " ", StringComparison.Ordinal))
            .ShouldBe(["X-Long=one two three", "X-Other=1"]);
    }

    [Theory]
    [InlineData("Content-Length: 3", "GET", 200, nameof(BodyEnd.Length), 3)]
    [InlineData("Content-Length: 3", "HEAD", 200, nameof(BodyEnd.Length), 0)]
    [InlineData("Content-Length: 3", "GET", 304, nameof(BodyEnd.Length), 0)]
    [InlineData("Content-Length: 3", "GET", 204, nameof(BodyEnd.Length), 0)]
    [InlineData("Transfer-Encoding: chunked", "GET", 304, nameof(BodyEnd.Length), 0)]
    [InlineData("Content-Length: 3, 3", "GET", 200, nameof(BodyEnd.Length), 3)]
    [InlineData("Content-Length: 3\r\nContent-Length: 3", "GET", 200, nameof(BodyEnd.Length), 3)]
    [InlineData("Transfer-Encoding: Chunked", "GET", 200, nameof(BodyEnd.Chunk), 0)]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked", "GET", 200, nameof(BodyEnd.Chunk), 0)]
    [InlineData("Transfer-Encoding: identity\r\nContent-Length: 3", "GET", 200, nameof(BodyEnd.Length), 3)]
    [InlineData("X-Own: 1", "GET", 200, nameof(BodyEnd.Connection), 0)]
    public void The_end_of_a_body_is_told_by_method_status_and_fields(
        string fields,
        string method,
        int status,
        string end,
        long length
    ) => Parse($"HTTP/1.1 {status} X\r\n{fields}\r\n\r\n").BodyOf(method).ShouldBe((Enum.Parse<BodyEnd>(end), length));

    [Theory]
    [InlineData("HTTP/1.1", "X: 1", true)]
    [InlineData("HTTP/1.1", "Connection: Close", false)]
    [InlineData("HTTP/1.1", "Connection: keep-alive, close", false)]
    [InlineData("HTTP/1.0", "X: 1", false)]
    [InlineData("HTTP/1.0", "Connection: Keep-Alive", true)]
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked", false)]
    public void A_connection_is_kept_where_both_sides_want_it(string version, string field, bool keeps) =>
        Parse($"{version} 200 OK\r\n{field}\r\n\r\n").KeepsConnection.ShouldBe(keeps);

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("HTTP/2.0 200 OK")]
    [InlineData("HTTP/1.2 200 OK")]
    [InlineData("http/1.1 200 OK")]
    [InlineData("HTTP/1.1  200 OK")]
    [InlineData("HTTP/1.1 20 OK")]
    [InlineData("HTTP/1.1 2000 OK")]
    [InlineData("HTTP/1.1 099 OK")]
    [InlineData("HTTP/1.1 -20 OK")]
    [InlineData("HTTP/1.1 2x0 OK")]
    [InlineData("HTTP/1.1 200 O\u0001K")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name")]
    [InlineData("HTTP/1.1 200 OK\r\nName : space before the colon")]
    [InlineData("HTTP/1.1 200 OK\r\nN\u00e4me: 1")]
    [InlineData("HTTP/1.1 200 OK\r\nName: a\0b")]
    [InlineData("HTTP/1.1 200 OK\r\nName: a\rb")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: ")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: none")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1 1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3, 4")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    public void What_is_no_head_or_says_two_things_is_refused(string head) =>
        Should.Throw<HttpIOException>(() => Parse($"{head}\r\n\r\n"));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 25)]
    [InlineData("HTTP/1.1 200 OK\nA: b\n\nbody\n\n", 22)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n", -1)]
    [InlineData("\r\n\r\n", 4)]
    [InlineData("", -1)]
    public void The_end_of_a_head_is_found_in_whatever_pieces_it_comes(string text, int end)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        ResponseHead.EndOf(bytes, known: 0).ShouldBe(end);
        var found = -1;
        for (var length = 1; length <= bytes.Length && found < 0; length++)
            found = ResponseHead.EndOf(bytes.AsSpan(0, length), length - 1);
        found.ShouldBe(end);
    }

    [Fact]
    public void Whatever_bytes_come_are_a_head_or_refused()
    {
        var random = new Random(7);
        var whole =
            "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"u8;
        var (read, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = whole.ToArray();
            for (var change = random.Next(4); change >= 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var end = ResponseHead.EndOf(bytes, known: 0);
            if (end < 0)
                continue;
            try
            {
                ResponseHead.Parse(bytes.AsSpan(0, end)).Status.ShouldBeInRange(100, 999);
                read++;
            }
            catch (HttpIOException)
            {
                refused++;
            }
        }
        read.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    private static ResponseHead Parse(string head) => Parse(head, out _);

    private static ResponseHead Parse(string text, out List<string> fields)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var head = ResponseHead.Parse(bytes.AsSpan(0, ResponseHead.EndOf(bytes, known: 0)));
        fields = [];
        for (var each = new HeaderFields(bytes.AsSpan(head.FieldsAt)); each.MoveNext(); )
            fields.Add($"{Encoding.Latin1.GetString(each.Name)}={Encoding.Latin1.GetString(each.Value)}");
        return head;
    }
}
