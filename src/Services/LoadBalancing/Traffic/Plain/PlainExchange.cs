using System.ComponentModel;
using System.Diagnostics;
using Estiba.Listeners.EventLoops;
using Estiba.LoadBalancing.Traffic.Forwarding;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>A request on its way to a target, and the answer on its way back; goes as far at a time as it can without
/// waiting. Is used for one request after the other.</summary>
internal sealed class PlainExchange(PlainTraffic traffic)
{
    /// <summary>How long all headers of a response may be ("Quotas for your Application Load Balancers").</summary>
    private const int LongestHead = 32 << 10;

    /// <summary>So many pieces of a body at once, and then others have their turn.</summary>
    private const int MostPieces = 8;

    private PlainClient _client = null!;
    private ListenerRoutes _routes = null!;
    private RuleConfiguration _rule = null!;
    private TargetGroupConfiguration _group = null!;
    private TargetConfiguration _chosen = null!;
    private TargetGroupTraffic _groupTraffic = null!;
    private TargetRequests _requests = null!;
    private PlainTarget? _target;
    private PlainRequest _request;
    private ResponseHead _head;
    private BodyEnd _bodyEnd;
    private ChunkedBody _chunks;
    private long _left;
    private long _startedAt;
    private long _movedAt;
    private long _connectUntil;
    private int _interim;
    private int _known;
    private uint _turn;
    private bool _isSent;
    private bool _isSendingBroken;
    private bool _hasReceived;
    private bool _hasHead;
    private bool _hasStarted;
    private bool _isComplete;
    private bool _isOver;

    /// <summary>Whether it has ended, in whatever way.</summary>
    public bool IsOver => _isOver;

    /// <summary>Whether the client's connection ends with it.</summary>
    public bool Closes { get; private set; }

    /// <summary>Begins with a request.</summary>
    /// <param name="client">Who has sent it.</param>
    /// <param name="request">The request.</param>
    /// <param name="routes">By what it is answered.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="group">The group that it goes to, whose use has begun.</param>
    /// <param name="chosen">The target that it goes to.</param>
    /// <param name="turn">Which choice that was of the group.</param>
    /// <param name="closes">Whether the client's connection ends with it.</param>
    public void Begin(
        PlainClient client,
        PlainRequest request,
        ListenerRoutes routes,
        RuleConfiguration rule,
        TargetGroupConfiguration group,
        TargetConfiguration chosen,
        uint turn,
        bool closes
    )
    {
        (_client, _request, _routes, _rule, _group, _chosen) = (client, request, routes, rule, group, chosen);
        (_turn, Closes, _startedAt, _movedAt) = (turn, closes, Stopwatch.GetTimestamp(), client.Loop.Now);
        _groupTraffic = routes.TrafficOf(group);
        (_target, _head, _interim, _known) = (null, default, 0, 0);
        _isSent = _isSendingBroken = _hasReceived = _hasHead = _hasStarted = _isComplete = _isOver = false;
        routes.Counters.CountRequest();
        _groupTraffic.Counters.CountRequest();
        _requests = _groupTraffic.Begin(chosen.EndPoint);
    }

    /// <summary>Goes on.</summary>
    /// <returns>Whether it is over, and the client's connection as usable as <see cref="Closes"/> says.</returns>
    public bool Advance()
    {
        if (_client.HasLeft)
        {
            Fail(ForwarderError.RequestCanceled);
            return false;
        }
        if (!TrySend() || _isOver || !TryAnswer())
            return false;
        Complete();
        return true;
    }

    /// <summary>Looks at the clock.</summary>
    /// <returns>Whether it goes on.</returns>
    public bool OnTick()
    {
        var now = _client.Loop.Now;
        if (_target is { IsConnected: false })
        {
            if (now < _connectUntil)
                return true;
            Unreachable(new TimeoutException($"{_chosen.EndPoint} did not accept a connection in time."));
            return false;
        }
        if (now - _movedAt < _routes.Listener.Attributes.IdleTimeout.TotalMilliseconds)
            return true;
        Fail(_hasStarted ? ForwarderError.ResponseBodyCanceled : ForwarderError.RequestTimedOut);
        return false;
    }

