using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.Contracts.Signing;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// A connection on which one host submits task states, one after another, each signed: what the agent's HTTP client
/// does, without its objects, so that thousands of hosts leave the processor to the server.
/// </summary>
internal sealed class ReportConnection(ReportSigner signer, IPEndPoint server) : IDisposable
{
    private readonly byte[] _request = new byte[4096];
    private readonly byte[] _answer = new byte[2048];
    private Socket? _socket;

    /// <summary>Sends one report and waits until the server has acknowledged it.</summary>
    /// <exception cref="SocketException">The connection broke; the next call opens another.</exception>
    /// <exception cref="InvalidOperationException">The server refused it.</exception>
    internal async ValueTask SubmitAsync(HostReport report, CancellationToken cancellation)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(server, cancellation);
            }

            var length = Compose(report);
            for (var sent = 0; sent < length; )
                sent += await _socket.SendAsync(_request.AsMemory(sent, length - sent), SocketFlags.None, cancellation);
            await ReceiveAsync(_socket, cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private int Compose(in HostReport report)
    {
        Span<byte> body = stackalloc byte[2048];
        body = body[..report.Write(body)];
        var head = signer.WriteHead(_request, body);
        body.CopyTo(_request.AsSpan(head));
        return head + body.Length;
    }

    private async ValueTask ReceiveAsync(Socket socket, CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(_answer.AsMemory(length), SocketFlags.None, cancellation);
            if (received == 0)
                throw new SocketException((int)SocketError.ConnectionReset);
            length += received;
            if (IsComplete(_answer.AsSpan(0, length)))
                break;
        }

        if (!_answer.AsSpan().StartsWith("HTTP/1.1 200"u8))
            throw new InvalidOperationException($"A report was refused: {Encoding.UTF8.GetString(_answer, 0, length)}");
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var field = answer[..end].IndexOf("Content-Length: "u8) + "Content-Length: ".Length;
        return System.Buffers.Text.Utf8Parser.TryParse(answer[field..], out int body, out _)
            && answer.Length >= end + 4 + body;
    }
}

/// <summary>Signs reports; what is the same for all of a second is made once.</summary>
internal sealed class ReportSigner(Uri endpoint, string region, AwsCredentials credentials, TimeProvider time)
{
    private const string ContentType = "application/x-amz-json-1.1";
    private const string Target = "AmazonEC2ContainerServiceV20141113.SubmitTaskStateChange";

    private static readonly string[] SignedHeaders = ["content-type", "host", "x-amz-date", "x-amz-target"];

    private readonly SigningKeyCache _keys = new();
    private Second _second = new(0, "", default, []);

    /// <summary>Writes everything of a request but its body.</summary>
    internal int WriteHead(Span<byte> output, ReadOnlySpan<byte> body)
    {
        var second = Now();
        Span<byte> signature = stackalloc byte[SignatureV4.Length];
        SignatureV4.Compute(
            new Report(endpoint.Authority, second.Timestamp),
            body,
            unsignedPayload: false,
            SignedHeaders,
            second.Timestamp,
            second.Scope,
            second.Key,
            signature
        );
        var text =
            $"POST / HTTP/1.1\r\nHost: {endpoint.Authority}\r\nContent-Type: {ContentType}"
            + $"\r\nX-Amz-Target: {Target}\r\n"
            + $"X-Amz-Date: {second.Timestamp}\r\nContent-Length: {body.Length}\r\nAuthorization: AWS4-HMAC-SHA256 "
            + $"Credential={credentials.AccessKeyId}/{second.Scope.Date}/{region}/ecs/aws4_request, "
            + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=";
        if (!Encoding.UTF8.TryGetBytes(text, output, out var head))
            throw new InvalidOperationException("The request is too long.");

        signature.CopyTo(output[head..]);
        "\r\n\r\n"u8.CopyTo(output[(head + signature.Length)..]);
        return head + signature.Length + 4;
    }

    private Second Now()
    {
        var now = time.GetUtcNow();
        var number = now.ToUnixTimeSeconds();
        var known = _second;
        if (known.Number == number)
            return known;

        var timestamp = now.UtcDateTime.ToString(
            SignatureV4.TimeFormat,
            System.Globalization.CultureInfo.InvariantCulture
        );
        var scope = new CredentialScope(timestamp[..8], region, "ecs");
        return _second = new Second(number, timestamp, scope, _keys.Get(credentials.SecretAccessKey, scope));
    }

    private sealed record Second(long Number, string Timestamp, CredentialScope Scope, byte[] Key);

    private readonly struct Report(string host, string timestamp) : ISignableRequest
    {
        public string Method => "POST";

        public ReadOnlySpan<char> Path => "/";

        public ReadOnlySpan<char> Query => [];

        public string? Header(string name) =>
            name switch
            {
                "content-type" => ContentType,
                "host" => host,
                "x-amz-date" => timestamp,
                "x-amz-target" => Target,
                _ => null,
            };
    }
}
