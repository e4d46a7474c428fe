using System.Net;
using System.Text;
using Estiba.LoadBalancing.Traffic.Forwarding;
using Estiba.LoadBalancing.Traffic.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>Writes the heads of requests and answers that go through.</summary>
internal static class PlainHeads
{
    /// <summary>Writes the head of a request for its target.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="received">What the client has sent.</param>
    /// <param name="request">The request in it.</param>
    /// <param name="listener">Who passes it on.</param>
    /// <param name="client">Where the client is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">The chance in the trace id.</param>
    public static void WriteRequest(
        PooledWriter output,
        ReadOnlySpan<byte> received,
        PlainRequest request,
        ListenerConfiguration listener,
        PlainAddress client,
        TimeProvider time,
        Random random
    )
    {
        var attributes = listener.Attributes;
        output.Write(request.Method);
        output.Write(" "u8);
        output.Write(request.Target.Of(received));
        output.Write(" HTTP/1.1\r\n"u8);
        for (var fields = new HeaderFields(received[request.FieldsAt..request.Length]); fields.MoveNext(); )
        {
            if (
                !IsOwn(fields.Name)
                && !HopByHop.Has(fields.Name)
                && !ClientCertificateHeaders.IsOne(fields.Name)
                && (!attributes.DropInvalidHeaderFields || RequestChecks.IsValidName(fields.Name))
            )
                Write(output, fields.Name, fields.Value);
        }
        WriteHost(output, request.Host.Of(received), listener);
        WriteForwardedFor(output, request.ForwardedFor.Of(received), attributes, client);
        output.Write("X-Forwarded-Proto: http\r\nX-Forwarded-Port: "u8);
        output.Write(listener.Port);
        output.Write("\r\n"u8);
        WriteTraceId(output, request.TraceId.Of(received), time, random);
        if (request.ContentLength is { } length)
            WriteLength(output, length);
        else if (request.Method is "POST" or "PUT" or "PATCH")
            WriteLength(output, 0);
        output.Write("\r\n"u8);
    }

    /// <summary>Writes the head of an answer for its client.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="received">The head as the target has sent it.</param>
    /// <param name="head">What it says.</param>
    /// <param name="end">How the body ends that follows.</param>
    /// <param name="closes">Whether the connection ends with it.</param>
    /// <param name="date">The header with the time.</param>
    public static void WriteAnswer(
        PooledWriter output,
        ReadOnlySpan<byte> received,
        ResponseHead head,
        BodyEnd end,
        bool closes,
        ReadOnlySpan<byte> date
    )
    {
        output.Write("HTTP/1.1 "u8);
        output.Write(head.Status);
        output.Write(" "u8);
        output.Write(head.Reason ?? ReasonPhrases.GetReasonPhrase(head.Status));
        output.Write("\r\n"u8);
        var hasDate = false;
        for (var fields = new HeaderFields(received[head.FieldsAt..head.Length]); fields.MoveNext(); )
        {
            if (fields.Is("Content-Length"u8) || HopByHop.Has(fields.Name))
                continue;
            hasDate |= fields.Is("Date"u8);
            Write(output, fields.Name, fields.Value);
        }
        if (!hasDate)
            output.Write(date);
        if (closes)
            output.Write("Connection: close\r\n"u8);
        if (end != BodyEnd.Length)
            output.Write("Transfer-Encoding: chunked\r\n"u8);
        else if (head.ContentLength is { } length && head.Status != StatusCodes.Status204NoContent)
            WriteLength(output, length);
        output.Write("\r\n"u8);
    }

    private static void WriteHost(PooledWriter output, ReadOnlySpan<byte> received, ListenerConfiguration listener)
    {
        var colon = received.IndexOf((byte)':');
        var keeps = listener.Attributes.PreserveHostHeader;
        output.Write("Host: "u8);
        output.Write(keeps || colon < 0 ? received : received[..colon]);
        if (!keeps && ForwardedHeaders.NamesPort(listener.Port))
        {
            output.Write(":"u8);
            output.Write(listener.Port);
        }
        output.Write("\r\n"u8);
    }

    private static void WriteForwardedFor(
        PooledWriter output,
        ReadOnlySpan<byte> received,
        LoadBalancerAttributes attributes,
        PlainAddress client
    )
    {
        if (
            attributes.ForwardedFor == ForwardedForMode.Remove
            || (attributes.ForwardedFor == ForwardedForMode.Preserve && received.IsEmpty)
        )
            return;
        output.Write("X-Forwarded-For: "u8);
        output.Write(received);
        if (attributes.ForwardedFor == ForwardedForMode.Append)
        {
            if (!received.IsEmpty)
                output.Write(", "u8);
            output.Write(client.Text(attributes.ForwardClientPort));
        }
        output.Write("\r\n"u8);
    }

    private static void WriteTraceId(PooledWriter output, ReadOnlySpan<byte> received, TimeProvider time, Random random)
    {
        output.Write("X-Amzn-Trace-Id: "u8);
        if (received.IsEmpty)
        {
            output.Write("Root="u8);
            TraceId.Write(output.GetSpan(TraceId.Length), time.GetUtcNow(), random);
            output.Advance(TraceId.Length);
        }
        else
            output.Write(TraceId.Next(Encoding.Latin1.GetString(received), TraceId.New(time.GetUtcNow(), random)));
        output.Write("\r\n"u8);
    }

    private static void WriteLength(PooledWriter output, long length)
    {
        output.Write("Content-Length: "u8);
        output.Write(length);
        output.Write("\r\n"u8);
    }

    private static void Write(PooledWriter output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        output.Write(name);
        output.Write(": "u8);
        output.Write(value);
        output.Write("\r\n"u8);
    }

    /// <summary>Whether the load balancer says it itself, whatever the client did.</summary>
    private static bool IsOwn(ReadOnlySpan<byte> name) =>
        name.Length switch
        {
            4 => PlainRequest.Is(name, "Host"u8),
            14 => PlainRequest.Is(name, "Content-Length"u8),
            15 => PlainRequest.Is(name, "X-Forwarded-For"u8) || PlainRequest.Is(name, "X-Amzn-Trace-Id"u8),
            16 => PlainRequest.Is(name, "X-Forwarded-Port"u8),
            17 => PlainRequest.Is(name, "X-Forwarded-Proto"u8),
            _ => false,
        };
}

/// <summary>Where a client is, as its targets are told.</summary>
internal sealed class PlainAddress(IPEndPoint client)
{
    private byte[]? _text;
    private bool _hasPort;

    /// <summary>The text, which is the same for all requests of a connection.</summary>
    public ReadOnlySpan<byte> Text(bool withPort)
    {
        if (_text is null || _hasPort != withPort)
            (_text, _hasPort) = (Encoding.ASCII.GetBytes(ForwardedHeaders.Own(client, withPort)), withPort);
        return _text;
    }
}