    /// <summary>Ends it because the client's connection is closed.</summary>
    public void Abandon() => End(isError: false, isUsable: false);

    private bool TrySend()
    {
        while (!_isSent)
        {
            _target ??= Connect();
            if (_target is null || (!_target.IsConnected && !IsConnected()))
                return false;
            if (SendHead())
                break;
            if (!TryAgain())
            {
                Fail(ForwarderError.Request, Broken());
                return false;
            }
        }
        SendBody();
        return true;
    }

    private PlainTarget? Connect()
    {
        var idle = _groupTraffic.ConnectionsTo(_chosen.EndPoint).IdleOf(_client.Loop);
        if (idle.Take() is { } waiting)
        {
            waiting.Use(_client);
            return waiting;
        }
        var isOne = _routes.CandidatesOf(_group).Count > 1 && RequestRouter.IsIdempotent(_request.Method);
        _connectUntil =
            _client.Loop.Now
            + (long)(isOne ? TargetGroupTraffic.PassOverTimeout : TargetGroupTraffic.ConnectTimeout).TotalMilliseconds;
        var target = new PlainTarget(idle);
        if (target.TryConnect(_client))
            return target;
        Unreachable(Broken(target.Error));
        return null;
    }

    private bool IsConnected()
    {
        if (!_target!.IsDecided(out var hasFailed))
            return false;
        if (hasFailed)
            Unreachable(Broken(_target.Error));
        return !hasFailed;
    }

    private bool SendHead()
    {
        var output = traffic.Output;
        output.Clear();
        PlainHeads.WriteRequest(
            output,
            _client.Head,
            _request,
            _routes.Listener,
            _client.Address,
            traffic.Time,
            traffic.Random
        );
        var body = _client.Body;
        output.Write(body);
        if (!_target!.TrySend(output.Written.Span))
            return false;
        _client.ConsumeBody(body.Length);
        _isSent = true;
        Moved();
        return true;
    }

    /// <summary>Sends what there is of the body. What a target says before it closes the connection may still be its
    /// answer.</summary>
    private void SendBody()
    {
        for (var piece = 0; !_isSendingBroken; piece++)
        {
            if (!_target!.TryFlush())
                _isSendingBroken = true;
            if (_isSendingBroken || _target.HasUnsent || _client.BodyLeft == 0)
                return;
            if (piece == MostPieces)
            {
                _client.RunAgain();
                return;
            }
            if (_client.Body.IsEmpty && !_client.TryReceiveBody())
            {
                if (_client.HasLeft)
                    Fail(ForwarderError.RequestCanceled);
                return;
            }
            var body = _client.Body;
            var count = _target.SendSome(body);
            _isSendingBroken = count < 0;
            if (count <= 0)
                return;
            _client.ConsumeBody(count);
            Moved();
            if (count < body.Length)
                return;
        }
    }

    /// <returns>Whether the answer has gone whole.</returns>
    private bool TryAnswer()
    {
        try
        {
            for (var piece = 0; ; piece++)
            {
                if (!TryFlush() || _isOver)
                    return false;
                if (_isComplete)
                    return true;
                if (piece == MostPieces)
                {
                    _client.RunAgain();
                    return false;
                }
                if (ForwardReceived())
                    continue;
                var count = _target!.ReceiveMore(_hasHead ? _left : 0);
                if (count == PolledSocket.WouldWait)
                    return false;
                if (count > 0)
                {
                    _hasReceived = true;
                    Moved();
                }
                else if (!TryEndByConnection(count))
                    return false;
            }
        }
        catch (HttpIOException malformed)
        {
            Fail(_hasHead ? ForwarderError.ResponseBodyDestination : ForwarderError.Request, malformed);
            return false;
        }
    }

