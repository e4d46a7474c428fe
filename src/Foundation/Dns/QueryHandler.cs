using System.Net;
using Estiba.Dns.Names;
using Estiba.Dns.Upstream;
using Estiba.Dns.Wire;
using Makaretu.Dns;

namespace Estiba.Dns;

/// <summary>What becomes of a packet: an answer, a question to other servers, or nothing.</summary>
internal sealed class QueryHandler(NameSources names, Forwarder forwarder, Neighbourhood neighbourhood, Random random)
{
    /// <summary>Looks at a packet, without waiting for anybody.</summary>
    /// <param name="packet">What a client has sent.</param>
    /// <param name="client">Who.</param>
    /// <param name="overTcp">How.</param>
    /// <returns>What to send back; a function that asks other servers for it; neither where it is to be passed
    /// over.</returns>
    internal Outcome Look(ReadOnlyMemory<byte> packet, IPAddress client, bool overTcp)
    {
        if (!Packet.IsQuery(packet.Span))
            return default;
        if (Query.Read(packet, overTcp) is not { } query)
            return new Outcome(Packet.Malformed(packet.Span));
        if (query.Fault is { } fault)
            return new Outcome(query.Failed(fault));
        if (query is { Name: { } name, IsInternet: true } && names.Find(name) is { } known)
            return new Outcome(Answer(query, known));
        if (!neighbourhood.Has(client))
            return new Outcome(query.Failed(MessageStatus.Refused));
        var kept = packet.ToArray();
        return new Outcome(async cancellation =>
            await forwarder.AskAsync(kept, overTcp, cancellation) ?? query.Failed(MessageStatus.ServerFailure)
        );
    }

    private byte[] Answer(Query query, NameAnswer known)
    {
        if (known.Records is not { } all)
            return query.Answered(MessageStatus.NameError, [], Records.Authority(known.Zone));
        var records = Records.Of(all, query.AskedName, query.Type, random);
        return query.Answered(
            MessageStatus.NoError,
            records,
            records.Length == 0 ? Records.Authority(known.Zone) : null
        );
    }
}

/// <summary>What becomes of a packet; nothing where both are null.</summary>
internal readonly record struct Outcome
{
    internal Outcome(byte[] answer) => Answer = answer;

    internal Outcome(Func<CancellationToken, Task<byte[]>> forward) => Forward = forward;

    /// <summary>What to send back at once.</summary>
    internal byte[]? Answer { get; }

    /// <summary>Asks others for what to send back.</summary>
    internal Func<CancellationToken, Task<byte[]>>? Forward { get; }
}
