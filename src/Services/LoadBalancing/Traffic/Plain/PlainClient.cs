using System.Diagnostics;
using System.Net;
using System.Text;
using Estiba.Listeners.EventLoops;
using Estiba.LoadBalancing.Traffic.Forwarding;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>
/// A client's connection whose requests go to targets without Kestrel, as long as they are ordinary ones for a plain
/// forward. With the first one that is not, the connection is Kestrel's.
/// </summary>
internal sealed class PlainClient(
    EventLoop loop,
    PolledListener listener,
    IPEndPoint remote,
    PlainTraffic traffic,
    Func<ListenerRoutes> current
) : PolledClient(loop, listener, remote)
{
    /// <summary>So many requests at once, and then others have their turn.</summary>
    private const int MostRequests = 16;

    /// <summary>What has not become a request after so many milliseconds is Kestrel's to wait for.</summary>
    private const int LongestBeginning = 1000;

    /// <summary>What is left of a small buffer for a body.</summary>
    private const int LeastRoom = 4 << 10;

    private PlainExchange? _exchange;
    private byte[]? _received;
    private int _start;
    private int _end;
    private int _headLength;
    private int _bodyAt;
    private long _discarded;
    private byte[]? _unsent;
    private int _unsentAt;
    private int _unsentEnd;
    private long _waitsSince = loop.Now;
    private long? _beganAt;
    private bool _hasLeft;

    /// <summary>Where the client is.</summary>
    public PlainAddress Address { get; } = new(remote);

    /// <summary>Whether the client has closed the connection, at least its half.</summary>
    public bool HasLeft => _hasLeft || HasEnded || !IsOpen;

    /// <summary>Whether the connection ends with the request that it carries, because its listener is gone.</summary>
    public bool IsLastRequest => IsLast;

    /// <summary>The head of the request.</summary>
    public ReadOnlySpan<byte> Head => _received.AsSpan(_start, _headLength);

    /// <summary>How much of the request's body has not been passed on.</summary>
    public long BodyLeft { get; private set; }

    /// <summary>What has been received of that.</summary>
    public ReadOnlySpan<byte> Body => _received.AsSpan(_bodyAt, (int)Math.Min(BodyLeft, _end - _bodyAt));

    /// <summary>How much waits to be sent.</summary>
    public int Unsent => _unsent is null ? 0 : _unsentEnd - _unsentAt;

    /// <summary>Whether what is sent now would have to wait.</summary>
    public bool IsFull => _unsent is not null || !IsWritable;

    /// <summary>Goes as far as it can without waiting.</summary>
    public void Continue()
    {
        for (var count = 0; IsOpen; count++)
        {
            if (count == MostRequests)
            {
                GoOnLater();
                return;
            }
            if (_exchange is { } exchange ? !TryFinish(exchange) : !TryBegin())
                return;
        }
    }

    /// <summary>The first of the body has been passed on.</summary>
    public void ConsumeBody(int count)
    {
        _bodyAt += count;
        BodyLeft -= count;
    }

    /// <summary>Receives more of the body, when all that was received has been passed on.</summary>
    public bool TryReceiveBody()
    {
        if (!IsReadable)
            return false;
        if (BodyLeft > BufferPool.Small && _received!.Length == BufferPool.Small)
        {
            var larger = Loop.Buffers.Rent(BufferPool.Large);
            Head.CopyTo(larger.AsSpan(_start));
            Loop.Buffers.Return(_received);
            _received = larger;
        }
        _bodyAt = _end = _start + _headLength;
        var room = _received.AsSpan(_end);
        var count = Receive(room[..(int)Math.Min(room.Length, BodyLeft)]);
        _hasLeft |= count is 0 or Broken;
        _end += Math.Max(count, 0);
        return count > 0;
    }

    /// <summary>Sends all of it, now or when there is room.</summary>
    /// <returns>False when the connection is broken.</returns>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        var count = SendSome(bytes);
        if (count < 0)
            return false;
        if (count == bytes.Length)
            return true;
        _unsent = Loop.Buffers.Rent(bytes.Length - count);
        bytes[count..].CopyTo(_unsent);
        (_unsentAt, _unsentEnd) = (0, bytes.Length - count);
        return true;
    }

    /// <summary>Sends what there is room for.</summary>
    /// <inheritdoc cref="PolledSocket.Send"/>
    public int SendSome(ReadOnlySpan<byte> bytes) => IsWritable ? Send(bytes) : 0;

    /// <summary>Sends what waits.</summary>
    /// <returns>False when the connection is broken.</returns>
    public bool TryFlush()
    {
        if (_unsent is null || !IsWritable)
            return true;
        var count = Send(_unsent.AsSpan(_unsentAt, _unsentEnd - _unsentAt));
        if (count < 0)
            return false;
        _unsentAt += count;
        if (_unsentAt == _unsentEnd)
            ReleaseUnsent();
        return true;
    }

    /// <summary>Goes on after others had their turn.</summary>
    public void RunAgain() => GoOnLater();

    /// <summary>Closes it so that nobody takes for whole what is not.</summary>
    public void Break() => Reset();

    /// <summary>Gives it to Kestrel, with what was received of its request.</summary>
    /// <param name="attempt">What came of the request; null where nothing was tried.</param>
    public void HandOver(FailedAttempt? attempt)
    {
        var (before, began) = (new ServedBefore(attempt), _beganAt);
        HandOver(_received.AsSpan(_start, _end - _start), connection =>
        {
            connection.Features.Set(before);
            if (began is { } first)
                connection.Items[typeof(RequestRouter)] = first;
        });
        Release();
        ReleaseUnsent();
    }

    public override void Close()
    {
        var exchange = _exchange;
        _exchange = null;
        base.Close();
        exchange?.Abandon();
        Release();
        ReleaseUnsent();
    }

    protected override void OnReady() => Continue();

    protected override void OnTick()
    {
        if (_exchange is { } exchange)
        {
            if (!exchange.OnTick())
                Recycle(exchange);
            return;
        }
        var waits = Loop.Now - _waitsSince;
        if (_start < _end && waits >= LongestBeginning)
            HandOver(attempt: null);
        else if (waits >= current().Listener.Attributes.IdleTimeout.TotalMilliseconds)
            Close();
    }

    protected override void OnUnbound() => GiveUp();

    protected override void GiveUp()
    {
        if (IsOpen && _exchange is null)
            Close();
    }

    private bool TryBegin()
    {
        while (true)
        {
            Discard();
            if (_start < _end)
            {
                var verdict = PlainRequest.Read(_received.AsSpan(_start, _end - _start), out var request);
                if (verdict == PlainVerdict.Ordinary && TryForward(request))
                    return true;
                if (verdict != PlainVerdict.Incomplete || _end - _start >= BufferPool.Small)
                {
                    HandOver(attempt: null);
                    return false;
                }
            }
            if (!TryReceive())
                return false;
        }
    }

    private bool TryReceive()
    {
        if (!IsReadable)
        {
            Release();
            return false;
        }
        MakeRoom();
        if (_start == _end)
            _waitsSince = Loop.Now;
        var count = Receive(_received.AsSpan(_end));
        if (count > 0)
        {
            _end += count;
            return true;
        }
        Release();
        if (count != WouldWait)
            Close();
        return false;
    }

    /// <returns>False where Kestrel has to say what becomes of the request.</returns>
    private bool TryForward(PlainRequest request)
    {
        var routes = current();
        if (
            !routes.ForwardsPlainly
            || routes.Log.IsOn
            || Find(routes, request)
                is not {
                    Action: ForwardAction { Stickiness: null } forward,
                    HostHeaderRewrite: null,
                    UrlRewrite: null
                } rule
            || GroupOf(forward)
                is not { ProtocolVersion: TargetProtocolVersion.Http1, Secure: false, Stickiness: null } group
        )
            return false;
        var groupTraffic = routes.TrafficOf(group);
        var candidates = routes.CandidatesOf(group);
        if (candidates.Count == 0 || !HasRoomFor(request) || !groupTraffic.TryUse())
            return false;
        var turn = groupTraffic.NextTurn();
        var chosen = traffic.Router.Choose(group, groupTraffic, candidates, turn)!;
        (_headLength, _bodyAt, BodyLeft) = (request.Length, _start + request.Length, request.ContentLength ?? 0);
        Ticket.Begin();
        _exchange = traffic.Take();
        _exchange.Begin(this, request, routes, rule, group, chosen, turn, request.Closes || IsLast || IsOld(routes));
        return true;
    }

    private bool TryFinish(PlainExchange exchange)
    {
        var isDone = exchange.Advance();
        if (!isDone || !IsOpen)
        {
            Recycle(exchange);
            return false;
        }
        var closes = exchange.Closes;
        Recycle(exchange);
        if (closes || IsLast)
        {
            Close();
            return false;
        }
        Ticket.End();
        _waitsSince = Loop.Now;
        // What is left of a body that its target did not want is of no use to anybody.
        (_start, _discarded, BodyLeft) = (_bodyAt, BodyLeft, 0);
        return true;
    }

    private void Recycle(PlainExchange exchange)
    {
        if (!exchange.IsOver || _exchange != exchange)
            return;
        _exchange = null;
        traffic.Return(exchange);
    }

    private void Discard()
    {
        var count = (int)Math.Min(_discarded, _end - _start);
        _start += count;
        _discarded -= count;
    }

    private bool IsOld(ListenerRoutes routes)
    {
        if (_beganAt is { } began)
            return traffic.Time.GetElapsedTime(began) >= routes.Listener.Attributes.ClientKeepAlive;
        _beganAt = traffic.Time.GetTimestamp();
        return false;
    }

    /// <summary>Whether a body can pass through the buffer while its head stays there.</summary>
    private bool HasRoomFor(PlainRequest request)
    {
        if (!request.HasBody)
            return true;
        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }
        return _received!.Length - request.Length >= LeastRoom;
    }

    private RuleConfiguration? Find(ListenerRoutes routes, PlainRequest request)
    {
        var rules = routes.Listener.Rules;
        return rules[0].Conditions.Count == 0
            ? rules[0]
            : RuleConfiguration.Find(rules, Routed(request, routes.LooksAtHeaders));
    }

    private RoutedRequest Routed(PlainRequest request, bool withHeaders)
    {
        ReadOnlySpan<byte> received = _received.AsSpan(_start, _end - _start);
        var (path, query) = RoutedRequest.Split(Encoding.ASCII.GetString(request.Target.Of(received)))!.Value;
        var headers = new HeaderDictionary();
        if (withHeaders)
        {
            for (var fields = new HeaderFields(received[request.FieldsAt..request.Length]); fields.MoveNext(); )
                headers.Append(Encoding.Latin1.GetString(fields.Name), Encoding.Latin1.GetString(fields.Value));
        }
        var host = RoutedRequest.HostOf(Encoding.ASCII.GetString(request.Host.Of(received)));
        return new RoutedRequest(request.Method, host, path, query, headers, Remote.Address);
    }

    private TargetGroupConfiguration? GroupOf(ForwardAction forward) =>
        forward.Groups is [{ Weight: > 0 } only]
            ? only.Group
            : TargetSelection
                .ChooseByWeight(forward.Groups, static weighted => weighted.Weight, traffic.Random.NextDouble())
                ?.Group;

    private void MakeRoom()
    {
        var held = _end - _start;
        if (_received is null)
            (_received, _start, _end) = (Loop.Buffers.Rent(BufferPool.Small), 0, 0);
        else if (held == 0)
            _start = _end = 0;
        else if (_end == _received.Length)
        {
            _received.AsSpan(_start, held).CopyTo(_received);
            (_start, _end) = (0, held);
        }
    }

    private void Release()
    {
        if (_received is null || (IsOpen && _start < _end))
            return;
        Loop.Buffers.Return(_received);
        (_received, _start, _end) = (null, 0, 0);
    }

    private void ReleaseUnsent()
    {
        if (_unsent is null)
            return;
        Loop.Buffers.Return(_unsent);
        _unsent = null;
    }
}