    /// <summary>Sends what waits for the client.</summary>
    /// <returns>False when there is no room for more yet, or nobody.</returns>
    private bool TryFlush()
    {
        var unsent = _client.Unsent;
        if (!_client.TryFlush())
        {
            Fail(ForwarderError.ResponseBodyClient, Broken());
            return false;
        }
        if (_client.Unsent < unsent)
            Moved();
        return !_client.IsFull;
    }

    /// <summary>Forwards what has been received.</summary>
    /// <returns>Whether there was anything to do.</returns>
    private bool ForwardReceived()
    {
        var target = _target!;
        if (target.Received.IsEmpty)
            return false;
        if (!_hasHead)
            return TryReadHead();
        if (!_hasStarted)
            return TryStart(hasEnded: false);
        if (_bodyEnd != BodyEnd.Length)
        {
            traffic.Output.Clear();
            var consumed = WriteChunks(target.Received);
            target.Consume(consumed);
            Send();
            return consumed > 0;
        }
        var piece = target.Received[..(int)Math.Min(_left, target.Received.Length)];
        var count = _client.SendSome(piece);
        if (count < 0)
        {
            Fail(ForwarderError.ResponseBodyClient, Broken());
            return true;
        }
        target.Consume(count);
        _left -= count;
        _isComplete = _left == 0;
        Moved();
        return true;
    }

    private bool TryReadHead()
    {
        var received = _target!.Received;
        var end = ResponseHead.EndOf(received, _known);
        if (_interim + Math.Max(end, end < 0 ? received.Length : 0) > LongestHead)
            throw HeaderFields.Malformed("too long a head");
        if (end < 0)
        {
            _known = received.Length;
            return false;
        }
        var head = ResponseHead.Parse(received[..end]);
        _known = 0;
        if (head.IsInterim)
        {
            if (head.Status == StatusCodes.Status101SwitchingProtocols)
                throw HeaderFields.Malformed("another protocol");
            _interim += end;
            _target.Consume(end);
            return true;
        }
        _head = head;
        _hasHead = true;
        (_bodyEnd, _left) = head.BodyOf(_request.Method);
        if (_bodyEnd != BodyEnd.Length)
            (_left, _chunks) = (long.MaxValue, default);
        else if (_left > 0 && head.Status == StatusCodes.Status205ResetContent)
            throw HeaderFields.Malformed("a body that it must not have");
        _groupTraffic.Counters.CountResponse(head.Status, Stopwatch.GetElapsedTime(_startedAt));
        return true;
    }

    /// <summary>Sends the head, and what there is of the body with it; not before there is any, for without it the
    /// request may go to another target.</summary>
    private bool TryStart(bool hasEnded)
    {
        var target = _target!;
        var received = target.Received;
        if (_left > 0 && received.Length == _head.Length && !hasEnded)
            return false;
        var output = traffic.Output;
        output.Clear();
        Closes |= _client.IsLastRequest;
        PlainHeads.WriteAnswer(output, received, _head, _bodyEnd, Closes, traffic.Date);
        var body = received[_head.Length..];
        var consumed = _head.Length;
        if (_bodyEnd != BodyEnd.Length)
            consumed += WriteChunks(body);
        else
        {
            body = body[..(int)Math.Min(_left, body.Length)];
            output.Write(body);
            _left -= body.Length;
            _isComplete = _left == 0;
            consumed += body.Length;
        }
        target.Consume(consumed);
        _hasStarted = true;
        Send();
        return true;
    }

