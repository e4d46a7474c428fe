using System.Net;
using Estiba.Dns.Names;
using Estiba.Dns.Upstream;
using Estiba.Dns.Wire;
using Makaretu.Dns;

namespace Estiba.Dns;

/// <summary>What becomes of a packet: an answer, a question to other servers, or nothing.</summary>
internal sealed class QueryHandler(NameSources names, Forwarder forwarder, Neighbourhood neighbourhood, Random random)
{
    /// <summary>How many names may stand for each other: some stand for themselves.</summary>
    private const int MostAliases = 8;

    /// <summary>Looks at a packet, without waiting for anybody.</summary>
    /// <param name="packet">What a client has sent.</param>
    /// <param name="client">Who.</param>
    /// <param name="overTcp">How.</param>
    /// <returns>What to send back; a function that asks other servers for it; neither where it is to be passed
    /// over.</returns>
    internal Outcome Handle(ReadOnlyMemory<byte> packet, IPAddress client, bool overTcp)
    {
        if (!Packet.IsQuery(packet.Span))
            return default;
        if (Query.Read(packet, overTcp) is not { } query)
            return new Outcome(Packet.Malformed(packet.Span));
        if (query.Fault is { } fault)
            return new Outcome(query.Failed(fault));
        if (query is { Name: { } name, IsInternet: true } && names.Find(name) is { } known)
            return Answer(query, known, overTcp, client);
        if (!neighbourhood.Has(client))
            return new Outcome(query.Failed(MessageStatus.Refused));
        var kept = packet.ToArray();
        return new Outcome(async cancellation =>
            await forwarder.AskAsync(kept, overTcp, cancellation) ?? query.Failed(MessageStatus.ServerFailure)
        );
    }

    private Outcome Answer(Query query, NameAnswer known, bool overTcp, IPAddress client)
    {
        var records = new List<ResourceRecord>();
        var (name, its) = (query.AskedName, known);
        for (var steps = 0; its.Records is { } all; steps++)
        {
            var found = Records.Of(all, name, query.Type, random);
            records.AddRange(found);
            // Whoever asks for addresses wants them, not the name of who has them.
            if (
                query.Type is not (DnsType.A or DnsType.AAAA)
                || found is not [CNAMERecord { Target: var target }]
                || steps == MostAliases
            )
                return new Outcome(
                    query.Answered(MessageStatus.NoError, records, found.Length == 0 ? Records.Authority(its) : null)
                );
            if (names.Find(target.ToString().ToLowerInvariant()) is not { } next)
                return neighbourhood.Has(client)
                    ? new Outcome(cancellation => AnswerAsync(query, records, target, overTcp, cancellation))
                    : new Outcome(query.Answered(MessageStatus.NoError, records, authority: null));
            (name, its) = (target, next);
        }

        return new Outcome(query.Answered(MessageStatus.NameError, records, Records.Authority(its)));
    }

    /// <summary>An answer with the addresses of a name that belongs to nobody here.</summary>
    private async Task<byte[]> AnswerAsync(
        Query query,
        List<ResourceRecord> records,
        DomainName target,
        bool overTcp,
        CancellationToken cancellation
    )
    {
        var question = new Message
        {
            RD = true,
            Questions =
            {
                new Question { Name = target, Type = query.Type },
            },
        };
        var answer = await forwarder.AskAsync(question.ToByteArray(), overTcp, cancellation);
        if (answer is null)
            return query.Failed(MessageStatus.ServerFailure);
        return query.Answered(
            MessageStatus.NoError,
            [.. records, .. Records.Of(Packet.AddressesIn(answer), target, query.Type, random)],
            authority: null
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