    /// <summary>Writes what has been received of a body as chunks.</summary>
    /// <returns>How much of it.</returns>
    private int WriteChunks(ReadOnlySpan<byte> received)
    {
        if (_bodyEnd == BodyEnd.Connection)
        {
            WriteChunk(received);
            return received.Length;
        }
        var read = 0;
        if (!_chunks.HasEnded)
        {
            traffic.Chunk.Clear();
            (read, _) = _chunks.Read(received, traffic.Chunk);
            WriteChunk(traffic.Chunk.Written.Span);
        }
        if (!_chunks.HasEnded)
            return read;
        // Clients of HTTP/1.1 get no trailers.
        var end = ChunkedBody.EndOfTrailers(received[read..], 0);
        if (end < 0 && received.Length - read > LongestHead)
            throw HeaderFields.Malformed("too many trailers");
        if (end < 0)
            return read;
        traffic.Output.Write("0\r\n\r\n"u8);
        _isComplete = true;
        return read + end;
    }

    private void WriteChunk(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        traffic.Output.WriteHexadecimal(bytes.Length);
        traffic.Output.Write("\r\n"u8);
        traffic.Output.Write(bytes);
        traffic.Output.Write("\r\n"u8);
    }

    private void Send()
    {
        if (traffic.Output.Written.Length > 0 && !_client.TrySend(traffic.Output.Written.Span))
            Fail(ForwarderError.ResponseBodyClient, Broken());
        Moved();
    }

    /// <summary>The target's connection has come to its end.</summary>
    /// <returns>Whether that goes on.</returns>
    private bool TryEndByConnection(int count)
    {
        if (!_hasReceived && TryAgain())
        {
            _isSent = false;
            return TrySend();
        }
        if (count == 0 && _hasHead && _bodyEnd == BodyEnd.Connection)
        {
            if (!_hasStarted)
                TryStart(hasEnded: true);
            traffic.Output.Clear();
            traffic.Output.Write("0\r\n\r\n"u8);
            _isComplete = true;
            if (!_isOver)
                Send();
            return !_isOver;
        }
        Fail(
            _hasHead ? ForwarderError.ResponseBodyDestination : ForwarderError.Request,
            new HttpIOException(
                HttpRequestError.ResponseEnded,
                "The target has closed the connection before its answer was complete."
            )
        );
        return false;
    }

    /// <summary>Whether the target had closed the connection before the request came to it, as it may at any time, and
    /// the request is sent over another one.</summary>
    private bool TryAgain()
    {
        if (!_target!.IsReused || _hasReceived || _request.HasBody || !RequestRouter.IsIdempotent(_request.Method))
            return false;
        _target.Close();
        _target = null;
        return true;
    }

    private void Complete()
    {
        var isUsable =
            _bodyEnd != BodyEnd.Connection
            && _head.KeepsConnection
            && !_isSendingBroken
            && !_target!.HasUnsent
            && _client.BodyLeft == 0;
        End(_head.Status >= StatusCodes.Status500InternalServerError, isUsable);
    }

    private void Unreachable(Exception exception) =>
        Fail(
            ForwarderError.Request,
            new HttpRequestException(HttpRequestError.ConnectionError, exception.Message, exception)
        );

    /// <summary>Leaves it to the router what becomes of the request, if the client can still get another answer; and
    /// otherwise lets nobody take for whole what is not.</summary>
    private void Fail(ForwarderError error, Exception? exception = null)
    {
        if (_isOver)
            return;
        var result = new ForwardingResult(error, exception);
        End(RequestRouter.IsErrorOfTarget(error, _head.Status), isUsable: false);
        if (!_hasStarted && !_client.HasLeft)
        {
            _client.HandOver(new FailedAttempt(_routes, _rule, _group, _chosen, _turn, result));
            return;
        }
        _routes.Counters.CountError(RequestRouter.StatusOf(error, _client.HasLeft));
        _client.Break();
    }

    private void End(bool isError, bool isUsable)
    {
        if (_isOver)
            return;
        _isOver = true;
        _requests.End(isError);
        _target?.End(isUsable);
        _target = null;
        _groupTraffic.EndUse();
    }

    private void Moved() => _movedAt = _client.Loop.Now;

    private static IOException Broken() => new("The connection is broken.");

    private static IOException Broken(int error) => new(new Win32Exception(error).Message);
}
